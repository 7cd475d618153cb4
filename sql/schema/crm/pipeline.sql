create table crm.pipeline (
  code text,
  name text not null,
  description text,
  position int not null default 0,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  primary key (code),
  constraint pipeline_code check (code <> '')
);

comment on table crm.pipeline is 'A way deals go; chosen when the deal is made, rights differ by it';
comment on column crm.pipeline.code is 'Named by crm.deal.pipeline and the definitions file';
comment on column crm.pipeline.name is 'What it is called';
comment on column crm.pipeline.description is 'What it is, at length';
comment on column crm.pipeline.position is 'Where it stands among the pipelines';
comment on column crm.pipeline.is_active is 'False: no new deals';
comment on column crm.pipeline.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.pipeline.created_by is 'The login that made it';

create index pipeline_created on crm.pipeline (created_at desc);

insert into crm.pipeline (code, name, description, position) values
  ('sales', 'Sales', 'New business with customers of our own', 10),
  ('partners', 'Partners', 'Business through partners', 20),
  ('renewals', 'Renewals', 'Contracts that run out', 30);

create table crm.stage (
  pipeline text not null references crm.pipeline (code),
  code text,
  name text not null,
  position int not null,
  is_final boolean not null default false,
  is_won boolean not null default false,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  primary key (pipeline, code),
  constraint stage_code check (code <> ''),
  constraint stage_won check (is_final or not is_won)
);

comment on table crm.stage is 'The stages of each pipeline';
comment on column crm.stage.pipeline is 'The pipeline the stage is part of';
comment on column crm.stage.code is 'Named by crm.deal.stage and the definitions file';
comment on column crm.stage.name is 'What it is called';
comment on column crm.stage.position is 'Where it stands in its pipeline, from the beginning';
comment on column crm.stage.is_final is 'Whether deals end here';
comment on column crm.stage.is_won is 'Whether they end well';
comment on column crm.stage.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.stage.created_by is 'The login that made it';

create index stage_created on crm.stage (created_at desc);
create index stage_pipeline on crm.stage (pipeline, position);

insert into crm.stage (pipeline, code, name, position, is_final, is_won) values
  ('sales', 'prospecting', 'Prospecting', 10, false, false),
  ('sales', 'engaging', 'Engaging', 20, false, false),
  ('sales', 'won', 'Won', 30, true, true),
  ('sales', 'lost', 'Lost', 40, true, false),
  ('partners', 'contacted', 'Contacted', 10, false, false),
  ('partners', 'negotiating', 'Negotiating', 20, false, false),
  ('partners', 'won', 'Won', 30, true, true),
  ('partners', 'lost', 'Lost', 40, true, false),
  ('renewals', 'due', 'Due', 10, false, false),
  ('renewals', 'offered', 'Offered', 20, false, false),
  ('renewals', 'won', 'Renewed', 30, true, true),
  ('renewals', 'lost', 'Ended', 40, true, false);

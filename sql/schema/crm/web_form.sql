create table crm.web_form (
  id bigint generated always as identity primary key,
  name text not null,
  fields jsonb not null default '[]',
  assigns_to_id int references {organisation}.person (id),
  pipeline text references crm.pipeline (code),
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint web_form_name check (name <> ''),
  constraint web_form_fields check (jsonb_typeof(fields) = 'array')
);

comment on table crm.web_form is 'A form on a website that makes leads';
comment on column crm.web_form.id is 'Its number, given by the database';
comment on column crm.web_form.name is 'What it is called';
comment on column crm.web_form.fields is 'What it asks for';
comment on column crm.web_form.assigns_to_id is 'Who gets the leads';
comment on column crm.web_form.pipeline is 'Where its deals go';
comment on column crm.web_form.is_active is 'Whether it takes entries';
comment on column crm.web_form.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.web_form.created_by is 'The login that made it';

create index web_form_created on crm.web_form (created_at desc);
create index web_form_assigns_to on crm.web_form (assigns_to_id) where assigns_to_id is not null;
create index web_form_pipeline on crm.web_form (pipeline) where pipeline is not null;

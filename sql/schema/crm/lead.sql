create table crm.lead (
  id bigint generated always as identity primary key,
  owner_id int references {organisation}.person (id),
  is_open boolean not null default false,
  stage text not null default 'new',
  title text not null,
  person_name text,
  company_name text,
  email text,
  phone text,
  website text,
  source text,
  amount numeric(14, 2),
  currency text not null default 'EUR',
  comment text,
  converted_at timestamptz,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint lead_stage check (stage in ('new', 'in_process', 'converted', 'junk')),
  constraint lead_currency check (length(currency) = 3)
);

comment on table crm.lead is 'Somebody who may become a customer';
comment on column crm.lead.id is 'Its number, given by the database';
comment on column crm.lead.owner_id is 'The person responsible; null: nobody, then only level all reaches it';
comment on column crm.lead.is_open is 'Whether level open reaches it, whoever owns it';
comment on column crm.lead.stage is 'How far it got';
comment on column crm.lead.title is 'What it is called';
comment on column crm.lead.person_name is 'Whom to talk to';
comment on column crm.lead.company_name is 'Where they work';
comment on column crm.lead.email is 'E-mail address';
comment on column crm.lead.phone is 'Telephone number';
comment on column crm.lead.website is 'Address on the web';
comment on column crm.lead.source is 'Where it came from: fair, web form, call, ...';
comment on column crm.lead.amount is 'What it may be worth';
comment on column crm.lead.currency is 'Three letters, ISO 4217';
comment on column crm.lead.comment is 'What else there is to say';
comment on column crm.lead.converted_at is 'When it became a deal';
comment on column crm.lead.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.lead.created_by is 'The login that made it';

create index lead_owner on crm.lead (owner_id, created_at desc);
create index lead_open on crm.lead (created_at desc) where is_open;
create index lead_created on crm.lead (created_at desc);
create index lead_by_stage on crm.lead (stage, created_at desc);
create index lead_by_email on crm.lead (lower(email));

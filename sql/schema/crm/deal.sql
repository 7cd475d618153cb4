create table crm.deal (
  id bigint generated always as identity primary key,
  owner_id int references {organisation}.person (id),
  is_open boolean not null default false,
  pipeline text not null default 'sales',
  stage text not null default 'prospecting',
  title text not null,
  code text,
  company_id bigint references crm.company (id),
  contact_id bigint references crm.contact (id),
  lead_id bigint references crm.lead (id),
  product_id bigint references crm.product (id),
  amount numeric(14, 2),
  margin numeric(14, 2),
  currency text not null default 'EUR',
  probability int,
  engaged_on date,
  closed_on date,
  comment text,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint deal_stage foreign key (pipeline, stage) references crm.stage (pipeline, code),
  constraint deal_currency check (length(currency) = 3),
  constraint deal_probability check (probability between 0 and 100)
);

comment on table crm.deal is 'A sale in the making, or made';
comment on column crm.deal.id is 'Its number, given by the database';
comment on column crm.deal.owner_id is 'The person responsible; null: nobody, then only level all reaches it';
comment on column crm.deal.is_open is 'Whether level open reaches it, whoever owns it';
comment on column crm.deal.pipeline is 'The way it goes';
comment on column crm.deal.stage is 'How far it got on that way';
comment on column crm.deal.title is 'What it is called';
comment on column crm.deal.code is 'What another system calls it; not unique, since that would tell who may not read it';
comment on column crm.deal.company_id is 'The customer';
comment on column crm.deal.contact_id is 'Whom to talk to there';
comment on column crm.deal.lead_id is 'The lead it came from';
comment on column crm.deal.product_id is 'What is mainly sold; the rest are line items';
comment on column crm.deal.amount is 'What it is worth';
comment on column crm.deal.margin is 'What remains of it';
comment on column crm.deal.currency is 'Three letters, ISO 4217';
comment on column crm.deal.probability is 'That it will be won, in per cent';
comment on column crm.deal.engaged_on is 'When the customer was first engaged';
comment on column crm.deal.closed_on is 'When it was won or lost';
comment on column crm.deal.comment is 'What else there is to say';
comment on column crm.deal.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.deal.created_by is 'The login that made it';

create index deal_owner on crm.deal (owner_id, created_at desc);
create index deal_open on crm.deal (created_at desc) where is_open;
create index deal_created on crm.deal (created_at desc);
create index deal_by_stage on crm.deal (pipeline, stage, created_at desc);
create index deal_closed on crm.deal (closed_on desc);
create index deal_company on crm.deal (company_id) where company_id is not null;
create index deal_contact on crm.deal (contact_id) where contact_id is not null;
create index deal_lead on crm.deal (lead_id) where lead_id is not null;
create index deal_product on crm.deal (product_id) where product_id is not null;

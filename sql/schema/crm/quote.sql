create table crm.quote (
  id bigint generated always as identity primary key,
  owner_id int references {organisation}.person (id),
  is_open boolean not null default false,
  stage text not null default 'draft',
  number text,
  title text not null,
  deal_id bigint references crm.deal (id),
  company_id bigint references crm.company (id),
  contact_id bigint references crm.contact (id),
  amount numeric(14, 2) not null default 0,
  tax numeric(14, 2) not null default 0,
  currency text not null default 'EUR',
  valid_until date,
  sent_at timestamptz,
  comment text,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint quote_stage check (stage in ('draft', 'sent', 'accepted', 'declined', 'expired')),
  constraint quote_currency check (length(currency) = 3)
);

comment on table crm.quote is 'An offer to a customer';
comment on column crm.quote.id is 'Its number, given by the database';
comment on column crm.quote.owner_id is 'The person responsible; null: nobody, then only level all reaches it';
comment on column crm.quote.is_open is 'Whether level open reaches it, whoever owns it';
comment on column crm.quote.stage is 'How far it got';
comment on column crm.quote.number is 'What the customer sees; not unique, since that would tell who may not read it';
comment on column crm.quote.title is 'What it is called';
comment on column crm.quote.deal_id is 'The deal it is made for';
comment on column crm.quote.company_id is 'The customer';
comment on column crm.quote.contact_id is 'Whom it is addressed to';
comment on column crm.quote.amount is 'The sum without tax';
comment on column crm.quote.tax is 'On top of it';
comment on column crm.quote.currency is 'Three letters, ISO 4217';
comment on column crm.quote.valid_until is 'How long it stands';
comment on column crm.quote.sent_at is 'When it was sent';
comment on column crm.quote.comment is 'What else there is to say';
comment on column crm.quote.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.quote.created_by is 'The login that made it';

create index quote_owner on crm.quote (owner_id, created_at desc);
create index quote_open on crm.quote (created_at desc) where is_open;
create index quote_created on crm.quote (created_at desc);
create index quote_by_stage on crm.quote (stage, created_at desc);
create index quote_deal on crm.quote (deal_id) where deal_id is not null;
create index quote_company on crm.quote (company_id) where company_id is not null;
create index quote_contact on crm.quote (contact_id) where contact_id is not null;

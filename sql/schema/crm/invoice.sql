create table crm.invoice (
  id bigint generated always as identity primary key,
  owner_id int references {organisation}.person (id),
  is_open boolean not null default false,
  stage text not null default 'draft',
  number text,
  title text not null,
  order_id bigint references crm.sales_order (id),
  deal_id bigint references crm.deal (id),
  company_id bigint references crm.company (id),
  amount numeric(14, 2) not null default 0,
  tax numeric(14, 2) not null default 0,
  currency text not null default 'EUR',
  issued_on date,
  due_on date,
  paid_at timestamptz,
  comment text,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint invoice_stage check (stage in ('draft', 'sent', 'paid', 'overdue', 'cancelled')),
  constraint invoice_currency check (length(currency) = 3)
);

comment on table crm.invoice is 'A bill to a customer';
comment on column crm.invoice.id is 'Its number, given by the database';
comment on column crm.invoice.owner_id is 'The person responsible; null: nobody, then only level all reaches it';
comment on column crm.invoice.is_open is 'Whether level open reaches it, whoever owns it';
comment on column crm.invoice.stage is 'How far it got';
comment on column crm.invoice.number is 'What the customer sees; not unique, since that would tell who may not read it';
comment on column crm.invoice.title is 'What it is called';
comment on column crm.invoice.order_id is 'The order it bills';
comment on column crm.invoice.deal_id is 'The deal it comes from';
comment on column crm.invoice.company_id is 'The customer';
comment on column crm.invoice.amount is 'The sum without tax';
comment on column crm.invoice.tax is 'On top of it';
comment on column crm.invoice.currency is 'Three letters, ISO 4217';
comment on column crm.invoice.issued_on is 'The date on it';
comment on column crm.invoice.due_on is 'When it must be paid';
comment on column crm.invoice.paid_at is 'When the money came';
comment on column crm.invoice.comment is 'What else there is to say';
comment on column crm.invoice.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.invoice.created_by is 'The login that made it';

create index invoice_owner on crm.invoice (owner_id, created_at desc);
create index invoice_open on crm.invoice (created_at desc) where is_open;
create index invoice_created on crm.invoice (created_at desc);
create index invoice_by_stage on crm.invoice (stage, created_at desc);
create index invoice_due on crm.invoice (due_on) where paid_at is null;
create index invoice_order on crm.invoice (order_id) where order_id is not null;
create index invoice_deal on crm.invoice (deal_id) where deal_id is not null;
create index invoice_company on crm.invoice (company_id) where company_id is not null;

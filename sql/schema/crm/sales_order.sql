create table crm.sales_order (
  id bigint generated always as identity primary key,
  owner_id int references {organisation}.person (id),
  is_open boolean not null default false,
  stage text not null default 'new',
  number text,
  title text not null,
  deal_id bigint references crm.deal (id),
  quote_id bigint references crm.quote (id),
  company_id bigint references crm.company (id),
  contact_id bigint references crm.contact (id),
  amount numeric(14, 2) not null default 0,
  tax numeric(14, 2) not null default 0,
  currency text not null default 'EUR',
  ordered_on date,
  deliver_on date,
  comment text,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint sales_order_stage check (stage in ('new', 'confirmed', 'shipped', 'completed', 'cancelled')),
  constraint sales_order_currency check (length(currency) = 3)
);

comment on table crm.sales_order is 'What a customer ordered; entity order';
comment on column crm.sales_order.id is 'Its number, given by the database';
comment on column crm.sales_order.owner_id is 'The person responsible; null: nobody, then only level all reaches it';
comment on column crm.sales_order.is_open is 'Whether level open reaches it, whoever owns it';
comment on column crm.sales_order.stage is 'How far it got';
comment on column crm.sales_order.number is 'What the customer sees; not unique, since that would tell who may not read it';
comment on column crm.sales_order.title is 'What it is called';
comment on column crm.sales_order.deal_id is 'The deal it comes from';
comment on column crm.sales_order.quote_id is 'The quote that was accepted';
comment on column crm.sales_order.company_id is 'The customer';
comment on column crm.sales_order.contact_id is 'Who ordered';
comment on column crm.sales_order.amount is 'The sum without tax';
comment on column crm.sales_order.tax is 'On top of it';
comment on column crm.sales_order.currency is 'Three letters, ISO 4217';
comment on column crm.sales_order.ordered_on is 'When it was ordered';
comment on column crm.sales_order.deliver_on is 'When it is promised';
comment on column crm.sales_order.comment is 'What else there is to say';
comment on column crm.sales_order.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.sales_order.created_by is 'The login that made it';

create index sales_order_owner on crm.sales_order (owner_id, created_at desc);
create index sales_order_open on crm.sales_order (created_at desc) where is_open;
create index sales_order_created on crm.sales_order (created_at desc);
create index sales_order_by_stage on crm.sales_order (stage, created_at desc);
create index sales_order_deal on crm.sales_order (deal_id) where deal_id is not null;
create index sales_order_quote on crm.sales_order (quote_id) where quote_id is not null;
create index sales_order_company on crm.sales_order (company_id) where company_id is not null;
create index sales_order_contact on crm.sales_order (contact_id) where contact_id is not null;

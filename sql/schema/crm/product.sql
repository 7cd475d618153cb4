create table crm.product (
  id bigint generated always as identity primary key,
  name text not null,
  sku text,
  series text,
  price numeric(14, 2) not null default 0,
  currency text not null default 'EUR',
  unit text not null default 'piece',
  description text,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint product_name check (name <> ''),
  constraint product_price check (price >= 0),
  constraint product_currency check (length(currency) = 3)
);

comment on table crm.product is 'The catalogue; belongs to nobody';
comment on column crm.product.id is 'Its number, given by the database';
comment on column crm.product.name is 'What it is called in offers';
comment on column crm.product.sku is 'The number it is ordered by; not unique, since that would tell who may not read it';
comment on column crm.product.series is 'The line of products';
comment on column crm.product.price is 'List price without tax';
comment on column crm.product.currency is 'Three letters, ISO 4217';
comment on column crm.product.unit is 'What the price is for';
comment on column crm.product.description is 'What it is, at length';
comment on column crm.product.is_active is 'Whether it is still sold';
comment on column crm.product.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.product.created_by is 'The login that made it';

create index product_created on crm.product (created_at desc);
create index product_by_name on crm.product (name);
create index product_by_sku on crm.product (sku);

create table crm.line_item (
  id bigint generated always as identity primary key,
  deal_id bigint references crm.deal (id),
  quote_id bigint references crm.quote (id),
  order_id bigint references crm.sales_order (id),
  invoice_id bigint references crm.invoice (id),
  parent_owner_id int references {organisation}.person (id),
  parent_is_open boolean,
  parent_stage text,
  parent_pipeline text,
  position int not null default 1,
  product_id bigint references crm.product (id),
  name text not null,
  quantity numeric(14, 3) not null default 1,
  unit_price numeric(14, 2) not null default 0,
  discount numeric(5, 2) not null default 0,
  tax_rate numeric(5, 2) not null default 0,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint line_item_parent check (num_nonnulls(deal_id, quote_id, order_id, invoice_id) = 1),
  constraint line_item_quantity check (quantity > 0),
  constraint line_item_discount check (discount between 0 and 100)
);

comment on table crm.line_item is 'A line of a deal, quote, order or invoice; who may see that may see its lines';
comment on column crm.line_item.id is 'Its number, given by the database';
comment on column crm.line_item.deal_id is 'The deal it belongs to';
comment on column crm.line_item.quote_id is 'The quote it belongs to';
comment on column crm.line_item.order_id is 'The order it belongs to';
comment on column crm.line_item.invoice_id is 'The invoice it belongs to';
comment on column crm.line_item.parent_owner_id is 'Carried: the owner of what it belongs to; kept by triggers, as the three below';
comment on column crm.line_item.parent_is_open is 'Carried: its open flag';
comment on column crm.line_item.parent_stage is 'Carried: its stage';
comment on column crm.line_item.parent_pipeline is 'Carried: its pipeline';
comment on column crm.line_item.position is 'Where the line stands, from the top';
comment on column crm.line_item.product_id is 'What is sold; null: something not in the catalogue';
comment on column crm.line_item.name is 'What is sold, as the customer reads it';
comment on column crm.line_item.quantity is 'How many, in units of the product';
comment on column crm.line_item.unit_price is 'Before discount, without tax';
comment on column crm.line_item.discount is 'In per cent';
comment on column crm.line_item.tax_rate is 'In per cent';
comment on column crm.line_item.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.line_item.created_by is 'The login that made it';

create index line_item_created on crm.line_item (created_at desc);
create index line_item_parent_owner on crm.line_item (parent_owner_id, created_at desc);
create index line_item_parent_open on crm.line_item (created_at desc) where parent_is_open;
create index line_item_of_deal on crm.line_item (deal_id, created_at desc) where deal_id is not null;
create index line_item_of_quote on crm.line_item (quote_id, created_at desc) where quote_id is not null;
create index line_item_of_order on crm.line_item (order_id, created_at desc) where order_id is not null;
create index line_item_of_invoice on crm.line_item (invoice_id, created_at desc) where invoice_id is not null;
create index line_item_product on crm.line_item (product_id) where product_id is not null;

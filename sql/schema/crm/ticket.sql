create table crm.ticket (
  id bigint generated always as identity primary key,
  owner_id int references {organisation}.person (id),
  is_open boolean not null default false,
  stage text not null default 'new',
  title text not null,
  description text,
  company_id bigint references crm.company (id),
  contact_id bigint references crm.contact (id),
  deal_id bigint references crm.deal (id),
  product_id bigint references crm.product (id),
  priority text not null default 'normal',
  due_at timestamptz,
  solved_at timestamptz,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint ticket_stage check (stage in ('new', 'in_progress', 'waiting', 'solved', 'closed')),
  constraint ticket_priority check (priority in ('low', 'normal', 'high', 'urgent'))
);

comment on table crm.ticket is 'A question or complaint of a customer';
comment on column crm.ticket.id is 'Its number, given by the database';
comment on column crm.ticket.owner_id is 'The person responsible; null: nobody, then only level all reaches it';
comment on column crm.ticket.is_open is 'Whether level open reaches it, whoever owns it';
comment on column crm.ticket.stage is 'How far it got';
comment on column crm.ticket.title is 'What it is called';
comment on column crm.ticket.description is 'What it is, at length';
comment on column crm.ticket.company_id is 'The customer';
comment on column crm.ticket.contact_id is 'Who asks';
comment on column crm.ticket.deal_id is 'The deal it is about';
comment on column crm.ticket.product_id is 'The product it is about';
comment on column crm.ticket.priority is 'low, normal, high or urgent';
comment on column crm.ticket.due_at is 'When it must be answered';
comment on column crm.ticket.solved_at is 'When it was';
comment on column crm.ticket.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.ticket.created_by is 'The login that made it';

create index ticket_owner on crm.ticket (owner_id, created_at desc);
create index ticket_open on crm.ticket (created_at desc) where is_open;
create index ticket_created on crm.ticket (created_at desc);
create index ticket_by_stage on crm.ticket (stage, created_at desc);
create index ticket_due on crm.ticket (due_at) where solved_at is null;
create index ticket_company on crm.ticket (company_id) where company_id is not null;
create index ticket_contact on crm.ticket (contact_id) where contact_id is not null;
create index ticket_deal on crm.ticket (deal_id) where deal_id is not null;
create index ticket_product on crm.ticket (product_id) where product_id is not null;

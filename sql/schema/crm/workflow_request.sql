create table crm.workflow_request (
  id bigint generated always as identity primary key,
  owner_id int references {organisation}.person (id),
  is_open boolean not null default false,
  process text not null,
  title text not null,
  status text not null default 'pending',
  form jsonb not null default '{{}}',
  approver_id int references {organisation}.person (id),
  deal_id bigint references crm.deal (id),
  order_id bigint references crm.sales_order (id),
  decided_at timestamptz,
  comment text,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint workflow_request_status check (status in ('pending', 'approved', 'rejected', 'withdrawn'))
);

comment on table crm.workflow_request is 'A request that goes through a business process: a holiday, a purchase, an approval';
comment on column crm.workflow_request.id is 'Its number, given by the database';
comment on column crm.workflow_request.owner_id is 'The person who asks; null: nobody, then only level all reaches it';
comment on column crm.workflow_request.is_open is 'Whether level open reaches it, whoever owns it';
comment on column crm.workflow_request.process is 'The process it goes through';
comment on column crm.workflow_request.title is 'What it is called';
comment on column crm.workflow_request.status is 'pending, approved, rejected or withdrawn';
comment on column crm.workflow_request.form is 'What was filled in';
comment on column crm.workflow_request.approver_id is 'Who decides';
comment on column crm.workflow_request.deal_id is 'The deal it is about';
comment on column crm.workflow_request.order_id is 'The order it is about';
comment on column crm.workflow_request.decided_at is 'When it was decided';
comment on column crm.workflow_request.comment is 'What else there is to say';
comment on column crm.workflow_request.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.workflow_request.created_by is 'The login that made it';

create index workflow_request_owner on crm.workflow_request (owner_id, created_at desc);
create index workflow_request_open on crm.workflow_request (created_at desc) where is_open;
create index workflow_request_created on crm.workflow_request (created_at desc);
create index workflow_request_approver on crm.workflow_request (approver_id) where approver_id is not null;
create index workflow_request_deal on crm.workflow_request (deal_id) where deal_id is not null;
create index workflow_request_order on crm.workflow_request (order_id) where order_id is not null;

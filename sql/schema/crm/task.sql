create table crm.task (
  id bigint generated always as identity primary key,
  owner_id int references {organisation}.person (id),
  is_open boolean not null default false,
  title text not null,
  description text,
  status text not null default 'new',
  priority text not null default 'normal',
  requester_id int references {organisation}.person (id),
  project_group_id int references {organisation}.project_group (id),
  parent_task_id bigint references crm.task (id),
  lead_id bigint references crm.lead (id),
  deal_id bigint references crm.deal (id),
  company_id bigint references crm.company (id),
  ticket_id bigint references crm.ticket (id),
  due_at timestamptz,
  done_at timestamptz,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint task_status check (status in ('new', 'in_progress', 'done', 'cancelled')),
  constraint task_priority check (priority in ('low', 'normal', 'high'))
);

comment on table crm.task is 'Something a person is to do';
comment on column crm.task.id is 'Its number, given by the database';
comment on column crm.task.owner_id is 'The person who is to do it; null: nobody, then only level all reaches it';
comment on column crm.task.is_open is 'Whether level open reaches it, whoever owns it';
comment on column crm.task.title is 'What it is called';
comment on column crm.task.description is 'What it is, at length';
comment on column crm.task.status is 'new, in_progress, done or cancelled';
comment on column crm.task.priority is 'low, normal or high';
comment on column crm.task.requester_id is 'Who wants it done';
comment on column crm.task.project_group_id is 'The project it is part of';
comment on column crm.task.parent_task_id is 'The task it is part of';
comment on column crm.task.lead_id is 'What it is about';
comment on column crm.task.deal_id is 'What it is about';
comment on column crm.task.company_id is 'Whom it is about';
comment on column crm.task.ticket_id is 'What it is about';
comment on column crm.task.due_at is 'When it is to be done';
comment on column crm.task.done_at is 'When it was';
comment on column crm.task.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.task.created_by is 'The login that made it';

create index task_owner on crm.task (owner_id, created_at desc);
create index task_open on crm.task (created_at desc) where is_open;
create index task_created on crm.task (created_at desc);
create index task_due on crm.task (owner_id, due_at) where done_at is null;
create index task_requester on crm.task (requester_id) where requester_id is not null;
create index task_project_group on crm.task (project_group_id) where project_group_id is not null;
create index task_parent_task on crm.task (parent_task_id) where parent_task_id is not null;
create index task_lead on crm.task (lead_id) where lead_id is not null;
create index task_deal on crm.task (deal_id) where deal_id is not null;
create index task_company on crm.task (company_id) where company_id is not null;
create index task_ticket on crm.task (ticket_id) where ticket_id is not null;

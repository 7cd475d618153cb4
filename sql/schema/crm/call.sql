create table crm.call (
  id bigint generated always as identity primary key,
  owner_id int references {organisation}.person (id),
  is_open boolean not null default false,
  direction text not null,
  phone text not null,
  started_at timestamptz not null default now(),
  duration interval,
  recording text,
  contact_id bigint references crm.contact (id),
  company_id bigint references crm.company (id),
  lead_id bigint references crm.lead (id),
  deal_id bigint references crm.deal (id),
  comment text,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint call_direction check (direction in ('in', 'out'))
);

comment on table crm.call is 'A telephone call and its recording';
comment on column crm.call.id is 'Its number, given by the database';
comment on column crm.call.owner_id is 'The person who called or was called; null: nobody, then only level all reaches it';
comment on column crm.call.is_open is 'Whether level open reaches it, whoever owns it';
comment on column crm.call.direction is 'in or out';
comment on column crm.call.phone is 'The number called, or calling';
comment on column crm.call.started_at is 'When it rang';
comment on column crm.call.duration is 'How long they talked; null: nobody answered';
comment on column crm.call.recording is 'Where the recording is; never the recording itself';
comment on column crm.call.contact_id is 'Whom it was with';
comment on column crm.call.company_id is 'Where they work';
comment on column crm.call.lead_id is 'What it was about';
comment on column crm.call.deal_id is 'What it was about';
comment on column crm.call.comment is 'What else there is to say';
comment on column crm.call.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.call.created_by is 'The login that made it';

create index call_owner on crm.call (owner_id, created_at desc);
create index call_open on crm.call (created_at desc) where is_open;
create index call_created on crm.call (created_at desc);
create index call_started on crm.call (started_at desc);
create index call_contact on crm.call (contact_id) where contact_id is not null;
create index call_company on crm.call (company_id) where company_id is not null;
create index call_lead on crm.call (lead_id) where lead_id is not null;
create index call_deal on crm.call (deal_id) where deal_id is not null;

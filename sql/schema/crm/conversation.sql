create table crm.conversation (
  id bigint generated always as identity primary key,
  owner_id int references {organisation}.person (id),
  is_open boolean not null default false,
  channel text not null,
  subject text,
  status text not null default 'open',
  contact_id bigint references crm.contact (id),
  lead_id bigint references crm.lead (id),
  deal_id bigint references crm.deal (id),
  site_widget_id bigint references crm.site_widget (id),
  last_message_at timestamptz,
  closed_at timestamptz,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint conversation_status check (status in ('open', 'answered', 'closed'))
);

comment on table crm.conversation is 'A conversation with a customer in a messenger or chat';
comment on column crm.conversation.id is 'Its number, given by the database';
comment on column crm.conversation.owner_id is 'The person who answers; null: nobody, then only level all reaches it';
comment on column crm.conversation.is_open is 'Whether level open reaches it, whoever owns it';
comment on column crm.conversation.channel is 'Where it takes place: chat, telegram, whatsapp, ...';
comment on column crm.conversation.subject is 'What it is about';
comment on column crm.conversation.status is 'open, answered or closed';
comment on column crm.conversation.contact_id is 'Whom it is with';
comment on column crm.conversation.lead_id is 'What it is about';
comment on column crm.conversation.deal_id is 'What it is about';
comment on column crm.conversation.site_widget_id is 'The widget it was begun in';
comment on column crm.conversation.last_message_at is 'When somebody last wrote';
comment on column crm.conversation.closed_at is 'When it ended';
comment on column crm.conversation.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.conversation.created_by is 'The login that made it';

create index conversation_owner on crm.conversation (owner_id, created_at desc);
create index conversation_open on crm.conversation (created_at desc) where is_open;
create index conversation_created on crm.conversation (created_at desc);
create index conversation_contact on crm.conversation (contact_id) where contact_id is not null;
create index conversation_lead on crm.conversation (lead_id) where lead_id is not null;
create index conversation_deal on crm.conversation (deal_id) where deal_id is not null;
create index conversation_site_widget on crm.conversation (site_widget_id) where site_widget_id is not null;

create table crm.site_widget (
  id bigint generated always as identity primary key,
  name text not null,
  kind text not null default 'chat',
  site text not null,
  web_form_id bigint references crm.web_form (id),
  settings jsonb not null default '{{}}',
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint site_widget_name check (name <> ''),
  constraint site_widget_kind check (kind in ('chat', 'callback', 'form')),
  constraint site_widget_form check ((kind = 'form') = (web_form_id is not null))
);

comment on table crm.site_widget is 'A chat or call-back button on a website';
comment on column crm.site_widget.id is 'Its number, given by the database';
comment on column crm.site_widget.name is 'What it is called';
comment on column crm.site_widget.kind is 'chat, callback or form';
comment on column crm.site_widget.site is 'The website it is on';
comment on column crm.site_widget.web_form_id is 'The form it opens';
comment on column crm.site_widget.settings is 'How it looks';
comment on column crm.site_widget.is_active is 'Whether it is shown';
comment on column crm.site_widget.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.site_widget.created_by is 'The login that made it';

create index site_widget_created on crm.site_widget (created_at desc);
create index site_widget_web_form on crm.site_widget (web_form_id) where web_form_id is not null;

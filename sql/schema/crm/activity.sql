create table crm.activity (
  id bigint generated always as identity primary key,
  lead_id bigint references crm.lead (id),
  contact_id bigint references crm.contact (id),
  company_id bigint references crm.company (id),
  deal_id bigint references crm.deal (id),
  quote_id bigint references crm.quote (id),
  order_id bigint references crm.sales_order (id),
  invoice_id bigint references crm.invoice (id),
  ticket_id bigint references crm.ticket (id),
  parent_owner_id int references {organisation}.person (id),
  parent_is_open boolean,
  parent_stage text,
  parent_pipeline text,
  kind text not null default 'note',
  subject text not null,
  body text,
  happened_at timestamptz not null default now(),
  duration interval,
  person_id int references {organisation}.person (id),
  is_done boolean not null default true,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint activity_parent check (num_nonnulls(lead_id, contact_id, company_id, deal_id, quote_id, order_id, invoice_id, ticket_id) = 1),
  constraint activity_kind check (kind in ('call', 'mail', 'meeting', 'note'))
);

comment on table crm.activity is 'What happened: a call, mail, meeting or note; who may see what it belongs to may see it';
comment on column crm.activity.id is 'Its number, given by the database';
comment on column crm.activity.lead_id is 'The lead it belongs to';
comment on column crm.activity.contact_id is 'The contact it belongs to';
comment on column crm.activity.company_id is 'The company it belongs to';
comment on column crm.activity.deal_id is 'The deal it belongs to';
comment on column crm.activity.quote_id is 'The quote it belongs to';
comment on column crm.activity.order_id is 'The order it belongs to';
comment on column crm.activity.invoice_id is 'The invoice it belongs to';
comment on column crm.activity.ticket_id is 'The ticket it belongs to';
comment on column crm.activity.parent_owner_id is 'Carried: the owner of what it belongs to; kept by triggers, as the three below';
comment on column crm.activity.parent_is_open is 'Carried: its open flag';
comment on column crm.activity.parent_stage is 'Carried: its stage';
comment on column crm.activity.parent_pipeline is 'Carried: its pipeline';
comment on column crm.activity.kind is 'call, mail, meeting or note';
comment on column crm.activity.subject is 'What it is about';
comment on column crm.activity.body is 'What was said, at length';
comment on column crm.activity.happened_at is 'When it happened, or will';
comment on column crm.activity.duration is 'How long it took';
comment on column crm.activity.person_id is 'Who did it';
comment on column crm.activity.is_done is 'False: planned';
comment on column crm.activity.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.activity.created_by is 'The login that made it';

create index activity_created on crm.activity (created_at desc);
create index activity_parent_owner on crm.activity (parent_owner_id, created_at desc);
create index activity_parent_open on crm.activity (created_at desc) where parent_is_open;
create index activity_of_lead on crm.activity (lead_id, created_at desc) where lead_id is not null;
create index activity_of_contact on crm.activity (contact_id, created_at desc) where contact_id is not null;
create index activity_of_company on crm.activity (company_id, created_at desc) where company_id is not null;
create index activity_of_deal on crm.activity (deal_id, created_at desc) where deal_id is not null;
create index activity_of_quote on crm.activity (quote_id, created_at desc) where quote_id is not null;
create index activity_of_order on crm.activity (order_id, created_at desc) where order_id is not null;
create index activity_of_invoice on crm.activity (invoice_id, created_at desc) where invoice_id is not null;
create index activity_of_ticket on crm.activity (ticket_id, created_at desc) where ticket_id is not null;
create index activity_person on crm.activity (person_id) where person_id is not null;

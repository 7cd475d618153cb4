create table crm.contact (
  id bigint generated always as identity primary key,
  owner_id int references {organisation}.person (id),
  is_open boolean not null default false,
  name text not null,
  company_id bigint references crm.company (id),
  job_title text,
  email text,
  phone text,
  birthday date,
  street text,
  postal_code text,
  city text,
  country text,
  may_be_contacted boolean not null default true,
  comment text,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint contact_name check (name <> '')
);

comment on table crm.contact is 'A person at a customer, supplier or partner';
comment on column crm.contact.id is 'Its number, given by the database';
comment on column crm.contact.owner_id is 'The person responsible; null: nobody, then only level all reaches it';
comment on column crm.contact.is_open is 'Whether level open reaches it, whoever owns it';
comment on column crm.contact.name is 'First and last name';
comment on column crm.contact.company_id is 'Where they work';
comment on column crm.contact.job_title is 'What they do there';
comment on column crm.contact.email is 'E-mail address';
comment on column crm.contact.phone is 'Telephone number';
comment on column crm.contact.birthday is 'To congratulate';
comment on column crm.contact.street is 'Street and number';
comment on column crm.contact.postal_code is 'Postal code';
comment on column crm.contact.city is 'Town';
comment on column crm.contact.country is 'Two letters or a name, as it came';
comment on column crm.contact.may_be_contacted is 'Whether they agreed to be written to';
comment on column crm.contact.comment is 'What else there is to say';
comment on column crm.contact.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.contact.created_by is 'The login that made it';

create index contact_owner on crm.contact (owner_id, created_at desc);
create index contact_open on crm.contact (created_at desc) where is_open;
create index contact_created on crm.contact (created_at desc);
create index contact_by_name on crm.contact (name);
create index contact_by_email on crm.contact (lower(email));
create index contact_company on crm.contact (company_id) where company_id is not null;

create table crm.company (
  id bigint generated always as identity primary key,
  owner_id int references {organisation}.person (id),
  is_open boolean not null default false,
  name text not null,
  industry text,
  revenue numeric(14, 2),
  employees int,
  founded_year int,
  vat_number text,
  website text,
  email text,
  phone text,
  street text,
  postal_code text,
  city text,
  country text,
  parent_company_id bigint references crm.company (id),
  comment text,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint company_name check (name <> ''),
  constraint company_employees check (employees >= 0)
);

comment on table crm.company is 'A customer, supplier or partner';
comment on column crm.company.id is 'Its number, given by the database';
comment on column crm.company.owner_id is 'The person responsible; null: nobody, then only level all reaches it';
comment on column crm.company.is_open is 'Whether level open reaches it, whoever owns it';
comment on column crm.company.name is 'The name it trades under';
comment on column crm.company.industry is 'The branch it works in';
comment on column crm.company.revenue is 'Per year';
comment on column crm.company.employees is 'How many';
comment on column crm.company.founded_year is 'The year it was founded';
comment on column crm.company.vat_number is 'For taxes';
comment on column crm.company.website is 'Address on the web';
comment on column crm.company.email is 'E-mail address';
comment on column crm.company.phone is 'Telephone number';
comment on column crm.company.street is 'Street and number';
comment on column crm.company.postal_code is 'Postal code';
comment on column crm.company.city is 'Town';
comment on column crm.company.country is 'Two letters or a name, as it came';
comment on column crm.company.parent_company_id is 'The company it is a subsidiary of';
comment on column crm.company.comment is 'What else there is to say';
comment on column crm.company.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.company.created_by is 'The login that made it';

create index company_owner on crm.company (owner_id, created_at desc);
create index company_open on crm.company (created_at desc) where is_open;
create index company_created on crm.company (created_at desc);
create index company_by_name on crm.company (name);
create index company_parent_company on crm.company (parent_company_id) where parent_company_id is not null;

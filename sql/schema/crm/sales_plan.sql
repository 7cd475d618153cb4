create table crm.sales_plan (
  id bigint generated always as identity primary key,
  person_id int references {organisation}.person (id),
  department_id int references {organisation}.department (id),
  starts_on date not null,
  ends_on date not null,
  target numeric(14, 2) not null,
  currency text not null default 'EUR',
  comment text,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint sales_plan_whose check (num_nonnulls(person_id, department_id) = 1),
  constraint sales_plan_time check (starts_on <= ends_on),
  constraint sales_plan_currency check (length(currency) = 3)
);

comment on table crm.sales_plan is 'What a person or department is to sell in a time; belongs to nobody, so only none and all apply';
comment on column crm.sales_plan.id is 'Its number, given by the database';
comment on column crm.sales_plan.person_id is 'Whose plan it is; or';
comment on column crm.sales_plan.department_id is 'whose plan it is';
comment on column crm.sales_plan.starts_on is 'First day';
comment on column crm.sales_plan.ends_on is 'Last day';
comment on column crm.sales_plan.target is 'What is to be sold';
comment on column crm.sales_plan.currency is 'Three letters, ISO 4217';
comment on column crm.sales_plan.comment is 'What else there is to say';
comment on column crm.sales_plan.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.sales_plan.created_by is 'The login that made it';

create index sales_plan_created on crm.sales_plan (created_at desc);
create index sales_plan_time on crm.sales_plan (starts_on, ends_on);
create index sales_plan_person on crm.sales_plan (person_id) where person_id is not null;
create index sales_plan_department on crm.sales_plan (department_id) where department_id is not null;

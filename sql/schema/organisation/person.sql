create table {organisation}.person (
  id int generated always as identity primary key,
  login text unique,
  key text unique,
  name text not null,
  email text,
  job_title text,
  phone text,
  hired_on date,
  is_active boolean not null default true,
  dismissed_at timestamptz,
  constraint person_login check (
    login = lower(login)
    and octet_length(login) between 1 and 63
    and login not in ('public', 'none')
    and not starts_with(login, 'pg_')
    and not starts_with(login, {prefix})
  ),
  constraint person_key check (key <> ''),
  constraint person_name check (name <> ''),
  constraint person_dismissed check (not (is_active and dismissed_at is not null))
);

comment on table {organisation}.person is 'An employee, present or past';
comment on column {organisation}.person.id is 'Its number, given by the database';
comment on column {organisation}.person.login is 'The name of their database role; null: cannot log in';
comment on column {organisation}.person.key is 'What other tables of the company use to name this person; null: nothing';
comment on column {organisation}.person.name is 'What they are called';
comment on column {organisation}.person.email is 'E-mail address';
comment on column {organisation}.person.job_title is 'What they do here';
comment on column {organisation}.person.phone is 'Telephone number';
comment on column {organisation}.person.hired_on is 'When they came';
comment on column {organisation}.person.is_active is 'False after dismissal: no rights, while their records stay in their departments'' reach';
comment on column {organisation}.person.dismissed_at is 'When they left';

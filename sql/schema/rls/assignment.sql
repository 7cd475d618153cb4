create table rls.assignment (
  id int generated always as identity primary key,
  role text not null,
  principal_kind text not null
    check (principal_kind in ('person', 'department', 'subdepartments', 'group', 'project_group', 'everyone')),
  principal_id int,
  valid_from timestamptz,
  valid_until timestamptz,
  from_definition boolean not null default false,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint assignment_principal check ((principal_id is null) = (principal_kind = 'everyone')),
  constraint assignment_time check (valid_from < valid_until),
  constraint assignment_once unique nulls not distinct (role, principal_kind, principal_id, valid_from, valid_until)
);

comment on table rls.assignment is 'Who holds which role; rls.refresh_memberships() makes memberships of it';
comment on column rls.assignment.principal_kind is 'What principal_id points to';
comment on column rls.assignment.principal_id is 'id of the person, department, group or project group; null for everyone';
comment on column rls.assignment.valid_from is 'From then on; null: at once';
comment on column rls.assignment.valid_until is 'Until just before then; null: for good';
comment on column rls.assignment.from_definition is 'Whether the definitions file says so: then apply may take it away';

create index assignment_principal on rls.assignment (principal_kind, coalesce(principal_id, 0));

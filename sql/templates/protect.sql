-- Nobody but its owner sees a row of the table until a policy says so; our own functions see what they need.
alter table {table} enable row level security, force row level security;

create policy rls_owner on {table} to {rls_owner} using (true) with check (true);

-- What the carrying functions need; UPDATE on one column is what FOR SHARE asks for.
grant usage on schema {schema} to {rls_owner};

grant select ({read}), update ({written}) on {table} to {rls_owner};

drop policy if exists rls_owner on {table};

create policy rls_owner on {table} to {rls_owner} using (true) with check (true);

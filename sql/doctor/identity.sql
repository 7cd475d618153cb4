-- Policies that take who asks from a setting, which everybody may set.
select
  policy.polname || ' on ' || managed.nspname || '.' || managed.relname as object,
  'asks a setting who it is, which everybody may set' as what,
  pg_catalog.format('drop policy %%I on %%I.%%I', policy.polname, managed.nspname, managed.relname) as statement
from managed
join pg_catalog.pg_policy as policy on policy.polrelid = managed.oid
cross join lateral (
  select
    pg_catalog.concat_ws(
      ' ',
      pg_catalog.pg_get_expr(policy.polqual, policy.polrelid),
      pg_catalog.pg_get_expr(policy.polwithcheck, policy.polrelid)
    ) as text
) as expression
where expression.text ~ 'current_setting\(''[A-Za-z_]+\.'

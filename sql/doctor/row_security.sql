-- Tables under rights whose row security is off, or does not bind their owner.
select
  managed.nspname || '.' || managed.relname as object,
  case when class.relrowsecurity then 'does not bind its owner, ' || pg_catalog.pg_get_userbyid(class.relowner) else 'has no row security' end
    as what,
  pg_catalog.format(
    'alter table %%I.%%I enable row level security, force row level security', managed.nspname, managed.relname
  ) as statement
from managed
join pg_catalog.pg_class as class on class.oid = managed.oid
where not (class.relrowsecurity and class.relforcerowsecurity)

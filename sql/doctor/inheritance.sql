-- Tables under rights that are part of another, which is not: read through it, their policies do not hold.
select
  managed.nspname || '.' || managed.relname as object,
  'is part of ' || parent.oid::regclass || ', through which ' || reached.grantees || ' read it past its policies' as what,
  pg_catalog.format('revoke all on %%s from %%s cascade', parent.oid::regclass, reached.grantees) as statement
from managed
join pg_catalog.pg_inherits as inherits on inherits.inhrelid = managed.oid
join pg_catalog.pg_class as parent on parent.oid = inherits.inhparent
join reached on reached.oid = parent.oid
where parent.oid not in (select managed.oid from managed)

-- Rules on tables under rights: they rewrite what people say, with the rights of the table's owner.
select
  'rule' as kind,
  'warning' as severity,
  pg_catalog.format('%%s on %%s.%%s', rewrite.rulename, managed.nspname, managed.relname) as object,
  'rewrites statements' as what,
  pg_catalog.format('drop rule %%I on %%I.%%I', rewrite.rulename, managed.nspname, managed.relname) as statement
from managed
join pg_catalog.pg_rewrite as rewrite on rewrite.ev_class = managed.oid and rewrite.rulename <> '_RETURN'

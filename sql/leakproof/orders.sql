-- Families that put operators beside the server's own `<`: the planner reads a column's histogram, which was sorted by
-- that, for operators of one order only (selfuncs.c, comparison_ops_are_compatible).  No index has them.
select
  exists (
    select
    from here
    join pg_catalog.pg_opfamily as family on family.opfnamespace = here.oid
    where family.opfname = kind.typname || '_order'
  ) as here,
  pg_catalog.format(
    e'create operator family %%1$I.%%2$I using btree;\nalter operator family %%1$I.%%2$I using btree add %%3$s',
    %(schema)s,
    kind.typname || '_order',
    string_agg(
      pg_catalog.format(
        'operator %%s %%I.%%s (%%s, %%s)',
        search.amopstrategy,
        case when search.amopstrategy = 1 then 'pg_catalog' else %(schema)s end,
        search.oprname,
        search.oprleft::regtype,
        search.oprright::regtype
      ),
      ', '
      order by search.amopstrategy
    )
  ) as statement
from server_class
join pg_catalog.pg_type as kind on kind.oid = server_class.opcintype
join search on search.class = server_class.oid
where server_class.amname = 'btree'
group by kind.typname
order by kind.typname

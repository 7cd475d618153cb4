-- The operator classes: those of the server, and of extensions that are there, with what is leakproof of their operators.
select
  exists (
    select
    from here
    join pg_catalog.pg_opclass as class on class.opcnamespace = here.oid
    where class.opcname = server_class.opcname and class.opcmethod = server_class.opcmethod
  ) as here,
  pg_catalog.format(
    e'create operator class %%I.%%I\n  for type %%s using %%I as\n  ',
    %(schema)s,
    server_class.opcname,
    server_class.opcintype::regtype,
    server_class.amname
  )
    || pg_catalog.concat_ws(
      e',\n  ',
      (
        select
          string_agg(
            pg_catalog.format(
              'operator %%s %%I.%%s (%%s, %%s)',
              search.amopstrategy,
              %(schema)s,
              search.oprname,
              search.oprleft::regtype,
              search.oprright::regtype
            ),
            e',\n  '
            order by search.amopstrategy
          )
        from search
        where search.class = server_class.oid
      ),
      (
        select
          string_agg(
            pg_catalog.format(
              'function %%s (%%s, %%s) %%s',
              support.amprocnum,
              support.amproclefttype::regtype,
              support.amprocrighttype::regtype,
              support.amproc::regprocedure
            ),
            e',\n  '
            order by support.amprocnum
          )
        from pg_catalog.pg_amproc as support
        where
          support.amprocfamily = server_class.opcfamily
          and support.amproclefttype = server_class.opcintype
          and support.amprocrighttype = server_class.opcintype
      ),
      'storage ' || nullif(server_class.opckeytype, 0)::regtype
    ) as statement
from server_class
order by server_class.amname, server_class.opcname

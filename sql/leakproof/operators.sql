-- The operators, with the estimates, commutators and negators of the server's.
select
  exists (
    select
    from here
    join pg_catalog.pg_operator as operator on operator.oprnamespace = here.oid
    where
      operator.oprname = server_operator.oprname
      and operator.oprleft = server_operator.oprleft
      and operator.oprright = server_operator.oprright
      and operator.oprcode <> 0
  ) as here,
  pg_catalog.format('create operator %%I.%%s (', %(schema)s, server_operator.oprname)
    || pg_catalog.concat_ws(
      ', ',
      pg_catalog.format('function = %%I.%%I', %(schema)s, server_operator.oprcode::text),
      'leftarg = ' || server_operator.oprleft::regtype,
      'rightarg = ' || server_operator.oprright::regtype,
      'commutator = operator(' || pg_catalog.quote_ident(%(schema)s) || '.' || commutator.oprname || ')',
      'negator = operator(' || pg_catalog.quote_ident(%(schema)s) || '.' || negator.oprname || ')',
      'restrict = pg_catalog.' || nullif(server_operator.oprrest::oid, 0)::regproc,
      'join = pg_catalog.' || nullif(server_operator.oprjoin::oid, 0)::regproc,
      case when server_operator.oprcanhash then 'hashes' end,
      case when server_operator.oprcanmerge then 'merges' end
    )
    || ')' as statement
from server_operator
left join server_operator as commutator on commutator.oid = server_operator.oprcom
left join server_operator as negator on negator.oid = server_operator.oprnegate
order by server_operator.oid

-- Pools' logins that have a person's rights without becoming them, or cannot become them.
select
  edge.member_name::text as object,
  case when edge.inherits then 'has the rights of ' else 'cannot become ' end || edge.role_name
    || case when edge.inherits then ' without becoming them' else '' end as what,
  pg_catalog.format(
    'grant %%I to %%I with inherit false, set true%%s', edge.role_name, edge.member_name, edge.granted_by
  ) as statement,
  case when edge.inherits then 'error' else 'warning' end as severity
from edge
where
  edge.has_options
  and edge.member in (select pool.oid from pool)
  and edge.roleid in (select person.oid from person)
  and (edge.inherits or not edge.sets)

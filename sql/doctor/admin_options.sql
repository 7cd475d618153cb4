-- People, pools and our roles that may hand a role on.
select
  edge.member_name::text as object,
  'may give ' || edge.role_name || ' to anybody (ADMIN OPTION)' as what,
  pg_catalog.format(
    'revoke admin option for %%I from %%I%%s cascade', edge.role_name, edge.member_name, edge.granted_by
  ) as statement
from edge
where edge.admin_option and edge.member in (select insider.oid from insider)

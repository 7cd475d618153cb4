-- People who may become one of our roles, and so lose their name; before PostgreSQL 16 every member may.
select
  edge.member_name::text as object,
  'may say SET ROLE ' || edge.role_name || ', and write without a name' as what,
  pg_catalog.format(
    'grant %%I to %%I with set false%%s', edge.role_name, edge.member_name, edge.granted_by
  ) as statement
from edge
where
  edge.has_options
  and edge.sets
  and edge.roleid in (select ours.oid from ours)
  and edge.member in (select insider.oid from insider)

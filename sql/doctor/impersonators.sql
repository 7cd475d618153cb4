-- Logins that may become people and are no pool's.
select
  edge.member_name::text as object,
  pg_catalog.format(
    'may become %%s of the people: %%s%%s',
    count(*),
    pg_catalog.array_to_string((array_agg(edge.role_name order by edge.role_name))[:5], ', '),
    case when count(*) > 5 then ', …' end
  ) as what,
  string_agg(
    pg_catalog.format('revoke %%I from %%I%%s cascade', edge.role_name, edge.member_name, edge.granted_by),
    e';\n'
    order by edge.role_name
  ) as statement
from edge
join pg_catalog.pg_roles as member on member.oid = edge.member
where
  edge.roleid in (select person.oid from person)
  and edge.member not in (select insider.oid from insider)
  and (edge.sets or edge.inherits)
  and not member.rolsuper
  and not member.rolcreaterole
  and member.oid <> (select database.datdba from database)
group by edge.member_name

-- Publications that carry tables under rights: a subscriber gets every row.
select
  'publication' as kind,
  'note' as severity,
  publication.pubname::text as object,
  case
    when publication.puballtables then 'sends every row of all tables'
    else 'sends every row of '
      || string_agg(pg_catalog.format('%%s.%%s', managed.nspname, managed.relname), ', ' order by managed.nspname, managed.relname)
  end as what,
  case
    when bool_and(relation.oid is not null)
      then pg_catalog.format(
        'alter publication %%I drop table %%s',
        publication.pubname,
        string_agg(pg_catalog.format('%%I.%%I', managed.nspname, managed.relname), ', ' order by managed.nspname, managed.relname)
      )
    else pg_catalog.format('drop publication %%I', publication.pubname)
  end as statement
from pg_catalog.pg_publication as publication
cross join managed
left join pg_catalog.pg_publication_rel as relation on relation.prpubid = publication.oid and relation.prrelid = managed.oid
left join pg_catalog.pg_publication_namespace as whole on whole.pnpubid = publication.oid and whole.pnnspid = managed.schema
where publication.puballtables or relation.oid is not null or whole.oid is not null
group by publication.oid, publication.pubname, publication.puballtables

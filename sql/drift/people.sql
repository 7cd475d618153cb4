-- People whose login is above row security, or may become so.
select
  'person' as kind,
  'error' as severity,
  person.rolname::text as object,
  'has ' || upper(pg_catalog.array_to_string(attribute.words, ', ')) as what,
  pg_catalog.format(
    'alter role %%I %%s', person.rolname, 'no' || pg_catalog.array_to_string(attribute.words, ' no')
  ) as statement
from person
cross join lateral (
  select
    array_remove(
      array[
        case when person.rolsuper then 'superuser' end,
        case when person.rolbypassrls then 'bypassrls' end,
        case when person.rolreplication then 'replication' end,
        case when person.rolcreaterole then 'createrole' end
      ],
      null
    ) as words
) as attribute
where attribute.words <> '{{}}'

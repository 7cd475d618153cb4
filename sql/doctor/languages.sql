-- Languages everybody may write functions in, which takes a place to put them.
select
  string_agg(language.lanname::text, ', ' order by language.lanname) as object,
  'may be used by everybody' as what,
  pg_catalog.format(
    'revoke usage on language %%s from public', string_agg(pg_catalog.quote_ident(language.lanname), ', ' order by language.lanname)
  ) as statement,
  case when bool_or(language.lanname not in ('sql', 'plpgsql')) then 'warning' else 'note' end as severity
from pg_catalog.pg_language as language
cross join pg_catalog.aclexplode(coalesce(language.lanacl, pg_catalog.acldefault('l', language.lanowner))) as entry
where language.lanpltrusted and entry.grantee = 0
having count(*) > 0

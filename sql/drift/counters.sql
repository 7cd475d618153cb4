-- Counters that are not as rls.refresh_counters() makes them: sequences changed, replaced or gone, and who may use them;
-- then whose there is none, who may be given one of those.
with
counter as (
  select
    counter.id,
    counter.login,
    coalesce(counter.login, 'nobody') || coalesce(', ' || counter.kind || ' of ' || counter.entity, '') as whose,
    pg_catalog.format('counter_%%s', counter.id) as name,
    class.relowner,
    class.relacl,
    class.relpersistence = 'p'
      and pg_catalog.pg_get_userbyid(class.relowner) = %(rls_owner)s
      and (sequence.seqtypid, sequence.seqstart, sequence.seqincrement, sequence.seqmin, sequence.seqmax, sequence.seqcache)
        = ('bigint'::regtype, 1, 1, 1, 9223372036854775807, 1)
      and not sequence.seqcycle as sound
  from rls.counter
  left join pg_catalog.pg_class as class
    on class.oid = counter.sequence
    and class.relnamespace = pg_catalog.to_regnamespace('rls_counter')
    and class.relname = pg_catalog.format('counter_%%s', counter.id)
  left join pg_catalog.pg_sequence as sequence on sequence.seqrelid = class.oid
),
entry as (
  select
    counter.id,
    coalesce(pg_catalog.pg_get_userbyid(nullif(acl.grantee, 0))::text, 'PUBLIC') as grantee,
    lower(acl.privilege_type) || case when acl.is_grantable then ' with grant option' else '' end as privilege
  from counter
  cross join pg_catalog.aclexplode(counter.relacl) as acl
  where acl.grantee <> counter.relowner
),
-- What each counter's sequence is granted, and should be.
granted as (
  select
    counter.id,
    coalesce(
      (
        select array_agg(entry.privilege || ' to ' || entry.grantee order by entry.grantee, entry.privilege)
        from entry
        where entry.id = counter.id
      ),
      '{}'
    ) as found,
    case
      when pg_catalog.to_regrole(pg_catalog.quote_ident(counter.login)) is null then '{}'
      else array['usage to ' || counter.login]
    end as wanted
  from counter
)
select
  'rls_counter.' || counter.name || ' (' || counter.whose || ')' as name,
  'was changed by hand' as how,
  counter.name as sequence,
  array[
    'drop sequence if exists rls_counter.' || counter.name,
    'delete from rls.counter where counter.id = ' || counter.id,
    'select rls.refresh_counters(null)'
  ] as statements,
  0 as step
from counter
where counter.sound is not true
union all
select
  'rls_counter.' || counter.name || ' (' || counter.whose || ')',
  'is granted ' || coalesce(nullif(array_to_string(granted.found, ', '), ''), 'to nobody'),
  null,
  array(
    select distinct
      pg_catalog.format(
        'revoke all on sequence rls_counter.%%I from %%s cascade',
        counter.name,
        case entry.grantee when 'PUBLIC' then 'public' else pg_catalog.quote_ident(entry.grantee) end
      )
    from entry
    where entry.id = counter.id
  ) || case
    when granted.wanted = '{}' then '{}'
    else array[pg_catalog.format('grant usage on sequence rls_counter.%%I to %%I', counter.name, counter.login)]
  end,
  0
from counter
join granted on granted.id = counter.id
where counter.sound and granted.found <> granted.wanted
union all
select
  'rls.counter of ' || found.login,
  found.how || found.entity || ', ' || found.kind,
  null,
  array['select rls.refresh_counters(null)'],
  1
from (
  select missing.login, missing.entity, missing.kind, 'has no counter for ' as how
  from rls.missing_counter as missing
  union all
  select counter.login, counter.entity, counter.kind, 'has a counter too many for '
  from rls.counter
  where
    counter.login is not null
    and not (
      exists (select from rls.reach where reach.login = counter.login)
      and exists (select from rls.budget where budget.entity = counter.entity and budget.kind = counter.kind)
    )
) as found
order by step, name, how

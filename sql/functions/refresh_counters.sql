-- Give everybody in rls.reach a counter for every budget, and take those of whoever is gone: no sequence is dropped, as
-- that would wait for their open transactions, but kept for the next.  Logins null: everybody.  Without nested loops:
-- the server may not know yet how many counters were made, and would compare each with all.
create or replace function rls.refresh_counters(logins name[])
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set enable_nestloop = off
  set plan_cache_mode = force_custom_plan
  set jit = off
as $$
declare
  gone rls.counter;
  wanted record;
  made regclass;
  free int;
begin
  if not exists (select from rls.budget) and not exists (select from rls.counter where counter.login is not null) then
    return;
  end if;
  for gone in
    select *
    from rls.counter
    where
      counter.login is not null
      and (refresh_counters.logins is null or counter.login = any (refresh_counters.logins))
      and not (
        exists (select from rls.reach where reach.login = counter.login)
        and exists (select from rls.budget where budget.entity = counter.entity and budget.kind = counter.kind)
      )
  loop
    update rls.counter
    set login = null, entity = null, kind = null
    where counter.id = gone.id;
    if to_regrole(quote_ident(gone.login)) is not null then
      execute format('revoke all on sequence %s from %I', gone.sequence, gone.login);
    end if;
  end loop;
  -- A sequence and whoever may use it.
  perform rls.require_locks(2 * count(*))
  from rls.missing_counter as missing
  where refresh_counters.logins is null or missing.login = any (refresh_counters.logins);
  for wanted in
    select missing.login, missing.entity, missing.kind
    from rls.missing_counter as missing
    where refresh_counters.logins is null or missing.login = any (refresh_counters.logins)
    order by missing.login, missing.entity, missing.kind
  loop
    select unused.id, unused.sequence
    into free, made
    from rls.counter as unused
    where
      unused.login is null
      and exists (select from pg_sequence as there where there.seqrelid = unused.sequence offset 0)
    limit 1;
    if found then
      perform setval(made, 1, false);
    else
      insert into rls.counter default values returning id into free;
      execute format('create sequence rls_counter.counter_%s', free);
      made := to_regclass(format('rls_counter.counter_%s', free));
    end if;
    update rls.counter as given
    set login = wanted.login, entity = wanted.entity, kind = wanted.kind, sequence = made
    where given.id = free;
    execute format('grant usage on sequence %s to %I', made, wanted.login);
  end loop;
end
$$;

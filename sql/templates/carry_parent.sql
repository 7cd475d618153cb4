-- The parent's children follow it in the same transaction.  A snapshot older than the lock on the parent would miss
-- children inserted meanwhile, hence READ COMMITTED only.
create or replace function rls.{function}()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  if pg_catalog.current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'what the rights of % depend on can be changed under READ COMMITTED only', tg_table_name
      using errcode = 'feature_not_supported', hint = 'Use "begin isolation level read committed".';
  end if;
  update {child} as child set {assignments} where child.{reference} = new.{key};
  return null;
end
$$;

alter function rls.{function}() owner to {rls_owner};

revoke all on function rls.{function}() from public;

create or replace trigger {trigger} after update on {parent}
  for each row when (({old}) is distinct from ({new})) execute function rls.{function}();

begin;
set local role "crm_rls_owner";
create role "crm_head" nologin;
create role "crm_manager" nologin;
set local role none;
grant usage on schema "crm" to "crm_head", "crm_manager";
set local role "crm_all_owner";
grant usage on schema "crm_all" to "crm_head", "crm_manager";
set local role none;
set local role "crm_rls_owner";
grant usage on schema "crm_import" to "crm_manager";
set local role none;
set local role "crm_view_owner";
grant usage on schema "crm_read" to "crm_head", "crm_manager";
set local role none;
set local role "crm_rls_owner";
create or replace function "rls"."created_activity"()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  caller constant name := rls.caller();
  held constant text[] := pg_catalog.array_remove(array[case when pg_catalog.pg_has_role(caller, 'crm_manager', 'usage') then 'manager' end]::text[], null);
  "mine" boolean[];
  "department_reached" boolean[];
  "subtree_reached" boolean[];
  beyond bigint;
begin
  if rls.is_bound(caller) then
    select "reach"."mine"::boolean[], "team"."department_reached"::boolean[], "team"."subtree_reached"::boolean[] into "mine", "department_reached", "subtree_reached"
    from rls.reach left join rls.team on team.id = reach.team
    where reach.login = caller;
    select count(*) into beyond from made as "activity" where ((held && array['manager']) and ("mine"["activity"."parent_owner_id"])) is not true;
    if beyond > 0 then
      perform rls.create_beyond_import('activity', beyond);
    end if;
  end if;
  return null;
end
$$;
revoke all on function "rls"."created_activity"() from public;
create or replace function "rls"."created_deal"()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  caller constant name := rls.caller();
  held constant text[] := pg_catalog.array_remove(array[case when pg_catalog.pg_has_role(caller, 'crm_manager', 'usage') then 'manager' end]::text[], null);
  "mine" boolean[];
  "department_reached" boolean[];
  "subtree_reached" boolean[];
  beyond bigint;
begin
  if rls.is_bound(caller) then
    select "reach"."mine"::boolean[], "team"."department_reached"::boolean[], "team"."subtree_reached"::boolean[] into "mine", "department_reached", "subtree_reached"
    from rls.reach left join rls.team on team.id = reach.team
    where reach.login = caller;
    select count(*) into beyond from made as "deal" where ((held && array['manager']) and ("mine"["deal"."owner_id"])) is not true;
    if beyond > 0 then
      perform rls.create_beyond_import('deal', beyond);
    end if;
  end if;
  return null;
end
$$;
revoke all on function "rls"."created_deal"() from public;
create or replace function "rls"."created_product"()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  caller constant name := rls.caller();
  held constant text[] := pg_catalog.array_remove(array[]::text[], null);

  beyond bigint;
begin
  if rls.is_bound(caller) then

    select count(*) into beyond from made as "product" where (false) is not true;
    if beyond > 0 then
      perform rls.create_beyond_import('product', beyond);
    end if;
  end if;
  return null;
end
$$;
revoke all on function "rls"."created_product"() from public;
create or replace function "rls"."head_creates"("activity" "crm"."activity", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return ("department_reached"["activity"."parent_owner_id"] or null) is not null;
create or replace function "rls"."head_creates"("deal" "crm"."deal", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return false;
create or replace function "rls"."head_creates"("product" "crm"."product", "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return false;
create or replace function "rls"."head_deletes"("activity" "crm"."activity", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("department_reached"["activity"."parent_owner_id"] or null) is not null) and ("rls"."owned_by"("activity"."parent_owner_id", "rls"."department_owners"()));
create or replace function "rls"."head_deletes"("deal" "crm"."deal", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return false;
create or replace function "rls"."head_deletes"("product" "crm"."product", "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return false;
create or replace function "rls"."head_reads"("activity" "crm"."activity", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("subtree_reached"["activity"."parent_owner_id"] or null) is not null) and ("rls"."owned_by"("activity"."parent_owner_id", "rls"."subtree_owners"()));
create or replace function "rls"."head_reads"("deal" "crm"."deal", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("subtree_reached"["deal"."owner_id"] or null) is not null) and ("rls"."owned_by"("deal"."owner_id", "rls"."subtree_owners"()));
create or replace function "rls"."head_reads"("product" "crm"."product", "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return true;
create or replace function "rls"."head_updates"("activity" "crm"."activity", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("department_reached"["activity"."parent_owner_id"] or null) is not null) and ("rls"."owned_by"("activity"."parent_owner_id", "rls"."department_owners"()));
create or replace function "rls"."head_updates"("deal" "crm"."deal", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("department_reached"["deal"."owner_id"] or null) is not null) and ("rls"."owned_by"("deal"."owner_id", "rls"."department_owners"()));
create or replace function "rls"."head_updates"("product" "crm"."product", "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return false;
create or replace function "rls"."manager_creates"("activity" "crm"."activity", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return ("mine"["activity"."parent_owner_id"] or null) is not null;
create or replace function "rls"."manager_creates"("deal" "crm"."deal", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return ("mine"["deal"."owner_id"] or null) is not null;
create or replace function "rls"."manager_creates"("product" "crm"."product", "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return false;
create or replace function "rls"."manager_deletes"("activity" "crm"."activity", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("mine"["activity"."parent_owner_id"] or null) is not null) and ("activity"."parent_owner_id" = "rls"."me"());
create or replace function "rls"."manager_deletes"("deal" "crm"."deal", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("mine"["deal"."owner_id"] or null) is not null) and ("deal"."owner_id" = "rls"."me"());
create or replace function "rls"."manager_deletes"("product" "crm"."product", "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return false;
create or replace function "rls"."manager_reads"("activity" "crm"."activity", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (not "rls"."folded_holds"(array['crm_head']::name[])) and ((("mine"["activity"."parent_owner_id"] or null) is not null) and ("activity"."parent_owner_id" = "rls"."me"()));
create or replace function "rls"."manager_reads"("deal" "crm"."deal", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (not "rls"."folded_holds"(array['crm_head']::name[])) and ((("mine"["deal"."owner_id"] or null) is not null) and ("deal"."owner_id" = "rls"."me"()));
create or replace function "rls"."manager_reads"("product" "crm"."product", "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return true;
create or replace function "rls"."manager_updates"("activity" "crm"."activity", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("mine"["activity"."parent_owner_id"] or null) is not null) and ("activity"."parent_owner_id" = "rls"."me"());
create or replace function "rls"."manager_updates"("deal" "crm"."deal", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("mine"["deal"."owner_id"] or null) is not null) and ("deal"."owner_id" = "rls"."me"());
create or replace function "rls"."manager_updates"("product" "crm"."product", "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return false;
revoke all on function
  "rls"."head_creates"("crm"."activity", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."head_creates"("crm"."deal", boolean[], boolean[], boolean[], text[]),
  "rls"."head_creates"("crm"."product", text[]),
  "rls"."head_deletes"("crm"."activity", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."head_deletes"("crm"."deal", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."head_deletes"("crm"."product", text[], text[], text[], text[], text[], text[]),
  "rls"."head_reads"("crm"."activity", boolean[], boolean[], boolean[], text[]),
  "rls"."head_reads"("crm"."deal", boolean[], boolean[], boolean[], text[]),
  "rls"."head_reads"("crm"."product", text[]),
  "rls"."head_updates"("crm"."activity", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."head_updates"("crm"."deal", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."head_updates"("crm"."product", text[], text[], text[], text[], text[], text[]),
  "rls"."manager_creates"("crm"."activity", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."manager_creates"("crm"."deal", boolean[], boolean[], boolean[], text[]),
  "rls"."manager_creates"("crm"."product", text[]),
  "rls"."manager_deletes"("crm"."activity", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."manager_deletes"("crm"."deal", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."manager_deletes"("crm"."product", text[], text[], text[], text[], text[], text[]),
  "rls"."manager_reads"("crm"."activity", boolean[], boolean[], boolean[], text[]),
  "rls"."manager_reads"("crm"."deal", boolean[], boolean[], boolean[], text[]),
  "rls"."manager_reads"("crm"."product", text[]),
  "rls"."manager_updates"("crm"."activity", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."manager_updates"("crm"."deal", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."manager_updates"("crm"."product", text[], text[], text[], text[], text[], text[])
  from public;
grant execute on function
  "rls"."head_creates"("crm"."activity", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."head_creates"("crm"."deal", boolean[], boolean[], boolean[], text[]),
  "rls"."head_creates"("crm"."product", text[]),
  "rls"."head_deletes"("crm"."activity", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."head_deletes"("crm"."deal", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."head_deletes"("crm"."product", text[], text[], text[], text[], text[], text[]),
  "rls"."head_reads"("crm"."activity", boolean[], boolean[], boolean[], text[]),
  "rls"."head_reads"("crm"."deal", boolean[], boolean[], boolean[], text[]),
  "rls"."head_reads"("crm"."product", text[]),
  "rls"."head_updates"("crm"."activity", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."head_updates"("crm"."deal", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."head_updates"("crm"."product", text[], text[], text[], text[], text[], text[])
  to "crm_head";
grant execute on function
  "rls"."manager_creates"("crm"."activity", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."manager_creates"("crm"."deal", boolean[], boolean[], boolean[], text[]),
  "rls"."manager_creates"("crm"."product", text[]),
  "rls"."manager_deletes"("crm"."activity", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."manager_deletes"("crm"."deal", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."manager_deletes"("crm"."product", text[], text[], text[], text[], text[], text[]),
  "rls"."manager_reads"("crm"."activity", boolean[], boolean[], boolean[], text[]),
  "rls"."manager_reads"("crm"."deal", boolean[], boolean[], boolean[], text[]),
  "rls"."manager_reads"("crm"."product", text[]),
  "rls"."manager_updates"("crm"."activity", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."manager_updates"("crm"."deal", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]),
  "rls"."manager_updates"("crm"."product", text[], text[], text[], text[], text[], text[])
  to "crm_manager";
set local role none;
create policy "head_creates" on "crm"."activity" for insert to "crm_head"
  with check ("rls"."head_creates"("activity".*, (select "rls"."mine"(current_user)), (select "rls"."department_reached"(current_user)), (select "rls"."subtree_reached"(current_user)), (select "rls"."counted"('head', 'activity', 'create')), (select "rls"."readable"('activity', 'own')), (select "rls"."readable"('activity', 'department')), (select "rls"."readable"('activity', 'subdepartments')), (select "rls"."readable"('activity', 'open')), (select "rls"."readable"('activity', 'all'))));
create policy "head_deletes" on "crm"."activity" for delete to "crm_head"
  using ("rls"."head_deletes"("activity".*, (select "rls"."mine"(current_user)), (select "rls"."department_reached"(current_user)), (select "rls"."subtree_reached"(current_user)), (select "rls"."counted"('head', 'activity', 'delete')), (select "rls"."readable"('activity', 'own')), (select "rls"."readable"('activity', 'department')), (select "rls"."readable"('activity', 'subdepartments')), (select "rls"."readable"('activity', 'open')), (select "rls"."readable"('activity', 'all'))));
create policy "head_reads" on "crm"."activity" for select to "crm_head"
  using ("rls"."head_reads"("activity".*, (select "rls"."mine"(current_user)), (select "rls"."department_reached"(current_user)), (select "rls"."subtree_reached"(current_user)), (select "rls"."counted"('head', 'activity', 'read'))));
create policy "head_updates" on "crm"."activity" for update to "crm_head"
  using ("rls"."head_updates"("activity".*, (select "rls"."mine"(current_user)), (select "rls"."department_reached"(current_user)), (select "rls"."subtree_reached"(current_user)), (select "rls"."counted"('head', 'activity', 'update')), (select "rls"."readable"('activity', 'own')), (select "rls"."readable"('activity', 'department')), (select "rls"."readable"('activity', 'subdepartments')), (select "rls"."readable"('activity', 'open')), (select "rls"."readable"('activity', 'all'))));
create policy "manager_creates" on "crm"."activity" for insert to "crm_manager"
  with check ("rls"."manager_creates"("activity".*, (select "rls"."mine"(current_user)), (select "rls"."department_reached"(current_user)), (select "rls"."subtree_reached"(current_user)), (select "rls"."counted"('manager', 'activity', 'create')), (select "rls"."readable"('activity', 'own')), (select "rls"."readable"('activity', 'department')), (select "rls"."readable"('activity', 'subdepartments')), (select "rls"."readable"('activity', 'open')), (select "rls"."readable"('activity', 'all'))));
create policy "manager_deletes" on "crm"."activity" for delete to "crm_manager"
  using ("rls"."manager_deletes"("activity".*, (select "rls"."mine"(current_user)), (select "rls"."department_reached"(current_user)), (select "rls"."subtree_reached"(current_user)), (select "rls"."counted"('manager', 'activity', 'delete')), (select "rls"."readable"('activity', 'own')), (select "rls"."readable"('activity', 'department')), (select "rls"."readable"('activity', 'subdepartments')), (select "rls"."readable"('activity', 'open')), (select "rls"."readable"('activity', 'all'))));
create policy "manager_reads" on "crm"."activity" for select to "crm_manager"
  using ("rls"."manager_reads"("activity".*, (select "rls"."mine"(current_user)), (select "rls"."department_reached"(current_user)), (select "rls"."subtree_reached"(current_user)), (select "rls"."counted"('manager', 'activity', 'read'))));
create policy "manager_updates" on "crm"."activity" for update to "crm_manager"
  using ("rls"."manager_updates"("activity".*, (select "rls"."mine"(current_user)), (select "rls"."department_reached"(current_user)), (select "rls"."subtree_reached"(current_user)), (select "rls"."counted"('manager', 'activity', 'update')), (select "rls"."readable"('activity', 'own')), (select "rls"."readable"('activity', 'department')), (select "rls"."readable"('activity', 'subdepartments')), (select "rls"."readable"('activity', 'open')), (select "rls"."readable"('activity', 'all'))));
create policy "unfiltered" on "crm"."activity" for select to "crm_all_owner"
  using (true);
create policy "head_creates" on "crm"."deal" for insert to "crm_head"
  with check ("rls"."head_creates"("deal".*, (select "rls"."mine"(current_user)), (select "rls"."department_reached"(current_user)), (select "rls"."subtree_reached"(current_user)), (select "rls"."counted"('head', 'deal', 'create'))));
create policy "head_deletes" on "crm"."deal" for delete to "crm_head"
  using ("rls"."head_deletes"("deal".*, (select "rls"."mine"(current_user)), (select "rls"."department_reached"(current_user)), (select "rls"."subtree_reached"(current_user)), (select "rls"."counted"('head', 'deal', 'delete')), (select "rls"."readable"('deal', 'own')), (select "rls"."readable"('deal', 'department')), (select "rls"."readable"('deal', 'subdepartments')), (select "rls"."readable"('deal', 'open')), (select "rls"."readable"('deal', 'all'))));
create policy "head_reads" on "crm"."deal" for select to "crm_head"
  using ("rls"."head_reads"("deal".*, (select "rls"."mine"(current_user)), (select "rls"."department_reached"(current_user)), (select "rls"."subtree_reached"(current_user)), (select "rls"."counted"('head', 'deal', 'read'))));
create policy "head_updates" on "crm"."deal" for update to "crm_head"
  using ("rls"."head_updates"("deal".*, (select "rls"."mine"(current_user)), (select "rls"."department_reached"(current_user)), (select "rls"."subtree_reached"(current_user)), (select "rls"."counted"('head', 'deal', 'update')), (select "rls"."readable"('deal', 'own')), (select "rls"."readable"('deal', 'department')), (select "rls"."readable"('deal', 'subdepartments')), (select "rls"."readable"('deal', 'open')), (select "rls"."readable"('deal', 'all'))));
create policy "manager_creates" on "crm"."deal" for insert to "crm_manager"
  with check ("rls"."manager_creates"("deal".*, (select "rls"."mine"(current_user)), (select "rls"."department_reached"(current_user)), (select "rls"."subtree_reached"(current_user)), (select "rls"."counted"('manager', 'deal', 'create'))));
create policy "manager_deletes" on "crm"."deal" for delete to "crm_manager"
  using ("rls"."manager_deletes"("deal".*, (select "rls"."mine"(current_user)), (select "rls"."department_reached"(current_user)), (select "rls"."subtree_reached"(current_user)), (select "rls"."counted"('manager', 'deal', 'delete')), (select "rls"."readable"('deal', 'own')), (select "rls"."readable"('deal', 'department')), (select "rls"."readable"('deal', 'subdepartments')), (select "rls"."readable"('deal', 'open')), (select "rls"."readable"('deal', 'all'))));
create policy "manager_reads" on "crm"."deal" for select to "crm_manager"
  using ("rls"."manager_reads"("deal".*, (select "rls"."mine"(current_user)), (select "rls"."department_reached"(current_user)), (select "rls"."subtree_reached"(current_user)), (select "rls"."counted"('manager', 'deal', 'read'))));
create policy "manager_updates" on "crm"."deal" for update to "crm_manager"
  using ("rls"."manager_updates"("deal".*, (select "rls"."mine"(current_user)), (select "rls"."department_reached"(current_user)), (select "rls"."subtree_reached"(current_user)), (select "rls"."counted"('manager', 'deal', 'update')), (select "rls"."readable"('deal', 'own')), (select "rls"."readable"('deal', 'department')), (select "rls"."readable"('deal', 'subdepartments')), (select "rls"."readable"('deal', 'open')), (select "rls"."readable"('deal', 'all'))));
create policy "unfiltered" on "crm"."deal" for select to "crm_all_owner"
  using (true);
create policy "head_creates" on "crm"."product" for insert to "crm_head"
  with check ("rls"."head_creates"("product".*, (select "rls"."counted"('head', 'product', 'create'))));
create policy "head_deletes" on "crm"."product" for delete to "crm_head"
  using ("rls"."head_deletes"("product".*, (select "rls"."counted"('head', 'product', 'delete')), (select "rls"."readable"('product', 'own')), (select "rls"."readable"('product', 'department')), (select "rls"."readable"('product', 'subdepartments')), (select "rls"."readable"('product', 'open')), (select "rls"."readable"('product', 'all'))));
create policy "head_reads" on "crm"."product" for select to "crm_head"
  using ("rls"."head_reads"("product".*, (select "rls"."counted"('head', 'product', 'read'))));
create policy "head_updates" on "crm"."product" for update to "crm_head"
  using ("rls"."head_updates"("product".*, (select "rls"."counted"('head', 'product', 'update')), (select "rls"."readable"('product', 'own')), (select "rls"."readable"('product', 'department')), (select "rls"."readable"('product', 'subdepartments')), (select "rls"."readable"('product', 'open')), (select "rls"."readable"('product', 'all'))));
create policy "manager_creates" on "crm"."product" for insert to "crm_manager"
  with check ("rls"."manager_creates"("product".*, (select "rls"."counted"('manager', 'product', 'create'))));
create policy "manager_deletes" on "crm"."product" for delete to "crm_manager"
  using ("rls"."manager_deletes"("product".*, (select "rls"."counted"('manager', 'product', 'delete')), (select "rls"."readable"('product', 'own')), (select "rls"."readable"('product', 'department')), (select "rls"."readable"('product', 'subdepartments')), (select "rls"."readable"('product', 'open')), (select "rls"."readable"('product', 'all'))));
create policy "manager_reads" on "crm"."product" for select to "crm_manager"
  using ("rls"."manager_reads"("product".*, (select "rls"."counted"('manager', 'product', 'read'))));
create policy "manager_updates" on "crm"."product" for update to "crm_manager"
  using ("rls"."manager_updates"("product".*, (select "rls"."counted"('manager', 'product', 'update')), (select "rls"."readable"('product', 'own')), (select "rls"."readable"('product', 'department')), (select "rls"."readable"('product', 'subdepartments')), (select "rls"."readable"('product', 'open')), (select "rls"."readable"('product', 'all'))));
create policy "unfiltered" on "crm"."product" for select to "crm_all_owner"
  using (true);
alter table "crm"."activity" enable row level security;
alter table "crm"."activity" force row level security;
alter table "crm"."deal" enable row level security;
alter table "crm"."deal" force row level security;
alter table "crm"."product" enable row level security;
alter table "crm"."product" force row level security;
set local role "crm_all_owner";
create or replace view "crm_all"."activity" with (security_invoker = false) as
select
  "activity"."id",
  "activity"."deal_id",
  "activity"."subject",
  "activity"."parent_owner_id",
  "activity"."parent_is_open",
  "activity"."parent_stage",
  "activity"."parent_pipeline"
from "crm"."activity" as "activity";
create or replace view "crm_all"."deal" with (security_invoker = false) as
select
  "deal"."id",
  "deal"."owner_id",
  "deal"."is_open",
  "deal"."stage",
  "deal"."pipeline",
  "deal"."title",
  "deal"."rep"
from "crm"."deal" as "deal";
create or replace view "crm_all"."product" with (security_invoker = false) as
select
  "product"."id",
  "product"."name"
from "crm"."product" as "product";
set local role none;
set local role "crm_view_owner";
create or replace view "crm_read"."activity" with (security_invoker = true) as
select
  "activity"."id",
  "activity"."deal_id",
  "activity"."subject",
  "activity"."parent_owner_id",
  "activity"."parent_is_open",
  "activity"."parent_stage",
  "activity"."parent_pipeline"
from "crm"."activity" as "activity";
create or replace view "crm_read"."deal" with (security_invoker = true) as
select
  "deal"."id",
  "deal"."owner_id",
  "deal"."is_open",
  "deal"."stage",
  "deal"."pipeline",
  "deal"."title",
  "deal"."rep"
from "crm"."deal" as "deal";
create or replace view "crm_read"."product" with (security_invoker = true) as
select
  "product"."id",
  "product"."name"
from "crm"."product" as "product";
set local role none;
set local role "crm_rls_owner";
create unlogged table "crm_import"."activity" (
  "deal_id" bigint,
  "subject" text
) with (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

comment on table "crm_import"."activity" is 'What is copied into this table goes into its entity''s, as far as whoever copies may import';

create trigger rowlock_import after insert on "crm_import"."activity" referencing new table as made
  for each statement execute function rls.import_rows('"crm"."activity"');

create trigger rowlock_log after insert on "crm_import"."activity" referencing new table as made
  for each statement execute function rls.log_import('activity', 'crm_import.activity')
;
create unlogged table "crm_import"."deal" (
  "owner_id" integer,
  "is_open" boolean,
  "stage" text,
  "pipeline" text,
  "title" text,
  "rep" uuid
) with (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

comment on table "crm_import"."deal" is 'What is copied into this table goes into its entity''s, as far as whoever copies may import';

create trigger rowlock_import after insert on "crm_import"."deal" referencing new table as made
  for each statement execute function rls.import_rows('"crm"."deal"');

create trigger rowlock_log after insert on "crm_import"."deal" referencing new table as made
  for each statement execute function rls.log_import('deal', 'crm_import.deal')
;
create unlogged table "crm_import"."product" (
  "name" text
) with (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

comment on table "crm_import"."product" is 'What is copied into this table goes into its entity''s, as far as whoever copies may import';

create trigger rowlock_import after insert on "crm_import"."product" referencing new table as made
  for each statement execute function rls.import_rows('"crm"."product"');

create trigger rowlock_log after insert on "crm_import"."product" referencing new table as made
  for each statement execute function rls.log_import('product', 'crm_import.product')
;
set local role none;
create or replace trigger "rowlock_created" after insert on "crm"."activity" referencing new table as made
  for each statement
  when (coalesce(pg_catalog.current_setting('rowlock.import', true), '') <> '') execute function "rls"."created_activity"();

alter table "crm"."activity" enable trigger "rowlock_created";
create or replace trigger "rowlock_created" after insert on "crm"."deal" referencing new table as made
  for each statement
  when (coalesce(pg_catalog.current_setting('rowlock.import', true), '') <> '') execute function "rls"."created_deal"();

alter table "crm"."deal" enable trigger "rowlock_created";
create or replace trigger "rowlock_created" after insert on "crm"."product" referencing new table as made
  for each statement
  when (coalesce(pg_catalog.current_setting('rowlock.import', true), '') <> '') execute function "rls"."created_product"();

alter table "crm"."product" enable trigger "rowlock_created";
grant select ("deal_id", "id", "parent_is_open", "parent_owner_id", "parent_pipeline", "parent_stage", "subject") on table "crm"."activity" to "crm_all_owner";
grant select ("id", "is_open", "owner_id", "pipeline", "rep", "stage", "title") on table "crm"."deal" to "crm_all_owner";
grant select ("id", "name") on table "crm"."product" to "crm_all_owner", "crm_head", "crm_manager";
grant delete, insert ("deal_id", "subject"), select ("deal_id", "id", "parent_is_open", "parent_owner_id", "parent_pipeline", "parent_stage", "subject"), update ("deal_id", "subject") on table "crm"."activity" to "crm_head", "crm_manager";
grant select ("id", "is_open", "owner_id", "pipeline", "rep", "stage", "title"), update ("is_open", "owner_id", "pipeline", "rep", "stage", "title") on table "crm"."deal" to "crm_head";
grant delete, insert ("is_open", "owner_id", "pipeline", "rep", "stage", "title"), select ("id", "is_open", "owner_id", "pipeline", "rep", "stage", "title"), update ("is_open", "owner_id", "pipeline", "rep", "stage", "title") on table "crm"."deal" to "crm_manager";
set local role "crm_all_owner";
grant select on table "crm_all"."product" to "crm_head", "crm_manager";
set local role none;
set local role "crm_rls_owner";
grant execute on function "rls"."counted"(wanted_role text, wanted_entity text, wanted_operation text) to "crm_head", "crm_manager";
grant execute on function "rls"."department_owners"() to "crm_head", "crm_manager";
grant execute on function "rls"."department_reached"(wanted name) to "crm_head", "crm_manager";
grant execute on function "rls"."folded_department_owners"() to "crm_head", "crm_manager";
grant execute on function "rls"."folded_holds"(roles name[]) to "crm_head", "crm_manager";
grant execute on function "rls"."folded_me"() to "crm_head", "crm_manager";
grant execute on function "rls"."folded_subtree_owners"() to "crm_head", "crm_manager";
grant execute on function "rls"."me"() to "crm_head", "crm_manager";
grant execute on function "rls"."mine"(wanted name) to "crm_head", "crm_manager";
grant execute on function "rls"."owned_by"(owner integer, owners integer[]) to "crm_head", "crm_manager";
grant select ("login", "mine", "person_id", "person_key", "team") on table "rls"."reach" to "crm_head", "crm_manager";
grant execute on function "rls"."readable"(wanted_entity text, wanted_level text) to "crm_head", "crm_manager";
grant execute on function "rls"."subtree_owners"() to "crm_head", "crm_manager";
grant execute on function "rls"."subtree_reached"(wanted name) to "crm_head", "crm_manager";
grant select ("department_keys", "department_owners", "department_reached", "department_wide", "id", "subtree_keys", "subtree_owners", "subtree_reached", "subtree_wide") on table "rls"."team" to "crm_head", "crm_manager";
grant insert ("deal_id", "subject") on table "crm_import"."activity" to "crm_manager";
grant insert ("is_open", "owner_id", "pipeline", "rep", "stage", "title") on table "crm_import"."deal" to "crm_manager";
set local role none;
set local role "crm_view_owner";
grant delete, insert, select, update on table "crm_read"."activity" to "crm_head", "crm_manager";
grant select, update on table "crm_read"."deal" to "crm_head";
grant select on table "crm_read"."product" to "crm_head", "crm_manager";
grant delete, insert, select, update on table "crm_read"."deal" to "crm_manager";
set local role none;
set local role "crm_rls_owner";
insert into rls.role (name, database_role, timed) values
  ('head', 'crm_head', false),
  ('manager', 'crm_manager', false)
  on conflict (name) do update set database_role = excluded.database_role, timed = excluded.timed;
set local role none;
commit;

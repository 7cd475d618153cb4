begin;
set local role "crm_rls_owner";
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
  held constant text[] := pg_catalog.array_remove(array[]::text[], null);
  "me" uuid;
  "department_owners" uuid[];
  "subtree_owners" uuid[];
  beyond bigint;
begin
  if rls.is_bound(caller) then
    select "reach"."person_key"::uuid, "team"."department_keys"::uuid[], "team"."subtree_keys"::uuid[] into "me", "department_owners", "subtree_owners"
    from rls.reach left join rls.team on team.id = reach.team
    where reach.login = caller;
    select count(*) into beyond from made as "deal" where (false) is not true;
    if beyond > 0 then
      perform rls.create_beyond_import('deal', beyond);
    end if;
  end if;
  return null;
end
$$;
create or replace function "rls"."manager_creates"("deal" "crm"."deal", "me" uuid, "department_owners" uuid[], "subtree_owners" uuid[], "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return false;
create or replace function "rls"."manager_deletes"("deal" "crm"."deal", "me" uuid, "department_owners" uuid[], "subtree_owners" uuid[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return false;
create or replace function "rls"."manager_reads"("deal" "crm"."deal", "me" uuid, "department_owners" uuid[], "subtree_owners" uuid[], "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return "deal"."rep" = me;
create or replace function "rls"."manager_updates"("deal" "crm"."deal", "me" uuid, "department_owners" uuid[], "subtree_owners" uuid[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return ('ac42a3858ef45dea:deal:*/*' = any (counted)) and ((("deal"."rep" = me) and ('deal:*/*' = any ("readable_own"))) or (("deal"."rep" = any ("department_owners")) and ('deal:*/*' = any ("readable_department"))));
revoke all on function
  "rls"."manager_creates"("crm"."deal", uuid, uuid[], uuid[], text[]),
  "rls"."manager_deletes"("crm"."deal", uuid, uuid[], uuid[], text[], text[], text[], text[], text[], text[]),
  "rls"."manager_reads"("crm"."deal", uuid, uuid[], uuid[], text[]),
  "rls"."manager_updates"("crm"."deal", uuid, uuid[], uuid[], text[], text[], text[], text[], text[], text[])
  from public;
grant execute on function
  "rls"."manager_creates"("crm"."deal", uuid, uuid[], uuid[], text[]),
  "rls"."manager_deletes"("crm"."deal", uuid, uuid[], uuid[], text[], text[], text[], text[], text[], text[]),
  "rls"."manager_reads"("crm"."deal", uuid, uuid[], uuid[], text[]),
  "rls"."manager_updates"("crm"."deal", uuid, uuid[], uuid[], text[], text[], text[], text[], text[], text[])
  to "crm_manager";
set local role none;
drop policy if exists "manager_creates" on "crm"."deal";
create policy "manager_creates" on "crm"."deal" for insert to "crm_manager"
  with check ("rls"."manager_creates"("deal".*, (select "reach"."person_key"::uuid from "rls"."reach"), (select "team"."department_keys"::uuid[] from "rls"."team"), (select "team"."subtree_keys"::uuid[] from "rls"."team"), (select "rls"."counted"('manager', 'deal', 'create'))));
drop policy if exists "manager_deletes" on "crm"."deal";
create policy "manager_deletes" on "crm"."deal" for delete to "crm_manager"
  using ("rls"."manager_deletes"("deal".*, (select "reach"."person_key"::uuid from "rls"."reach"), (select "team"."department_keys"::uuid[] from "rls"."team"), (select "team"."subtree_keys"::uuid[] from "rls"."team"), (select "rls"."counted"('manager', 'deal', 'delete')), (select "rls"."readable"('deal', 'own')), (select "rls"."readable"('deal', 'department')), (select "rls"."readable"('deal', 'subdepartments')), (select "rls"."readable"('deal', 'open')), (select "rls"."readable"('deal', 'all'))));
drop policy if exists "manager_reads" on "crm"."deal";
create policy "manager_reads" on "crm"."deal" for select to "crm_manager"
  using ("rls"."manager_reads"("deal".*, (select "reach"."person_key"::uuid from "rls"."reach"), (select "team"."department_keys"::uuid[] from "rls"."team"), (select "team"."subtree_keys"::uuid[] from "rls"."team"), (select "rls"."counted"('manager', 'deal', 'read'))));
drop policy if exists "manager_updates" on "crm"."deal";
create policy "manager_updates" on "crm"."deal" for update to "crm_manager"
  using ("rls"."manager_updates"("deal".*, (select "reach"."person_key"::uuid from "rls"."reach"), (select "team"."department_keys"::uuid[] from "rls"."team"), (select "team"."subtree_keys"::uuid[] from "rls"."team"), (select "rls"."counted"('manager', 'deal', 'update')), (select "rls"."readable"('deal', 'own')), (select "rls"."readable"('deal', 'department')), (select "rls"."readable"('deal', 'subdepartments')), (select "rls"."readable"('deal', 'open')), (select "rls"."readable"('deal', 'all'))));
set local role "crm_all_owner";
drop view "crm_all"."deal";
create or replace view "crm_all"."deal" with (security_invoker = false) as
select
  "deal"."id",
  "deal"."title",
  "deal"."rep"
from "crm"."deal" as "deal";
set local role none;
set local role "crm_view_owner";
drop view "crm_read"."deal";
create or replace view "crm_read"."deal" with (security_invoker = true) as
select
  "deal"."id",
  "deal"."title",
  "deal"."rep"
from "crm"."deal" as "deal";
set local role none;
revoke select ("is_open", "owner_id", "pipeline", "stage") on table "crm"."deal" from "crm_all_owner";
revoke select ("is_open", "owner_id", "pipeline", "stage") on table "crm"."deal" from "crm_manager";
revoke update ("is_open", "owner_id", "pipeline", "stage") on table "crm"."deal" from "crm_manager";
set local role "crm_view_owner";
grant select, update on table "crm_read"."deal" to "crm_manager";
set local role none;
set local role "crm_rls_owner";
alter table "crm_import"."deal" drop column "owner_id", drop column "is_open", drop column "stage", drop column "pipeline";
set local role none;
drop function "rls"."manager_creates"("crm"."deal", boolean[], boolean[], boolean[], text[]);
drop function "rls"."manager_deletes"("crm"."deal", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]);
drop function "rls"."manager_reads"("crm"."deal", boolean[], boolean[], boolean[], text[]);
drop function "rls"."manager_updates"("crm"."deal", boolean[], boolean[], boolean[], text[], text[], text[], text[], text[], text[]);
commit;

begin;
set local role "crm_rls_owner";
delete from rls.assignment
  where from_definition and role = 'seller' and principal_kind = 'everyone' and principal_id is not distinct from NULL
    and (coalesce(valid_from, valid_until) is not null) = false;
delete from rls.assignment where role = 'seller';
delete from rls.role where name = 'seller';
set local role none;
revoke select ("id", "name") on table "crm"."product" from "crm_seller";
set local role "crm_all_owner";
revoke select on table "crm_all"."product" from "crm_seller";
set local role none;
set local role "crm_rls_owner";
revoke execute on function "rls"."counted"(wanted_role text, wanted_entity text, wanted_operation text) from "crm_seller";
revoke execute on function "rls"."department_owners"() from "crm_seller";
revoke execute on function "rls"."department_reached"(wanted name) from "crm_seller";
revoke execute on function "rls"."folded_department_owners"() from "crm_seller";
revoke execute on function "rls"."folded_holds"(roles name[]) from "crm_seller";
revoke execute on function "rls"."folded_me"() from "crm_seller";
revoke execute on function "rls"."folded_subtree_owners"() from "crm_seller";
revoke execute on function "rls"."me"() from "crm_seller";
revoke execute on function "rls"."mine"(wanted name) from "crm_seller";
revoke execute on function "rls"."owned_by"(owner integer, owners integer[]) from "crm_seller";
revoke select ("login", "mine", "person_id", "person_key", "team") on table "rls"."reach" from "crm_seller";
revoke execute on function "rls"."readable"(wanted_entity text, wanted_level text) from "crm_seller";
revoke execute on function "rls"."subtree_owners"() from "crm_seller";
revoke execute on function "rls"."subtree_reached"(wanted name) from "crm_seller";
revoke select ("department_keys", "department_owners", "department_reached", "department_wide", "id", "subtree_keys", "subtree_owners", "subtree_reached", "subtree_wide") on table "rls"."team" from "crm_seller";
set local role none;
set local role "crm_view_owner";
revoke select on table "crm_read"."product" from "crm_seller";
set local role none;
drop policy if exists "seller_creates" on "crm"."product";
drop policy if exists "seller_deletes" on "crm"."product";
drop policy if exists "seller_reads" on "crm"."product";
drop policy if exists "seller_updates" on "crm"."product";
set local role "crm_rls_owner";
create role "crm_trader" nologin;
set local role none;
grant usage on schema "crm" to "crm_trader";
set local role "crm_all_owner";
grant usage on schema "crm_all" to "crm_trader";
set local role none;
set local role "crm_view_owner";
grant usage on schema "crm_read" to "crm_trader";
set local role none;
set local role "crm_rls_owner";
create or replace function "rls"."trader_creates"("product" "crm"."product", "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return false;
create or replace function "rls"."trader_deletes"("product" "crm"."product", "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return false;
create or replace function "rls"."trader_reads"("product" "crm"."product", "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return true;
create or replace function "rls"."trader_updates"("product" "crm"."product", "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return true;
revoke all on function
  "rls"."trader_creates"("crm"."product", text[]),
  "rls"."trader_deletes"("crm"."product", text[], text[], text[], text[], text[], text[]),
  "rls"."trader_reads"("crm"."product", text[]),
  "rls"."trader_updates"("crm"."product", text[], text[], text[], text[], text[], text[])
  from public;
grant execute on function
  "rls"."trader_creates"("crm"."product", text[]),
  "rls"."trader_deletes"("crm"."product", text[], text[], text[], text[], text[], text[]),
  "rls"."trader_reads"("crm"."product", text[]),
  "rls"."trader_updates"("crm"."product", text[], text[], text[], text[], text[], text[])
  to "crm_trader";
set local role none;
create policy "trader_creates" on "crm"."product" for insert to "crm_trader"
  with check ("rls"."trader_creates"("product".*, (select "rls"."counted"('trader', 'product', 'create'))));
create policy "trader_deletes" on "crm"."product" for delete to "crm_trader"
  using ("rls"."trader_deletes"("product".*, (select "rls"."counted"('trader', 'product', 'delete')), (select "rls"."readable"('product', 'own')), (select "rls"."readable"('product', 'department')), (select "rls"."readable"('product', 'subdepartments')), (select "rls"."readable"('product', 'open')), (select "rls"."readable"('product', 'all'))));
create policy "trader_reads" on "crm"."product" for select to "crm_trader"
  using ("rls"."trader_reads"("product".*, (select "rls"."counted"('trader', 'product', 'read'))));
create policy "trader_updates" on "crm"."product" for update to "crm_trader"
  using ("rls"."trader_updates"("product".*, (select "rls"."counted"('trader', 'product', 'update')), (select "rls"."readable"('product', 'own')), (select "rls"."readable"('product', 'department')), (select "rls"."readable"('product', 'subdepartments')), (select "rls"."readable"('product', 'open')), (select "rls"."readable"('product', 'all'))));
grant select ("id", "name"), update ("name") on table "crm"."product" to "crm_trader";
set local role "crm_all_owner";
grant select on table "crm_all"."product" to "crm_trader";
set local role none;
set local role "crm_rls_owner";
grant execute on function "rls"."counted"(wanted_role text, wanted_entity text, wanted_operation text) to "crm_trader";
grant execute on function "rls"."department_owners"() to "crm_trader";
grant execute on function "rls"."department_reached"(wanted name) to "crm_trader";
grant execute on function "rls"."folded_department_owners"() to "crm_trader";
grant execute on function "rls"."folded_holds"(roles name[]) to "crm_trader";
grant execute on function "rls"."folded_me"() to "crm_trader";
grant execute on function "rls"."folded_subtree_owners"() to "crm_trader";
grant execute on function "rls"."me"() to "crm_trader";
grant execute on function "rls"."mine"(wanted name) to "crm_trader";
grant execute on function "rls"."owned_by"(owner integer, owners integer[]) to "crm_trader";
grant select ("login", "mine", "person_id", "person_key", "team") on table "rls"."reach" to "crm_trader";
grant execute on function "rls"."readable"(wanted_entity text, wanted_level text) to "crm_trader";
grant execute on function "rls"."subtree_owners"() to "crm_trader";
grant execute on function "rls"."subtree_reached"(wanted name) to "crm_trader";
grant select ("department_keys", "department_owners", "department_reached", "department_wide", "id", "subtree_keys", "subtree_owners", "subtree_reached", "subtree_wide") on table "rls"."team" to "crm_trader";
set local role none;
set local role "crm_view_owner";
grant select, update on table "crm_read"."product" to "crm_trader";
set local role none;
set local role "crm_rls_owner";
insert into rls.role (name, database_role, timed) values
  ('trader', 'crm_trader', false)
  on conflict (name) do update set database_role = excluded.database_role, timed = excluded.timed;
insert into rls.assignment (role, principal_kind, principal_id, from_definition) values
  ('trader', 'subdepartments', 2, true)
  on conflict on constraint assignment_once do update set from_definition = true;
set local role none;
drop function "rls"."seller_creates"("crm"."product", text[]);
drop function "rls"."seller_deletes"("crm"."product", text[], text[], text[], text[], text[], text[]);
drop function "rls"."seller_reads"("crm"."product", text[]);
drop function "rls"."seller_updates"("crm"."product", text[], text[], text[], text[], text[], text[]);
revoke usage on schema "crm" from "crm_seller";
set local role "crm_all_owner";
revoke usage on schema "crm_all" from "crm_seller";
set local role none;
set local role "crm_view_owner";
revoke usage on schema "crm_read" from "crm_seller";
set local role none;
set local role "crm_rls_owner";
drop role "crm_seller";
set local role none;
commit;

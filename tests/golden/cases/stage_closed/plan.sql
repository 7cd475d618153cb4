begin;
revoke delete on table "crm"."deal" from "crm_manager";
set local role "crm_view_owner";
revoke delete on table "crm_read"."deal" from "crm_manager";
set local role none;
set local role "crm_rls_owner";
create or replace function "rls"."manager_creates"("activity" "crm"."activity", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("mine"["activity"."parent_owner_id"] or null) is not null) and (("activity"."deal_id" is not null) and (("activity"."parent_stage" in ('won')) is not true));
create or replace function "rls"."manager_deletes"("activity" "crm"."activity", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("mine"["activity"."parent_owner_id"] or null) is not null) and ((("activity"."deal_id" is not null) and (("activity"."parent_stage" in ('won')) is not true)) and ("activity"."parent_owner_id" = "rls"."me"()));
create or replace function "rls"."manager_deletes"("deal" "crm"."deal", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
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
  return ((("activity"."deal_id" is not null) and ((("activity"."parent_pipeline" in ('partners')) is not true) and (("activity"."parent_stage" in ('won')) is not true))) and ((("mine"["activity"."parent_owner_id"] or null) is not null) and ("activity"."parent_owner_id" = "rls"."me"()))) or ((("activity"."deal_id" is not null) and (("activity"."parent_pipeline" in ('partners')) and (("activity"."parent_stage" in ('new')) is not true))) and ((("department_reached"["activity"."parent_owner_id"] or null) is not null) and ("rls"."owned_by"("activity"."parent_owner_id", "rls"."department_owners"())))) or ((("activity"."deal_id" is not null) and (("activity"."parent_pipeline" in ('partners')) and ("activity"."parent_stage" in ('new')))) and ((("subtree_reached"["activity"."parent_owner_id"] or null) is not null) and ("rls"."owned_by"("activity"."parent_owner_id", "rls"."subtree_owners"())))) or ((("activity"."deal_id" is not null) and (("activity"."parent_pipeline" in ('partners')) and ("activity"."parent_stage" in ('new')))) and ("activity"."parent_is_open")) or (("activity"."deal_id" is not null) and ((("activity"."parent_pipeline" in ('partners')) is not true) and ("activity"."parent_stage" in ('won'))));
create or replace function "rls"."manager_reads"("deal" "crm"."deal", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (((("deal"."pipeline" in ('partners')) is not true) and (("deal"."stage" in ('won')) is not true)) and ((("mine"["deal"."owner_id"] or null) is not null) and ("deal"."owner_id" = "rls"."me"()))) or ((("deal"."pipeline" in ('partners')) and (("deal"."stage" in ('new')) is not true)) and ((("department_reached"["deal"."owner_id"] or null) is not null) and ("rls"."owned_by"("deal"."owner_id", "rls"."department_owners"())))) or ((("deal"."pipeline" in ('partners')) and ("deal"."stage" in ('new'))) and ((("subtree_reached"["deal"."owner_id"] or null) is not null) and ("rls"."owned_by"("deal"."owner_id", "rls"."subtree_owners"())))) or ((("deal"."pipeline" in ('partners')) and ("deal"."stage" in ('new'))) and ("deal"."is_open")) or ((("deal"."pipeline" in ('partners')) is not true) and ("deal"."stage" in ('won')));
create or replace function "rls"."manager_updates"("activity" "crm"."activity", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("mine"["activity"."parent_owner_id"] or null) is not null) and ((("activity"."deal_id" is not null) and (("activity"."parent_stage" in ('won')) is not true)) and ("activity"."parent_owner_id" = "rls"."me"()));
create or replace function "rls"."manager_updates"("deal" "crm"."deal", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("mine"["deal"."owner_id"] or null) is not null) and ((("deal"."stage" in ('won')) is not true) and ("deal"."owner_id" = "rls"."me"()));
set local role none;
commit;

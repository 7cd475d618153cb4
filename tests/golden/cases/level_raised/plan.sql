begin;
set local role "crm_rls_owner";
create or replace function "rls"."manager_reads"("activity" "crm"."activity", "mine" boolean[], "me" integer, "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("department_reached"["activity"."parent_owner_id"] or null) is not null) and ("rls"."department_is_wide"() or ("activity"."parent_owner_id" = any ("rls"."department_owners"())));
create or replace function "rls"."manager_reads"("deal" "crm"."deal", "mine" boolean[], "me" integer, "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("department_reached"["deal"."owner_id"] or null) is not null) and ("rls"."department_is_wide"() or ("deal"."owner_id" = any ("rls"."department_owners"())));
set local role none;
commit;

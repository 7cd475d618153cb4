begin;
set local role "crm_rls_owner";
create or replace function "rls"."manager_reads"("activity" "crm"."activity", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("department_reached"["activity"."parent_owner_id"] or null) is not null) and ("rls"."owned_by"("activity"."parent_owner_id", "rls"."department_owners"()));
create or replace function "rls"."manager_reads"("deal" "crm"."deal", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("department_reached"["deal"."owner_id"] or null) is not null) and ("rls"."owned_by"("deal"."owner_id", "rls"."department_owners"()));
set local role none;
commit;

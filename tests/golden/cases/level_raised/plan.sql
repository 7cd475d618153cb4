begin;
set local role "crm_rls_owner";
create or replace function "rls"."manager_reads"("activity" "crm"."activity", "me" integer, "department_owners" integer[], "subtree_owners" integer[], "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return "activity"."parent_owner_id" = any ("department_owners");
create or replace function "rls"."manager_reads"("deal" "crm"."deal", "me" integer, "department_owners" integer[], "subtree_owners" integer[], "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return "deal"."owner_id" = any ("department_owners");
set local role none;
commit;

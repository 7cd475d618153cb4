begin;
set local role "crm_rls_owner";
create or replace function "rls"."manager_creates"("activity" "crm"."activity", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return ('ceecbb1f2cf211a8:deal:partners/new' = any (counted)) and (((("mine"["activity"."parent_owner_id"] or null) is not null) and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_own"))) or ((("department_reached"["activity"."parent_owner_id"] or null) is not null) and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_department"))) or ((("subtree_reached"["activity"."parent_owner_id"] or null) is not null) and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_subdepartments"))) or (("activity"."parent_is_open") and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_open"))) or (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_all")));
create or replace function "rls"."manager_deletes"("activity" "crm"."activity", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return ('ceecbb1f2cf211a8:deal:partners/new' = any (counted)) and ((((("mine"["activity"."parent_owner_id"] or null) is not null) and ("activity"."parent_owner_id" = "rls"."me"())) and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_own"))) or (((("department_reached"["activity"."parent_owner_id"] or null) is not null) and ("rls"."owned_by"("activity"."parent_owner_id", "rls"."department_owners"()))) and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_department"))) or (((("subtree_reached"["activity"."parent_owner_id"] or null) is not null) and ("rls"."owned_by"("activity"."parent_owner_id", "rls"."subtree_owners"()))) and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_subdepartments"))) or (("activity"."parent_is_open") and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_open"))) or (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_all")));
create or replace function "rls"."manager_updates"("activity" "crm"."activity", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return ('ceecbb1f2cf211a8:deal:partners/new' = any (counted)) and ((((("mine"["activity"."parent_owner_id"] or null) is not null) and ("activity"."parent_owner_id" = "rls"."me"())) and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_own"))) or (((("department_reached"["activity"."parent_owner_id"] or null) is not null) and ("rls"."owned_by"("activity"."parent_owner_id", "rls"."department_owners"()))) and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_department"))) or (((("subtree_reached"["activity"."parent_owner_id"] or null) is not null) and ("rls"."owned_by"("activity"."parent_owner_id", "rls"."subtree_owners"()))) and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_subdepartments"))) or (("activity"."parent_is_open") and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_open"))) or (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_all")));
create or replace function "rls"."manager_updates"("deal" "crm"."deal", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return ('ceecbb1f2cf211a8:deal:partners/new' = any (counted)) and ((((("mine"["deal"."owner_id"] or null) is not null) and ("deal"."owner_id" = "rls"."me"())) and ('deal:' || case when "deal"."pipeline" in ('partners', 'sales') then "deal"."pipeline"::text else '*' end || '/' || case when "deal"."stage" in ('lost', 'new', 'won') then "deal"."stage"::text else '*' end = any ("readable_own"))) or (((("department_reached"["deal"."owner_id"] or null) is not null) and ("rls"."owned_by"("deal"."owner_id", "rls"."department_owners"()))) and ('deal:' || case when "deal"."pipeline" in ('partners', 'sales') then "deal"."pipeline"::text else '*' end || '/' || case when "deal"."stage" in ('lost', 'new', 'won') then "deal"."stage"::text else '*' end = any ("readable_department"))) or (((("subtree_reached"["deal"."owner_id"] or null) is not null) and ("rls"."owned_by"("deal"."owner_id", "rls"."subtree_owners"()))) and ('deal:' || case when "deal"."pipeline" in ('partners', 'sales') then "deal"."pipeline"::text else '*' end || '/' || case when "deal"."stage" in ('lost', 'new', 'won') then "deal"."stage"::text else '*' end = any ("readable_subdepartments"))) or (("deal"."is_open") and ('deal:' || case when "deal"."pipeline" in ('partners', 'sales') then "deal"."pipeline"::text else '*' end || '/' || case when "deal"."stage" in ('lost', 'new', 'won') then "deal"."stage"::text else '*' end = any ("readable_open"))) or ('deal:' || case when "deal"."pipeline" in ('partners', 'sales') then "deal"."pipeline"::text else '*' end || '/' || case when "deal"."stage" in ('lost', 'new', 'won') then "deal"."stage"::text else '*' end = any ("readable_all")));
insert into rls.permission (role, entity, operation, cell, level, explicit) values
  ('manager', 'activity', 'create', 'deal:*/*', 'all', false),
  ('manager', 'activity', 'create', 'deal:*/lost', 'all', false),
  ('manager', 'activity', 'create', 'deal:*/new', 'all', false),
  ('manager', 'activity', 'create', 'deal:*/won', 'all', false),
  ('manager', 'activity', 'create', 'deal:partners/*', 'all', false),
  ('manager', 'activity', 'create', 'deal:partners/lost', 'all', false),
  ('manager', 'activity', 'create', 'deal:partners/new', 'all', false),
  ('manager', 'activity', 'create', 'deal:partners/won', 'all', false),
  ('manager', 'activity', 'create', 'deal:sales/*', 'all', false),
  ('manager', 'activity', 'create', 'deal:sales/lost', 'all', false),
  ('manager', 'activity', 'create', 'deal:sales/new', 'all', false),
  ('manager', 'activity', 'create', 'deal:sales/won', 'all', false),
  ('manager', 'activity', 'delete', 'deal:*/*', 'all', false),
  ('manager', 'activity', 'delete', 'deal:*/lost', 'all', false),
  ('manager', 'activity', 'delete', 'deal:*/new', 'all', false),
  ('manager', 'activity', 'delete', 'deal:*/won', 'all', false),
  ('manager', 'activity', 'delete', 'deal:partners/*', 'all', false),
  ('manager', 'activity', 'delete', 'deal:partners/lost', 'all', false),
  ('manager', 'activity', 'delete', 'deal:partners/new', 'all', false),
  ('manager', 'activity', 'delete', 'deal:partners/won', 'all', false),
  ('manager', 'activity', 'delete', 'deal:sales/*', 'all', false),
  ('manager', 'activity', 'delete', 'deal:sales/lost', 'all', false),
  ('manager', 'activity', 'delete', 'deal:sales/new', 'all', false),
  ('manager', 'activity', 'delete', 'deal:sales/won', 'all', false),
  ('manager', 'activity', 'read', 'deal:*/*', 'own', false),
  ('manager', 'activity', 'read', 'deal:*/lost', 'own', false),
  ('manager', 'activity', 'read', 'deal:*/new', 'own', false),
  ('manager', 'activity', 'read', 'deal:*/won', 'own', false),
  ('manager', 'activity', 'read', 'deal:partners/*', 'own', false),
  ('manager', 'activity', 'read', 'deal:partners/lost', 'own', false),
  ('manager', 'activity', 'read', 'deal:partners/new', 'own', false),
  ('manager', 'activity', 'read', 'deal:partners/won', 'own', false),
  ('manager', 'activity', 'read', 'deal:sales/*', 'own', false),
  ('manager', 'activity', 'read', 'deal:sales/lost', 'own', false),
  ('manager', 'activity', 'read', 'deal:sales/new', 'own', false),
  ('manager', 'activity', 'read', 'deal:sales/won', 'own', false),
  ('manager', 'activity', 'update', 'deal:*/*', 'all', false),
  ('manager', 'activity', 'update', 'deal:*/lost', 'all', false),
  ('manager', 'activity', 'update', 'deal:*/new', 'all', false),
  ('manager', 'activity', 'update', 'deal:*/won', 'all', false),
  ('manager', 'activity', 'update', 'deal:partners/*', 'all', false),
  ('manager', 'activity', 'update', 'deal:partners/lost', 'all', false),
  ('manager', 'activity', 'update', 'deal:partners/new', 'all', false),
  ('manager', 'activity', 'update', 'deal:partners/won', 'all', false),
  ('manager', 'activity', 'update', 'deal:sales/*', 'all', false),
  ('manager', 'activity', 'update', 'deal:sales/lost', 'all', false),
  ('manager', 'activity', 'update', 'deal:sales/new', 'all', false),
  ('manager', 'activity', 'update', 'deal:sales/won', 'all', false),
  ('manager', 'deal', 'read', 'deal:*/*', 'own', false),
  ('manager', 'deal', 'read', 'deal:*/lost', 'own', false),
  ('manager', 'deal', 'read', 'deal:*/new', 'own', false),
  ('manager', 'deal', 'read', 'deal:*/won', 'own', false),
  ('manager', 'deal', 'read', 'deal:partners/*', 'own', false),
  ('manager', 'deal', 'read', 'deal:partners/lost', 'own', false),
  ('manager', 'deal', 'read', 'deal:partners/new', 'own', false),
  ('manager', 'deal', 'read', 'deal:partners/won', 'own', false),
  ('manager', 'deal', 'read', 'deal:sales/*', 'own', false),
  ('manager', 'deal', 'read', 'deal:sales/lost', 'own', false),
  ('manager', 'deal', 'read', 'deal:sales/new', 'own', false),
  ('manager', 'deal', 'read', 'deal:sales/won', 'own', false),
  ('manager', 'deal', 'update', 'deal:*/*', 'all', false),
  ('manager', 'deal', 'update', 'deal:*/lost', 'all', false),
  ('manager', 'deal', 'update', 'deal:*/new', 'all', false),
  ('manager', 'deal', 'update', 'deal:*/won', 'all', false),
  ('manager', 'deal', 'update', 'deal:partners/*', 'all', false),
  ('manager', 'deal', 'update', 'deal:partners/lost', 'all', false),
  ('manager', 'deal', 'update', 'deal:partners/new', 'all', false),
  ('manager', 'deal', 'update', 'deal:partners/won', 'all', false),
  ('manager', 'deal', 'update', 'deal:sales/*', 'all', false),
  ('manager', 'deal', 'update', 'deal:sales/lost', 'all', false),
  ('manager', 'deal', 'update', 'deal:sales/new', 'all', false),
  ('manager', 'deal', 'update', 'deal:sales/won', 'all', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
set local role none;
commit;

begin;
set local role "crm_rls_owner";
create or replace function "rls"."manager_creates"("activity" "crm"."activity", "me" integer, "department_owners" integer[], "subtree_owners" integer[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("activity"."parent_owner_id" = me) and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_own"))) or (("activity"."parent_owner_id" = any ("department_owners")) and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_department"))) or (("activity"."parent_owner_id" = any ("subtree_owners")) and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_subdepartments"))) or (("activity"."parent_is_open") and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_open"))) or (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_all"));
create or replace function "rls"."manager_deletes"("activity" "crm"."activity", "me" integer, "department_owners" integer[], "subtree_owners" integer[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("activity"."parent_owner_id" = me) and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_own"))) or (("activity"."parent_owner_id" = any ("department_owners")) and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_department"))) or (("activity"."parent_owner_id" = any ("subtree_owners")) and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_subdepartments"))) or (("activity"."parent_is_open") and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_open"))) or (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_all"));
create or replace function "rls"."manager_updates"("activity" "crm"."activity", "me" integer, "department_owners" integer[], "subtree_owners" integer[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("activity"."parent_owner_id" = me) and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_own"))) or (("activity"."parent_owner_id" = any ("department_owners")) and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_department"))) or (("activity"."parent_owner_id" = any ("subtree_owners")) and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_subdepartments"))) or (("activity"."parent_is_open") and (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_open"))) or (case when "activity"."deal_id" is not null then 'deal:' || case when "activity"."parent_pipeline" in ('partners', 'sales') then "activity"."parent_pipeline"::text else '*' end || '/' || case when "activity"."parent_stage" in ('lost', 'new', 'won') then "activity"."parent_stage"::text else '*' end end = any ("readable_all"));
create or replace function "rls"."manager_updates"("deal" "crm"."deal", "me" integer, "department_owners" integer[], "subtree_owners" integer[], "counted" text[], "readable_own" text[], "readable_department" text[], "readable_subdepartments" text[], "readable_open" text[], "readable_all" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return (("deal"."owner_id" = me) and ('deal:' || case when "deal"."pipeline" in ('partners', 'sales') then "deal"."pipeline"::text else '*' end || '/' || case when "deal"."stage" in ('lost', 'new', 'won') then "deal"."stage"::text else '*' end = any ("readable_own"))) or (("deal"."owner_id" = any ("department_owners")) and ('deal:' || case when "deal"."pipeline" in ('partners', 'sales') then "deal"."pipeline"::text else '*' end || '/' || case when "deal"."stage" in ('lost', 'new', 'won') then "deal"."stage"::text else '*' end = any ("readable_department"))) or (("deal"."owner_id" = any ("subtree_owners")) and ('deal:' || case when "deal"."pipeline" in ('partners', 'sales') then "deal"."pipeline"::text else '*' end || '/' || case when "deal"."stage" in ('lost', 'new', 'won') then "deal"."stage"::text else '*' end = any ("readable_subdepartments"))) or (("deal"."is_open") and ('deal:' || case when "deal"."pipeline" in ('partners', 'sales') then "deal"."pipeline"::text else '*' end || '/' || case when "deal"."stage" in ('lost', 'new', 'won') then "deal"."stage"::text else '*' end = any ("readable_open"))) or ('deal:' || case when "deal"."pipeline" in ('partners', 'sales') then "deal"."pipeline"::text else '*' end || '/' || case when "deal"."stage" in ('lost', 'new', 'won') then "deal"."stage"::text else '*' end = any ("readable_all"));
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'activity', 'read', 'deal:*/*', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'activity', 'read', 'deal:*/lost', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'activity', 'read', 'deal:*/new', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'activity', 'read', 'deal:*/won', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'activity', 'read', 'deal:partners/*', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'activity', 'read', 'deal:partners/lost', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'activity', 'read', 'deal:partners/new', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'activity', 'read', 'deal:partners/won', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'activity', 'read', 'deal:sales/*', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'activity', 'read', 'deal:sales/lost', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'activity', 'read', 'deal:sales/new', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'activity', 'read', 'deal:sales/won', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'deal', 'read', 'deal:*/*', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'deal', 'read', 'deal:*/lost', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'deal', 'read', 'deal:*/new', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'deal', 'read', 'deal:*/won', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'deal', 'read', 'deal:partners/*', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'deal', 'read', 'deal:partners/lost', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'deal', 'read', 'deal:partners/new', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'deal', 'read', 'deal:partners/won', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'deal', 'read', 'deal:sales/*', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'deal', 'read', 'deal:sales/lost', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'deal', 'read', 'deal:sales/new', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.permission (role, entity, operation, cell, level, explicit) values ('manager', 'deal', 'read', 'deal:sales/won', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
set local role none;
commit;

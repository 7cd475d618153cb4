begin;
set local role "crm_rls_owner";
create or replace function "rls"."stand_in_reads"("activity" "crm"."activity", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return ('1af61d668fad80b1:deal:partners/new' = any (counted)) and ((("mine"["activity"."parent_owner_id"] or null) is not null) and ("activity"."parent_owner_id" = "rls"."me"()));
create or replace function "rls"."stand_in_reads"("deal" "crm"."deal", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return ('1af61d668fad80b1:deal:partners/new' = any (counted)) and ((("mine"["deal"."owner_id"] or null) is not null) and ("deal"."owner_id" = "rls"."me"()));
insert into rls.permission (role, entity, operation, cell, level, explicit) values
  ('stand_in', 'activity', 'read', 'deal:*/*', 'own', false),
  ('stand_in', 'activity', 'read', 'deal:*/lost', 'own', false),
  ('stand_in', 'activity', 'read', 'deal:*/new', 'own', false),
  ('stand_in', 'activity', 'read', 'deal:*/won', 'own', false),
  ('stand_in', 'activity', 'read', 'deal:partners/*', 'own', false),
  ('stand_in', 'activity', 'read', 'deal:partners/lost', 'own', false),
  ('stand_in', 'activity', 'read', 'deal:partners/new', 'own', false),
  ('stand_in', 'activity', 'read', 'deal:partners/won', 'own', false),
  ('stand_in', 'activity', 'read', 'deal:sales/*', 'own', false),
  ('stand_in', 'activity', 'read', 'deal:sales/lost', 'own', false),
  ('stand_in', 'activity', 'read', 'deal:sales/new', 'own', false),
  ('stand_in', 'activity', 'read', 'deal:sales/won', 'own', false),
  ('stand_in', 'deal', 'read', 'deal:*/*', 'own', false),
  ('stand_in', 'deal', 'read', 'deal:*/lost', 'own', false),
  ('stand_in', 'deal', 'read', 'deal:*/new', 'own', false),
  ('stand_in', 'deal', 'read', 'deal:*/won', 'own', false),
  ('stand_in', 'deal', 'read', 'deal:partners/*', 'own', false),
  ('stand_in', 'deal', 'read', 'deal:partners/lost', 'own', false),
  ('stand_in', 'deal', 'read', 'deal:partners/new', 'own', false),
  ('stand_in', 'deal', 'read', 'deal:partners/won', 'own', false),
  ('stand_in', 'deal', 'read', 'deal:sales/*', 'own', false),
  ('stand_in', 'deal', 'read', 'deal:sales/lost', 'own', false),
  ('stand_in', 'deal', 'read', 'deal:sales/new', 'own', false),
  ('stand_in', 'deal', 'read', 'deal:sales/won', 'own', false)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
insert into rls.role (name, database_role, timed) values
  ('stand_in', 'crm_stand_in', true)
  on conflict (name) do update set database_role = excluded.database_role, timed = excluded.timed;
set local role none;
commit;

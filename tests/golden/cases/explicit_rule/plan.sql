begin;
set local role "crm_all_owner";
revoke select on table "crm_all"."deal" from "crm_auditor";
set local role none;
set local role "crm_rls_owner";
create or replace function "rls"."auditor_reads"("deal" "crm"."deal", "mine" boolean[], "department_reached" boolean[], "subtree_reached" boolean[], "counted" text[])
  returns boolean
  language sql
  stable
  parallel safe
  return '980e60fe414106db:' || 'deal:' || '*' || '/' || case when "deal"."stage" in ('new', 'won') then "deal"."stage"::text else '*' end = any (counted);
insert into rls.permission (role, entity, operation, cell, level, explicit) values
  ('auditor', 'deal', 'read', 'deal:*/*', 'all', false),
  ('auditor', 'deal', 'read', 'deal:*/new', 'all', false),
  ('auditor', 'deal', 'read', 'deal:*/won', 'all', false),
  ('manager', 'deal', 'read', 'deal:*/*', 'own', false),
  ('manager', 'deal', 'read', 'deal:*/new', 'own', false),
  ('manager', 'deal', 'read', 'deal:*/won', 'none', true)
  on conflict (role, entity, operation, cell) do update set level = excluded.level, explicit = excluded.explicit;
set local role none;
set local role "crm_all_owner";
revoke usage on schema "crm_all" from "crm_auditor";
set local role none;
commit;

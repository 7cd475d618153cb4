-- Whether they were too many to plan with.  Inlined; altered to have everybody plan anew.
create or replace function rls.subtree_is_wide()
  returns boolean
  language sql
  stable
  parallel safe
return rls.folded_subtree_is_wide();

-- The members of the caller's departments and of those below, when a statement was planned.  Inlined; altered to have everybody plan anew.
create or replace function rls.subtree_owners()
  returns int[]
  language sql
  stable
  parallel safe
return rls.folded_subtree_owners();

-- Who the caller was, when a statement was planned.  Inlined; altered to have everybody plan anew.
create or replace function rls.me()
  returns int
  language sql
  stable
  parallel safe
return rls.folded_me();

-- Take the role of an active person, %(login)s, for this transaction; no row, and nothing happens, for any other name.
-- Active people are the members of <prefix>everyone; whoever made that role administers it, and is none.
-- The owner of schema rls, <prefix>rls_owner, tells the prefix.
-- Compared as text: a cast to name would cut what is too long.
select set_config('role', person.rolname, true)
from pg_catalog.pg_roles as person
where person.rolname = cast(%(login)s as text)
  and person.oid = (
    select membership.member
    from pg_catalog.pg_auth_members as membership
    where membership.member = person.oid
      and not membership.admin_option
      and membership.roleid = (
        select everyone.oid
        from pg_catalog.pg_roles as everyone
        where everyone.rolname = (
          select regexp_replace(owner.rolname, 'rls_owner$', 'everyone')
          from pg_catalog.pg_namespace as schema
          join pg_catalog.pg_roles as owner on owner.oid = schema.nspowner
          where schema.nspname = 'rls'
        )
      )
    limit 1
  )

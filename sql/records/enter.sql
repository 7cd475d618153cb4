-- One entry of the log.
insert into rls.bulk_log (login, entity, kind, rows, what, ends)
values (coalesce(%(login)s, session_user), %(entity)s, %(kind)s, %(rows)s, %(what)s, %(ends)s)
returning id

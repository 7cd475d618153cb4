insert into rls.assignment (role, principal_kind, principal_id, valid_from, valid_until)
values (%(role)s, %(kind)s, %(id)s, %(from)s, %(until)s)

-- Nothing is kept for a revision any more.
delete from rls.set_aside
where set_aside.revision = %(revision)s

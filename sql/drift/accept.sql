-- Accept one finding as it is.
insert into rls.accepted (kind, object, what, because)
values (%(kind)s, %(object)s, %(what)s, %(because)s)
on conflict (kind, object, what) do update
set because = excluded.because, accepted_by = default, accepted_at = default

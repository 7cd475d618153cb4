-- Remember one object as it was applied.
insert into rls.applied (kind, identity, source, canonical)
values (%s, %s, %s, %s)
on conflict (kind, identity) do update set source = excluded.source, canonical = excluded.canonical

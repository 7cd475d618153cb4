create table rls.counter (
  id int generated always as identity primary key,
  login name,
  entity text,
  kind text,
  sequence regclass,
  constraint counter_once unique (login, entity, kind),
  check ((login is null) = (entity is null) and (login is null) = (kind is null))
);

comment on table rls.counter is 'The sequence that counts what a person reads or creates of an entity; made by rls.refresh_counters()';
comment on column rls.counter.id is 'What the sequence is called by: rls_counter.counter_<id>';
comment on column rls.counter.login is 'Whose it is; null: nobody''s any more, and kept for whoever comes';
comment on column rls.counter.entity is 'Of which entity';
comment on column rls.counter.kind is 'What is counted, as in rls.budget';
comment on column rls.counter.sequence is 'Counts from the second at which a window began, times rls.counter_room()';

create index counter_unused on rls.counter (id) where login is null;

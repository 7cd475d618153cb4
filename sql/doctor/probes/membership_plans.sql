-- CVE-2026-14666: does a prepared statement go on under a membership that was taken away?
create table {schema}.held (value int);
insert into {schema}.held values (1);
alter table {schema}.held enable row level security;
create policy held on {schema}.held for select to {two} using (true);
grant select on {schema}.held to {one};
grant {two} to {one};
set local role {one};
prepare rowlock_probe as select count(*) > 0 from {schema}.held;
execute rowlock_probe;
set local role none;
revoke {two} from {one};
set local role {one};

execute rowlock_probe

drop schema if exists rls_pgbouncer cascade;

drop owned by {login}, {reader};

drop role {login}, {reader};

-- CVE-2025-12817: does CREATE STATISTICS ask for CREATE on the schema?
grant create on schema {schema} to {one};
set local role {one};
create table {schema}.owned (a int, b int);
set local role none;
revoke create on schema {schema} from {one};
set local role {one};

create statistics {schema}.taken on a, b from {schema}.owned

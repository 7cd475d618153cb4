-- Two roles and a schema that are gone with the transaction.
create role {one};
create role {two};
grant {one}, {two} to current_user;
create schema {schema};
grant usage on schema {schema} to {one}, {two};

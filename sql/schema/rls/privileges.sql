-- What a policy calls is granted to the roles it is for, by apply; nobody has USAGE on the schema.
revoke all on all functions in schema rls from public;

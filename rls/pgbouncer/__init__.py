"""PgBouncer before people's own logins: its side of the database, its configuration, what is wrong with one."""

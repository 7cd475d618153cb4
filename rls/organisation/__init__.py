"""People, departments, logins and assignments: files → values → the database."""

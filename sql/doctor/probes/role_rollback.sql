-- CVE-2024-10978: does rolling back SET SESSION AUTHORIZATION forget SET ROLE?
set local role {one};
savepoint before;
set local session authorization {me};
rollback to savepoint before;

select current_user <> {one_name}

create trigger rowlock_check_login before insert or update of login on {organisation}.person
  for each row when (new.login is not null) execute function rls.check_login();

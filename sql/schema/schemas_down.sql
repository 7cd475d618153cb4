drop schema {organisation};

drop schema rls cascade;

drop schema {imports} cascade;

drop schema {views} cascade;

drop schema {organisation};

drop schema rls cascade;

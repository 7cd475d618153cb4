drop schema {imports} cascade;

drop schema {unfiltered} cascade;

drop schema {views} cascade;

drop schema rls_counter cascade;

drop schema {organisation};

drop schema rls cascade;

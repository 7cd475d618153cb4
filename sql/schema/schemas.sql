create schema rls authorization {rls_owner};

comment on schema rls is 'Rowlock: reach, roles, assignments, and the functions policies call; nobody has USAGE';

create schema {organisation} authorization {owner};

comment on schema {organisation} is 'The organisation, and the CRM where it is installed';

grant usage on schema {organisation} to {rls_owner};

create schema {views} authorization {view_owner};

comment on schema {views} is 'Reading views: what each person may see of every entity, fields included; for people and BI tools';

grant usage on schema rls, {organisation} to {view_owner};

create schema {unfiltered} authorization {unfiltered_owner};

comment on schema {unfiltered} is 'Views without policies: each entity for who reads every record of it, as fast as without rights';

grant usage on schema {organisation} to {unfiltered_owner};

create schema {imports} authorization {rls_owner};

comment on schema {imports} is 'Import tables: COPY into one loads its entity''s table, as far as one may import';

create schema rls_counter authorization {rls_owner};

comment on schema rls_counter is 'Rowlock: the sequences that count what people read and create; nobody has USAGE';

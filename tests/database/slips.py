"""What people do by hand that leads past the rights: each with the check that names it, by the name of the attack."""

from __future__ import annotations

Case = tuple[str, str, str]
"""The check, what its finding names, what somebody did."""

DEFINER = "create function crm.mine() returns bigint language sql security definer"

COUNTS = "as 'select count(*) from crm.deal'"

BLIND = """
create function crm.once() returns trigger language plpgsql as $$
begin
  if exists (select from crm.deal where deal.title = new.title) then raise exception 'twice'; end if;
  return new;
end $$;
create trigger once before insert on crm.deal for each row execute function crm.once()
"""

ASSERTS = """
create function crm.checked() returns trigger language plpgsql as $$
begin
  assert new.amount > 0, 'no amount';
  return new;
end $$;
create trigger checked before insert on crm.deal for each row execute function crm.checked()
"""

COUNTED = """
insert into rls.budget values ('deal', 'read', 100, 'day', 100);
do $$ begin
  execute (select format('{}', sequence) from rls.counter where login = 'alice');
end $$
"""

TELLS = "create function public.tells(int) returns boolean language sql return true"

TRIGGER = """
create function public.watch() returns trigger language plpgsql as $$ begin return new; end $$;
alter function public.watch() owner to bob;
create trigger watch before insert on crm.deal for each row execute function public.watch()
"""

TABLES: dict[str, Case] = {
    "A01 not forced": ("row security", "crm.deal does not bind", "alter table crm.deal no force row level security"),
    "A01 disabled": ("row security", "crm.lead has no row", "alter table crm.lead disable row level security"),
    "A03 truncate": ("privileges", "truncate for crm_manager", "grant truncate on crm.deal to crm_manager"),
    "A03 truncate, for somebody else": (
        "privileges",
        "truncate for reporting",
        "create role reporting login; grant truncate on crm.deal to reporting",
    ),
    "A04 references": ("privileges", "references for alice", "grant references on crm.deal to alice"),
    "A04 references of a column": (
        "privileges",
        "references (id) for crm_",
        "grant references (id) on crm.deal to crm_manager",
    ),
    "A05 trigger": ("privileges", "trigger for crm_director", "grant trigger on crm.lead to crm_director"),
    "A05 trigger's function": ("triggers", "watch on crm.deal", TRIGGER),
    "A20 grant option": (
        "privileges",
        "delete for crm_manager: may be handed on",
        "grant delete on crm.deal to crm_manager with grant option",
    ),
    "A21 grant option of a column": (
        "privileges",
        "select (title) for crm_manager: may be handed on",
        "grant select (title) on crm.deal to crm_manager with grant option",
    ),
    "C35 whole table": ("privileges", "select for crm_manager: holds", "grant select on crm.deal to crm_manager"),
    "everybody": ("privileges", "select for everybody", "grant select on crm.deal to public"),
    "everybody, a column": ("privileges", "select (title) for everybody", "grant select (title) on crm.deal to public"),
    "a person by name": ("privileges", "update (title) for bob", "grant update (title) on crm.deal to bob"),
    "the organisation": ("privileges", "crm.person select for dave", "grant select on crm.person to dave"),
    "A16 table without row security": (
        "table",
        "crm.note has no row security",
        "create table crm.note (text text); grant select on crm.note to crm_manager",
    ),
    "A16 default privileges": (
        "default privileges",
        "in schema crm",
        "alter default privileges in schema crm grant select on tables to crm_manager",
    ),
    "B01 unique key": (
        "unique keys",
        "crm.deal (title)",
        "alter table crm.deal add constraint deal_title_key unique (title)",
    ),
    "B01 unique index": (
        "unique keys",
        "crm.deal (title)",
        "create unique index deal_title on crm.deal (title) where title <> ''",
    ),
    "B07 cascade": (
        "foreign keys",
        "on delete cascade",
        (
            "alter table crm.activity drop constraint activity_deal_id_fkey, add constraint activity_deal_id_fkey"
            " foreign key (deal_id) references crm.deal (id) on delete cascade"
        ),
    ),
    "B07 set null, update cascade": (
        "foreign keys",
        "on delete set null, on update cascade",
        (
            "alter table crm.deal add constraint again foreign key (lead_id) references crm.lead (id)"
            " on delete set null (lead_id) on update cascade"
        ),
    ),
    "B30 generated column": (
        "generated columns",
        "crm.deal.secret shows crm_manager what amount",
        (
            "alter table crm.deal add secret numeric generated always as (amount * 2) stored;"
            " grant select (secret) on crm.deal to crm_manager; revoke select (amount) on crm.deal from crm_manager"
        ),
    ),
    "C05 identity from a setting": (
        "identity",
        "mine on crm.deal",
        "create policy mine on crm.deal using (owner_id = current_setting('app.user_id')::int)",
    ),
    "C37 writes wider than reads": (
        "policy",
        "all_of_it on crm.deal",
        "create policy all_of_it on crm.deal for delete to crm_manager using (true)",
    ),
    "restrictive": ("policy", "less on crm.deal", "create policy less on crm.deal as restrictive using (random() < 1)"),
    "C18 assert": ("asserts", "crm.checked()", ASSERTS),
    "C20 child": (
        "partition",
        "crm.old_deal",
        "create table crm.old_deal () inherits (crm.deal); grant select on crm.old_deal to crm_manager",
    ),
    "C20 parent": (
        "inheritance",
        "crm.deal is part of crm.whole",
        (
            "create table crm.whole (title text not null); alter table crm.deal inherit crm.whole;"
            " grant select on crm.whole to crm_manager"
        ),
    ),
    "C21 view": (
        "view",
        "crm.all_deals",
        "create view crm.all_deals as select * from crm.deal; grant select on crm.all_deals to crm_manager",
    ),
    "C24 C25 barrier view": (
        "view",
        "crm.some_deals",
        "create view crm.some_deals with (security_barrier) as select * from crm.deal where is_open",
    ),
    "C23 materialised view": (
        "materialized view",
        "crm.frozen",
        "create materialized view crm.frozen as select * from crm.deal; grant select on crm.frozen to alice",
    ),
    "C38 invoker trigger": ("blind triggers", "once on crm.deal", BLIND),
    "rule": ("rule", "silent on crm.deal", "create rule silent as on delete to crm.deal do also notify deals"),
    "open definer function": ("function", "crm.mine()", f"{DEFINER} set search_path = pg_catalog, pg_temp {COUNTS}"),
}

DATABASE: dict[str, Case] = {
    "A21 temporary": (
        "public database",
        "everybody make temporary",
        "grant temporary on database {database} to public",
    ),
    "A18 create on the database": ("public database", "make schemas", "grant create on database {database} to public"),
    "create for a person": ("public database", "bob make schemas", "grant create on database {database} to bob"),
    "create in a schema": ("schema privileges", "schema public", "grant create on schema public to public"),
    "create in a schema, by name": ("schema privileges", "lets alice", "grant create on schema crm to alice"),
    "usage of rls": ("schema privileges", "schema rls is open", "grant usage on schema rls to crm_manager"),
    "tables of rls": ("rights schema", "rls.assignment", "grant insert on rls.assignment to crm_manager"),
    "reach, for a person": ("rights schema", "rls.reach", "grant select on rls.reach to dave"),
    "A18 dblink": ("extensions", "dblink", "create extension dblink"),
    "A18 file_fdw": ("extensions", "file_fdw", "create extension file_fdw"),
    "pageinspect": ("extensions", "pageinspect", "create extension pageinspect"),
    "languages": ("languages", "plpgsql", "grant usage on language plpgsql to public"),
    "B13 counters": (
        "counters",
        "1 of the server's counters",
        "grant execute on function pg_stat_get_xact_tuples_fetched(oid) to public",
    ),
    "foreign server": (
        "foreign servers",
        "foreign server elsewhere may be used",
        (
            "create foreign data wrapper nothing; create server elsewhere foreign data wrapper nothing;"
            " grant usage on foreign server elsewhere to public"
        ),
    ),
    "foreign-data wrapper": (
        "foreign servers",
        "foreign-data wrapper nothing",
        "create foreign data wrapper nothing; grant usage on foreign data wrapper nothing to alice",
    ),
    "user mapping": (
        "foreign servers",
        "logs everybody in",
        (
            "create foreign data wrapper nothing; create server elsewhere foreign data wrapper nothing;"
            " create user mapping for public server elsewhere"
        ),
    ),
    "event trigger": (
        "event triggers",
        "watch runs",
        (
            "create function public.seen() returns event_trigger language plpgsql as $$ begin end $$;"
            " create event trigger watch on ddl_command_end execute function public.seen();"
            " alter function public.seen() owner to dave"
        ),
    ),
    "B10 leakproof": ("leakproof", "public.tells(integer)", f"{TELLS}; alter function public.tells(int) leakproof"),
    "C02 search_path with a schema": ("definer functions", "crm.mine()", f"{DEFINER} set search_path = crm {COUNTS}"),
    "C03 empty search_path": ("definer functions", "an empty search_path", f"{DEFINER} set search_path = '' {COUNTS}"),
    "C04 no search_path": ("definer functions", "without a search_path", f"{DEFINER} {COUNTS}"),
    "A15 large object": (
        "large objects",
        "is open to everybody",
        "select lo_create(4711); grant select on large object 4711 to public",
    ),
    "A13 publication": ("publication", "leak", "create publication leak for table crm.deal"),
    "stray": ("stray", "rls.mine", "create table rls.mine ()"),
    "A17 parameter": (
        "parameters",
        "session_replication_role may be set (SET) by alice",
        "grant set on parameter session_replication_role to alice",
    ),
    "alter system": (
        "parameters",
        "row_security may be set (ALTER SYSTEM) by everybody",
        "grant alter system on parameter row_security to public",
    ),
}

PEOPLE: dict[str, Case] = {
    "superuser": ("person", "alice has SUPERUSER", "alter role alice superuser"),
    "A02 bypassrls": ("person", "bob has BYPASSRLS", "alter role bob bypassrls"),
    "A14 replication": ("person", "dave has REPLICATION", "alter role dave replication"),
    "createrole": ("person", "carol has CREATEROLE", "alter role carol createrole"),
    "A02 bypassrls by SET ROLE": (
        "membership",
        "alice is a member of step, and so reaches bypassrls",
        "create role far bypassrls; create role step; grant far to step; grant step to alice",
    ),
    "A02 superuser through a role of ours": (
        "membership",
        "crm_manager is a member of step, and so reaches superuser",
        "create role far superuser; create role step noinherit; grant far to step; grant step to crm_manager",
    ),
    "A08 pg_read_all_data": (
        "membership",
        "and so reaches pg_read_all_data",
        "create role step; grant pg_read_all_data to step; grant step to bob",
    ),
    "A09 pg_monitor": ("membership", "pg_read_all_stats", "grant pg_monitor to dave"),
    "A06 pg_execute_server_program": (
        "membership",
        "reaches pg_execute_server_program",
        "grant pg_execute_server_program to crm_everyone",
    ),
    "pool in pg_signal_backend": (
        "membership",
        "crm_app is a member of pg_signal",
        "grant pg_signal_backend to crm_app",
    ),
    "the owner": ("membership", "reaches crm_owner, owner of tables", "grant crm_owner to alice"),
    "the views' owner": ("membership", "alice is a member of crm_view_owner", "grant crm_view_owner to alice"),
    "update of a counter": ("budgets", "for alice", COUNTED.format("grant update on sequence %s to alice")),
    "another's counter": ("budgets", "usage for bob", COUNTED.format("grant usage on sequence %s to bob")),
    "a counter that belongs to its person": (
        "budgets",
        "belongs to alice",
        "grant create on schema rls_counter to alice;" + COUNTED.format("alter sequence %s owner to alice"),
    ),
    "the rights' owner": (
        "membership",
        "bypassrls, createrole, crm_all_owner, crm_rls_owner",
        "grant crm_rls_owner to crm_app",
    ),
    "somebody else in the owner": (
        "membership",
        "helper is a member of crm_owner",
        "create role helper; grant crm_owner to helper",
    ),
    "another person": ("membership", "alice is a member of bob, and so reaches bob", "grant bob to alice"),
    "C07 several people": (
        "membership",
        "alice is a member of step, and so reaches 2 people",
        "create role step; grant bob, carol to step; grant step to alice",
    ),
    "A20 admin option": (
        "admin options",
        "alice may give crm_director",
        "grant crm_director to alice with admin option",
    ),
    "admin option of a person": ("admin options", "crm_app may give bob", "grant bob to crm_app with admin option"),
    "C07 a login that becomes people": (
        "impersonators",
        "reporting may become 2 of the people: alice, bob",
        "create role reporting login; grant alice, bob to reporting",
    ),
    "A21 owned table": (
        "owned objects",
        "alice owns table public.mine",
        "create table public.mine (); alter table public.mine owner to alice",
    ),
    "owned function and schema": (
        "owned objects",
        "crm_app owns function public.mine(), schema mine",
        (
            "create schema mine authorization crm_app; create function public.mine() returns int language sql return 1;"
            " alter function public.mine() owner to crm_app"
        ),
    ),
    "owned database": ("owned objects", "dave owns", "alter database {database} owner to dave"),
    "setting of a person": (
        "role settings",
        "alice has row_security set to off",
        "alter role alice in database {database} set row_security = off",
    ),
    "setting of a pool": ("role settings", "crm_app has role set", "alter role crm_app set role = 'carol'"),
    "setting of the database": (
        "role settings",
        "has log_statement set to all",
        "alter database {database} set log_statement = 'all'",
    ),
    "A15 lo_compat_privileges": (
        "role settings",
        "has lo_compat_privileges set to on",
        "alter database {database} set lo_compat_privileges = on",
    ),
    "parameters in the log": (
        "role settings",
        "alice has log_parameter_max_length_on_error set",
        "alter role alice set log_parameter_max_length_on_error = -1",
    ),
    "dismissed": (
        "dismissed",
        "dave is dismissed",
        "update crm.person set is_active = false where login = 'dave'; alter role dave login",
    ),
    "C28 a login that is gone": (
        "logins gone",
        "dave",
        (
            "delete from pg_auth_members where member = 'dave'::regrole or roleid = 'dave'::regrole;"
            " alter role dave rename to somebody"
        ),
    ),
    "another superuser": ("superusers", "root is a superuser", "create role root login superuser"),
    "another bypassrls": ("superusers", "dumper is above", "create role dumper login bypassrls"),
    "A19 MD5": (
        "passwords",
        "bob has a password kept",
        "update pg_authid set rolpassword = 'md5' || repeat('a', 32) where rolname = 'bob'",
    ),
}

POOLS: dict[str, Case] = {
    "C09 inherits": ("pools", "crm_app inherits", "alter role crm_app inherit"),
    "superuser": ("pools", "crm_app is a superuser", "alter role crm_app superuser"),
    "bypassrls": ("pools", "crm_app bypasses", "alter role crm_app bypassrls"),
    "replication": ("pools", "crm_app may replicate", "alter role crm_app replication"),
    "createrole": ("pools", "crm_app may create roles", "alter role crm_app createrole"),
    "createdb": ("pools", "crm_app may create databases", "alter role crm_app createdb"),
    "nologin": ("pools", "crm_app may not log in", "alter role crm_app nologin"),
    "missing": ("pools", "ghost there is no such", "insert into rls.pool values ('ghost')"),
    "a person": ("pools", "alice is a person", "insert into rls.pool values ('alice')"),
    "a table": ("pool privileges", "crm.product", "grant select on crm.product to crm_app"),
    "a column": ("pool privileges", "crm.product.name", "grant update (name) on crm.product to crm_app"),
    "a schema, a function": (
        "pool privileges",
        "function public.mine(), schema crm",
        (
            "grant usage on schema crm to crm_app; create function public.mine() returns int language sql return 1;"
            " grant execute on function public.mine() to crm_app"
        ),
    ),
}

ODD: dict[str, Case] = {
    "role": (
        "membership",
        "alice is a member of a \"b'; --",
        """create role "a ""b'; --" bypassrls; grant "a ""b'; --" to alice""",
    ),
    "person": (
        "owned objects",
        "o'x; y owns schema My Schema",
        """create role "o'x; y" login; insert into crm.person (login, name) values ('o''x; y', 'O');
        create schema "My Schema" authorization "o'x; y\"""",
    ),
    "setting": (
        "role settings",
        "o'x; y has role set",
        """create role "o'x; y" login; insert into crm.person (login, name) values ('o''x; y', 'O');
        alter role "o'x; y" set role = 'none'""",
    ),
    "view": ("view", 'crm.a."b', 'create view crm."a.""b" as select * from crm.deal'),
    "schema": ("schema privileges", "schema A B", 'create schema "A B"; grant create on schema "A B" to public'),
    "function": (
        "definer functions",
        '"A B"."f;"("A B".t)',
        """create schema "A B"; create type "A B".t as (a int);
        create function "A B"."f;"("x y" "A B".t) returns int language sql security definer as 'select 1'""",
    ),
    "columns": (
        "unique keys",
        'crm.deal ("a ""b", title)',
        """alter table crm.deal add "a ""b" text; grant insert ("a ""b") on crm.deal to crm_manager;
        alter table crm.deal add constraint "k '" unique ("a ""b", title)""",
    ),
    "privilege": (
        "privileges",
        'update (a "b)',
        """alter table crm.deal add "a ""b" text; grant update ("a ""b") on crm.deal to alice""",
    ),
    "pool": (
        "pool privileges",
        "A B",
        """create role "Pool ' 1" login noinherit; insert into rls.pool values ('Pool '' 1');
        create schema "A B"; grant usage on schema "A B" to "Pool ' 1\"""",
    ),
    "pool's attributes": (
        "pools",
        "Pool ' 1 inherits",
        """create role "Pool ' 1" login; insert into rls.pool values ('Pool '' 1')""",
    ),
}
"""Names that break what is not quoted."""

BY_VERSION: dict[str, tuple[range, Case]] = {
    "A06 maintain": (
        range(17, 99),
        ("privileges", "maintain for crm_manager", "grant maintain on crm.deal to crm_manager"),
    ),
    "A06 pg_maintain": (range(17, 99), ("membership", "reaches pg_maintain", "grant pg_maintain to alice")),
    "C06 set role to a role of ours": (
        range(16, 99),
        ("set options", "alice may say SET ROLE crm_manager", "grant crm_manager to alice with set true"),
    ),
    "C10 inherit of a pool": (
        range(16, 99),
        ("pool memberships", "crm_app has the rights of alice", "grant alice to crm_app with inherit true"),
    ),
    "a pool that cannot become": (
        range(16, 99),
        ("pool memberships", "crm_app cannot become alice", "grant alice to crm_app with set false"),
    ),
    "another createrole": (range(15, 16), ("role makers", "maker may make", "create role maker createrole login")),
    "C19 deferred": (
        range(15, 18),
        (
            "deferred triggers",
            "late on crm.deal may be put off",
            (
                "create function crm.late() returns trigger language plpgsql as $$ begin return null; end $$;"
                " create constraint trigger late after insert on crm.deal deferrable initially deferred"
                " for each row execute function crm.late()"
            ),
        ),
    ),
    "D10 virtual column": (
        range(18, 99),
        (
            "generated columns",
            "crm.deal.secret shows crm_manager what amount",
            (
                "alter table crm.deal add secret numeric generated always as (amount * 2) virtual;"
                " grant select (secret) on crm.deal to crm_manager; revoke select (amount) on crm.deal from crm_manager"
            ),
        ),
    ),
}

CASES = {
    f"{room}: {name}": case
    for room, cases in {
        "tables": TABLES,
        "database": DATABASE,
        "people": PEOPLE,
        "pools": POOLS,
        "odd names": ODD,
    }.items()
    for name, case in cases.items()
}

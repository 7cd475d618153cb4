"""What the server's privileges let people do beside rows: objects, locks, files, other people's sessions."""

from __future__ import annotations

from typing import LiteralString

from tests.attacks.attack import attack, readings, statements
from tests.attacks.ground import Ground

statements(
    "privileges",
    "A21",
    "C02",
    what="make an object of one's own",
    texts={
        "make-temporary-table": "create temp table person (id int)",
        "make-temporary-view": "create temp view reach as select 1",
        "make-temporary-sequence": "create temp sequence mine",
        "make-temporary-function": "create function pg_temp.mine() returns int language sql return 1",
        "make-temporary-type": "create type pg_temp.name as (x int)",
        "select-into-temporary": "select 1 as x into temp mine",
        "make-schema": "create schema mine",
        "make-public-table": "create table public.deal (id int)",
        "make-public-function": "create function public.lower(int) returns int language sql return 1",
        "make-public-operator": "create operator public.= (leftarg = text, rightarg = text, function = textne)",
        "make-public-view": "create view public.deals as select 1",
        "make-public-type": "create type public.name as (x int)",
        "make-materialised-view": "create materialized view public.mine as select 1",
    },
)

statements(
    "privileges",
    "A21",
    what="run a program in the server",
    texts={
        "do-plpgsql": "do $$ begin perform 1; end $$",
        "do-in-a-loop": "do $$ begin for i in 1..10 loop perform i; end loop; end $$ language plpgsql",
    },
)

statements(
    "privileges",
    "A04",
    "A05",
    "A13",
    "A14",
    "A15",
    "A18",
    "C40",
    what="make what reads or changes others' rows",
    control="superuser",
    texts={
        "make-crm-table": "create table crm.mine (id int)",
        "make-publication": "create publication mine for table crm.deal",
        "make-publication-of-all": "create publication mine for all tables",
        "make-slot": "select pg_create_physical_replication_slot('mine', false, true)",
        "drop-extension": "drop extension plpgsql cascade",
        "make-foreign-server": "create foreign data wrapper mine",
        "make-cast": "create cast (text as int) with inout",
        "make-language": "create trusted language mine handler plpgsql_call_handler",
        "make-aggregate": "create aggregate crm.mine (int) (sfunc = int4pl, stype = int)",
        "make-access-method": "create access method mine type table handler heap_tableam_handler",
        "make-statistics": "create statistics crm.mine on stage, pipeline from crm.deal",
        "make-index": "create index mine on crm.deal (title)",
        "make-domain": "create domain crm.mine as int",
        "file-read": "select pg_read_file('PG_VERSION')",
        "file-list": "select pg_ls_dir('.')",
        "file-copy-in": "copy crm.product (name) from '/etc/hostname'",
        "program-copy": "copy (select 1) to program 'cat'",
        "file-large-object": "select lo_import('/etc/hostname')",
        "reload": "select pg_reload_conf()",
        "rotate-log": "select pg_rotate_logfile()",
        "reset-statistics": "select pg_stat_reset()",
        "hba-rules": "select * from pg_hba_file_rules",
        "passwords": "select rolpassword from pg_authid",
        "passwords-by-view": "select passwd from pg_shadow",
        "subscription-secrets": "select subconninfo from pg_subscription",
        "replication-origin": "select pg_replication_origin_create('mine')",
        "read-control-file": "select pg_stat_file('global/pg_control')",
        "other-plans": "select pg_log_backend_memory_contexts(1)",
    },
)

statements(
    "privileges",
    "A04",
    what="refer to a governed table from one's own",
    texts={"make-reference": "create table public.mine (deal bigint references crm.deal (id))"},
)


@attack("privileges", "A05")
def a_trigger_of_ones_own(ground: Ground) -> bool:
    """Put a trigger on a table, which runs as whoever changes it."""
    tess = ground.login("tess")
    tess.run("create function pg_temp.loot() returns trigger language plpgsql as $$ begin return new; end $$")
    return tess.tries("create trigger loot before update on crm.deal for each row execute function pg_temp.loot()")


@attack("privileges", "A06", versions=range(17, 100))
def maintain(ground: Ground) -> bool:
    """Lock a table by the right to maintain it."""
    return ground.login("eve").tries("lock table crm.product in access exclusive mode")


@attack("privileges", "A07", control="none")
def lock_what_one_may_delete_from(ground: Ground) -> bool:
    """Lock a whole table against everybody, where one may delete some of it."""
    return ground.mallory().tries("lock table crm.ticket in access exclusive mode")


@attack("privileges", "A07")
def lock_what_one_may_read(ground: Ground) -> bool:
    """Lock a table one may read and add to."""
    return ground.mallory().tries("lock table crm.product in share mode")


@attack("privileges", "A12", control="superuser")
def dump_without_row_security(ground: Ground) -> bool:
    """Dump as pg_dump does: with row_security off."""
    mallory = ground.mallory()
    mallory.run("set row_security = off")
    return mallory.sees("select title from crm.deal")


@attack("privileges", "A12")
def dump_with_row_security(ground: Ground) -> bool:
    """Dump as pg_dump --enable-row-security does."""
    return "HIDDEN" in ground.mallory().copied("copy crm.company (name) to stdout")


@attack("privileges", "B29")
def copy_out(ground: Ground) -> bool:
    """Copy a query out."""
    return "HIDDEN" in ground.mallory().copied("copy (select title from crm.deal) to stdout with csv")


readings(
    "privileges",
    "B29",
    what="read rows by another way than a plain SELECT",
    texts={
        "plain-select": "select title from crm.deal",
        "select-children": "select subject from crm.activity",
        "select-for-update": "select title from crm.deal for update",
        "sample-system": "select title from crm.deal tablesample system (100)",
        "sample-bernoulli": "select title from crm.deal tablesample bernoulli (100)",
        "only-table": "select title from only crm.deal",
        "table-command": "table crm.company",
        "by-tsearch": "select * from ts_stat('select to_tsvector(title) from crm.deal') where word like 'hid%'",
        "by-union": "select title from crm.deal union select name from crm.company",
        "by-outer-join": "select l.title from crm.deal d full join crm.lead l on l.id = -d.id",
        "by-lateral": "select x.* from crm.deal d, lateral (select name from crm.company c where c.id = d.company_id) x",
        "by-recursion": "with recursive x as (select id, title from crm.deal union select d.id, d.title from crm.deal d"
        " join x on d.id = x.id + 1) select * from x",
        "by-aggregate": "select string_agg(title, ',') from crm.deal",
        "by-window": "select lag(title) over (order by id) from crm.deal",
        "by-json": "select json_agg(lead) from crm.lead",
        "by-sub-select": "select (select title from crm.deal d where d.id = l.id) from crm.lead l",
        "by-returning": "update crm.deal set code = code returning title",
        "by-merge": "with x as (delete from crm.ticket returning title) select * from x",
        "by-set-function": "select * from unnest((select array_agg(title) from crm.deal))",
        "by-insert-select": "insert into crm.product (name, price) select title, 1 from crm.deal returning name",
        "by-update-from": "update crm.product set name = d.title"
        " from (select max(title) as title from crm.deal where title not like 'own%') d returning d.title",
        "by-grouping-sets": "select title, stage, count(*) from crm.deal group by cube (title, stage)",
        "by-except": "select title from crm.deal except all select 'own'",
    },
)


readings(
    "privileges",
    "B29",
    "B31",
    what="read rows as XML, which the server fetches by itself",
    needs="xml",
    texts={
        "by-xml": "select table_to_xml('crm.company', true, false, '')",
        "by-query-xml": "select query_to_xml('select title from crm.deal', true, false, '')",
        "hidden-column-xml": "select query_to_xml('select margin from crm.deal', true, false, '')",
    },
)


@attack("privileges", "B29")
def by_cursor(ground: Ground) -> bool:
    """Read by a scrolling cursor."""
    mallory = ground.mallory()
    mallory.run("declare c scroll cursor for select title from crm.deal")
    return any(
        mallory.sees(fetch) for fetch in ("fetch last from c", "fetch absolute 200 from c", "fetch backward all from c")
    )


@attack("privileges", "B29")
def by_tid(ground: Ground) -> bool:
    """Read a hidden row by where it lies."""
    ctid = ground.truth("select ctid::text from crm.deal where id = %s", [ground.hidden["deal"]])
    return ground.mallory().sees("select title from crm.deal where ctid = %s::tid", [ctid])


@attack("privileges", "A16")
def a_new_table(ground: Ground) -> bool:
    """Read a table that a migration has just made."""
    with ground.meanwhile(
        "set role crm_owner; create table crm.memo as select 'HIDDEN' as memo; reset role", "drop table crm.memo"
    ):
        return ground.mallory().sees("select * from crm.memo")


@attack("privileges", "A15", control="superuser")
def a_large_object(ground: Ground) -> bool:
    """Read a large object of somebody else's."""
    number = ground.truth("select lo_from_bytea(0, 'HIDDEN')")
    try:
        return bool(ground.mallory().value("select convert_from(lo_get(%s), 'UTF8') = 'HIDDEN'", [number]))
    finally:
        ground.admin.execute("select lo_unlink(%s)", [number])


@attack("privileges", "A10", control="superuser")
def what_others_ask(ground: Ground) -> bool:
    """Read the text of others' queries."""
    dave = ground.login("dave")
    dave.rows("select title from crm.deal where title = 'HIDDEN deal of dave'")
    return ground.mallory().sees("select query from pg_stat_activity where usename = 'dave'")


@attack("privileges", "A10", control="none")
def who_is_there(ground: Ground) -> bool:
    """See who is logged in, and since when."""
    ground.login("dave").rows("select 1")
    return bool(ground.mallory().rows("select pid from pg_stat_activity where usename = 'dave'"))


@attack("privileges", control="superuser")
def end_anothers_session(ground: Ground) -> bool:
    """End or cancel what somebody else does."""
    pid = ground.login("dave").value("select pg_backend_pid()")
    mallory = ground.mallory()
    return mallory.tries("select pg_cancel_backend(%s)", [pid]) or mallory.tries(
        "select pg_terminate_backend(%s)", [pid]
    )


@attack("privileges", "B20", control="superuser")
def sequences(ground: Ground) -> bool:
    """Read or move the sequence of keys."""
    mallory = ground.mallory()
    texts: tuple[LiteralString, ...] = (
        "select last_value from crm.deal_id_seq",
        "select nextval('crm.deal_id_seq')",
        "select setval('crm.deal_id_seq', 1)",
    )
    return any(mallory.tries(text) for text in texts)


@attack("privileges", "B20", control="superuser")
def sequences_by_function(ground: Ground) -> bool:
    """Read where a sequence is by a function of the catalogue."""
    mallory = ground.mallory()
    functions = ("pg_sequence_last_value", "pg_get_sequence_data")
    for function in functions:
        text = f"select {function}('crm.deal_id_seq'::regclass)::text"
        if mallory.tries(text) and any(c.isdigit() for c in str(mallory.value(text) or "")):
            return True
    return False


@attack("privileges", "B20", control="superuser")
def sequences_by_view(ground: Ground) -> bool:
    """Read where sequences are by the view over them."""
    return bool(
        ground.mallory().value("select count(last_value) from pg_sequences where schemaname = 'crm' and last_value > 0")
    )


@attack("privileges", "A10", control="none")
def hold_the_deployers_lock(ground: Ground) -> bool:
    """Hold the lock that lets one deployment run at a time, so that none does."""
    return bool(ground.mallory().value("select pg_try_advisory_lock(hashtext('rowlock'), 2)"))

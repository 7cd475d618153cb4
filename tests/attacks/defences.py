"""Each defence, and how to switch off just that one."""

from __future__ import annotations

from tests.attacks.imports import MANY
from tests.attacks.switching import ALL_FUNCTIONS, DATABASE, OLD_CALLER, STATISTICS, Defence, body, each

DEFENCES = (
    Defence(
        "row security",
        "policies on every governed table",
        each("alter table TABLE disable row level security"),
        ("plain-select", "update-a-hidden-row", "sample-system", "pg-stats", "by-cursor"),
    ),
    Defence(
        "force",
        "FORCE ROW LEVEL SECURITY: the tables' owner is bound, too",
        each("alter table TABLE no force row level security"),
        ("the-owner-reads", "the-owner-deletes"),
    ),
    Defence(
        "who asks is the database role",
        "identity is never a setting",
        """
        do $do$
        declare
          function regprocedure;
        begin
          foreach function in array '{rls.mine(name), rls.department_reached(name), rls.subtree_reached(name)}'::regprocedure[]
          loop
            execute replace(
              pg_get_functiondef(function),
              'reach.login = wanted',
              $$reach.login = coalesce(nullif(current_setting('app.login', true), '')::name, wanted)$$
            );
          end loop;
        end
        $do$
        """,
        ("setting-app-user",),
        behind=("helpers find their caller",),
    ),
    Defence(
        "helpers find their caller",
        "no argument, no setting names a person",
        OLD_CALLER,
        ("setting-app-user-in-helpers",),
    ),
    Defence(
        "roles follow the clock",
        "a timed role counts within its time only",
        "create or replace function rls.in_time(wanted text) returns boolean language sql stable return true",
        ("a-role-before-its-time", "a-role-beyond-its-time"),
    ),
    Defence(
        "the clock, not the transaction's",
        "a transaction kept open does not outlive a role",
        """
        do $do$
        begin
          execute replace(pg_get_functiondef('rls.in_time(text)'::regprocedure), 'clock_timestamp()', 'now()');
        end $do$
        """,
        ("a-role-beyond-its-time",),
    ),
    Defence(
        "helpers' search path",
        "set search_path = pg_catalog, pg_temp on every SECURITY DEFINER function",
        ALL_FUNCTIONS,
        ("a-type-of-ones-own-in-a-helper",),
    ),
    Defence(
        "qualified names in helpers",
        "every name in a helper is qualified",
        """
        do $do$
        begin
          execute replace(replace(pg_get_functiondef('rls.in_time(text)'::regprocedure),
            'from rls.assignment', 'from assignment'), 'from crm.person', 'from person');
          alter function rls.in_time(text) reset search_path;
        end $do$
        """,
        ("a-table-of-ones-own-in-a-helper",),
    ),
    Defence(
        "no USAGE on schema rls",
        "nobody names what policies use",
        "grant usage on schema rls to public",
        ("read-ones-department-in-reach", "call-counted", "call-readable"),
    ),
    Defence(
        "reach under row security",
        "everybody has their own row of reach, and their own team's",
        "alter table rls.reach disable row level security; alter table rls.team disable row level security",
        ("read-everybodys-reach", "read-everybodys-teams"),
        behind=("no USAGE on schema rls",),
    ),
    Defence(
        "EXECUTE revoked",
        "helpers are executed by policies' roles only, trigger functions by nobody",
        "grant execute on all functions in schema rls to public",
        (
            "call-caller",
            "call-refresh",
            "hold-the-lock-by-a-helper",
            "call-ones-own-predicate",
            "forge-an-entry-of-the-log",
        ),
        behind=("no USAGE on schema rls",),
    ),
    Defence(
        "tables of rls granted to nobody",
        "rights are read by helpers only",
        "grant select on all tables in schema rls to public",
        ("read-assignments", "read-permissions", "copy-permissions"),
        behind=("no USAGE on schema rls",),
    ),
    Defence(
        "the organisation's lock is a table's",
        "nobody else can take the lock that changes of people wait for",
        """
        create or replace function rls.lock_organisation() returns trigger language plpgsql security definer
          set search_path = pg_catalog, pg_temp
        as $$ begin perform pg_advisory_xact_lock(hashtext('rowlock'), 1); return null; end $$
        """,
        ("hold-the-lock-of-the-organisation",),
    ),
    Defence(
        "plans are made anew",
        "a membership taken away reaches cached plans (CVE-2026-14666)",
        """
        create or replace function rls.invalidate_plans() returns void language sql begin atomic end
        """,
        ("a-plan-from-better-times", "a-plan-with-a-subquery"),
        versions=range(15, 18),
    ),
    Defence(
        "writing contains reading",
        "update and delete predicates hold the read rule",
        body("clerk_updates,clerk_deletes", "ticket", "department_reached[ticket.owner_id]"),
        ("update-without-where", "update-by-chance", "delete-by-chance", "update-in-a-cte"),
    ),
    Defence(
        "carried to new children",
        "a child's columns are its parent's",
        each("alter table TABLE disable trigger rowlock_carry_insert", "activity"),
        ("forge-what-is-carried",),
        behind=("carried columns are nobody's to write",),
    ),
    Defence(
        "carried to moved children",
        "a child that moves to another parent follows it",
        each("alter table TABLE disable trigger rowlock_carry_update", "activity"),
        ("move-to-a-hidden-parent", "move-to-a-hidden-or-absent-parent"),
    ),
    Defence(
        "carried from parents",
        "children follow a parent that changes",
        "alter table crm.deal disable trigger rowlock_carry_to_activity",
        ("keep-the-children",),
    ),
    Defence(
        "carried columns are nobody's to write",
        "no INSERT or UPDATE privilege on what is carried",
        "grant insert (parent_owner_id), update (parent_owner_id) on crm.activity to public",
        ("forge-what-is-carried",),
        behind=("carried to new children",),
    ),
    Defence(
        "created_by is stamped",
        "who made a record is not the maker's to say",
        "alter table crm.product disable trigger rowlock_stamp_insert;"
        " alter table crm.deal disable trigger rowlock_stamp_update",
        ("sign-as-a-colleague", "sign-later"),
    ),
    Defence(
        "keys nobody chooses",
        "generated always, and no privilege on key columns",
        "grant insert (id), update (id) on crm.deal to public",
        ("choose-a-key", "choose-the-next-key", "change-a-key", "on-conflict-where", "on-conflict-where-it-fails"),
    ),
    Defence(
        "no unique keys over what people write",
        "a duplicate would tell of hidden rows",
        "create unique index email on crm.contact (email)",
        ("a-taken-address", "a-silent-conflict", "a-conflict-that-updates", "wait-for-a-hidden-key"),
    ),
    Defence(
        "references to visible records only",
        "a hidden and an absent record are refused alike",
        each("alter table TABLE disable trigger rowlock_see", "deal company ticket"),
        ("refer-to-a-hidden-record", "refer-to-a-hidden-record-later", "attach-ones-deal-to-a-hidden-company"),
    ),
    Defence(
        "foreign keys without action",
        "no cascade reaches a hidden row",
        "alter table crm.ticket drop constraint ticket_company_id_fkey;"
        " alter table crm.ticket add foreign key (company_id) references crm.company (id) on delete cascade",
        ("delete-by-cascade",),
    ),
    Defence(
        "column privileges",
        "SELECT, INSERT and UPDATE are granted on columns, never on tables",
        each("grant select, insert, update on TABLE to public"),
        (
            "hidden-column-plain",
            "hidden-column-written",
            "a-new-column",
            "a-new-generated-column",
            "system-column-ctid",
        ),
    ),
    Defence(
        "four privileges only",
        "never TRUNCATE, REFERENCES, TRIGGER, MAINTAIN",
        each("grant truncate, references, trigger on TABLE to public"),
        ("truncate", "a-trigger-of-ones-own"),
    ),
    Defence(
        "no maintenance",
        "never MAINTAIN",
        "grant maintain on crm.product to public",
        ("maintain",),
        versions=range(17, 100),
    ),
    Defence(
        "no default privileges",
        "a new table is nobody's",
        "alter default privileges for role crm_owner in schema crm grant select on tables to public",
        ("a-new-table",),
    ),
    Defence(
        "no temporary objects",
        "no TEMPORARY for PUBLIC",
        DATABASE.replace("{}", "temporary"),
        ("make-temporary-table", "make-temporary-type", "a-trap-for-the-next"),
    ),
    Defence(
        "no schemas of one's own",
        "no CREATE on the database for PUBLIC",
        DATABASE.replace("{}", "create"),
        ("make-schema",),
    ),
    Defence(
        "no objects in schema public",
        "no CREATE in schema public for PUBLIC",
        "grant create on schema public to public",
        ("make-public-table", "make-public-type", "make-public-view"),
    ),
    Defence(
        "no languages",
        "no USAGE on plpgsql and sql for PUBLIC",
        "grant usage on language plpgsql, sql to public",
        ("do-plpgsql",),
    ),
    Defence(
        "no counters",
        "no EXECUTE on the counters of rows for PUBLIC",
        STATISTICS,
        ("counters-of-ones-transaction", "counters-by-view", "counter-numscans-of-reach-pkey"),
    ),
    Defence(
        "numbers that do not leak",
        "money is numeric, whose comparison is not leakproof",
        "drop view crm_all.deal, crm_read.deal; alter table crm.deal alter amount type bigint; analyze crm.deal",
        ("explain-money-with-two-roles", "estimate-of-money"),
    ),
    Defence(
        "the live test",
        "what a policy asks first costs the planner nothing, so that nothing of a person's own is asked before it",
        body("manager_reads", "deal", "coalesce(mine[deal.owner_id], false) = any (array[true, true, true, true])"),
        ("explain-text", "explain-number", "explain-currency", "explain-money"),
        behind=("numbers that do not leak",),
    ),
    Defence(
        "constants beside the live test",
        "a plan shows rows of whom it was made for, whoever the session has become by then",
        body("manager_reads", "deal", "(mine[deal.owner_id] or null) is not null"),
        ("one-injected-select",),
    ),
    Defence(
        "something of which one has columns only",
        "a role's privilege on reach is on columns, so that no member's DROP OWNED BY goes through",
        "grant select on rls.reach, rls.team to crm_guest; grant insert on all tables in schema crm_import to public",
        ("drop-owned-by-guest",),
    ),
    Defence(
        "roles one cannot become",
        "memberships WITH SET FALSE",
        "grant crm_manager to mallory with set true, inherit true granted by postgres",
        ("keep-a-role-after-dismissal",),
        versions=range(16, 100),
    ),
    Defence(
        "roles one cannot hand out",
        "memberships without ADMIN",
        "grant crm_visitor to mallory with admin option",
        ("hand-out-ones-own-role",),
    ),
    Defence(
        "imports are held to their level",
        "a trigger of the entity's table asks for the import level of what came in",
        each("alter table TABLE disable trigger rowlock_created", "invoice product"),
        (
            "import-beyond-ones-level",
            "import-beyond-ones-level-by-copy",
            "import-without-saying-so",
            "import-by-another-search-path",
            "create-many-as-an-import",
        ),
    ),
    Defence(
        "import tables for who may import",
        "no privilege on an import table without the right to import",
        "grant insert on all tables in schema crm_import to public",
        ("import-without-the-right",),
        behind=("imports are held to their level",),
    ),
    Defence(
        "import tables are filled, and no more",
        "INSERT on columns is the one privilege on an import table",
        "grant all on all tables in schema crm_import to public",
        (
            "read-what-is-imported",
            "read-what-one-imports",
            "count-what-is-imported",
            "empty-what-is-imported",
            "change-what-is-imported",
            "truncate-what-is-imported",
            "lock-an-import-table",
            "watch-an-import-table",
        ),
    ),
    Defence(
        "import tables have no keys",
        "nothing of what others import can be run into",
        "create unique index on crm_import.invoice (title)",
        ("find-a-conflict-in-an-import",),
        behind=("import tables are filled, and no more",),
    ),
    Defence(
        "import tables have what people fill",
        "neither keys nor carried columns",
        """
        alter table crm_import.invoice add column id bigint default nextval('crm.invoice_id_seq');
        alter table crm_import.activity add column parent_owner_id int;
        grant insert on crm_import.invoice, crm_import.activity to public;
        alter table crm.invoice alter id set generated by default;
        grant insert (id) on crm.invoice to public;
        grant usage on sequence crm.invoice_id_seq to public;
        grant insert (parent_owner_id) on crm.activity to public
        """,
        ("import-a-key", "import-to-a-hidden-parent"),
        behind=("carried to new children",),
    ),
    Defence(
        "a budget for one statement",
        "who may create, and not import, creates a few records at a time",
        "update rls.budget set statement = 1000000 where kind = 'create'",
        tuple(MANY),
    ),
    Defence(
        "a budget for a window of time",
        "what is created is counted by a sequence, which no rollback takes back",
        "update rls.budget set rows = 1000000 where kind = 'create'",
        ("create-more-than-a-window-allows",),
    ),
    Defence(
        "imports write the log",
        "no privilege on the log",
        "grant all on rls.bulk_log to public",
        ("write-into-the-log",),
        behind=("no USAGE on schema rls",),
    ),
    Defence(
        "the log only grows",
        "a trigger refuses whatever takes away or changes an entry",
        "alter table rls.bulk_log disable trigger rowlock_keep",
        ("take-an-entry-back", "correct-an-entry"),
        behind=("no USAGE on schema rls", "imports write the log"),
    ),
    Defence(
        "a pool is nobody",
        "a pool's login inherits nothing",
        """
        do $do$
        begin
          alter role crm_app inherit;
          if current_setting('server_version_num')::int >= 160000 then
            execute 'grant carol, mallory to crm_app with inherit true';
          end if;
        end $do$
        """,
        ("a-pool-that-forgets", "a-pool-outside-a-transaction", "a-pool-after-the-transaction"),
    ),
)

BY_NAME = {defence.name: defence for defence in DEFENCES}

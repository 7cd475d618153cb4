"""The database: what everybody may make in it, extensions, functions, what was put beside the rights."""

from __future__ import annotations

from rls.doctor.check import Check

CHECKS = (
    Check(
        "public database",
        "database",
        "warning",
        "TEMPORARY or CREATE on the database for everybody, or for people by name",
        "an object of one's own is how most attacks begin",
    ),
    Check(
        "schema privileges",
        "database",
        "error",
        "CREATE on any schema; anything on schema rls",
        "an object of one's own is how most attacks begin; nobody has to name what is in rls",
    ),
    Check(
        "rights schema",
        "database",
        "error",
        "privileges on tables of schema rls",
        "who writes there decides over rights; who reads there sees the whole organisation",
    ),
    Check(
        "languages",
        "database",
        "warning",
        "languages everybody may write functions in",
        "a function of one's own is a tool for attacks, once there is a place to put it; DO needs it, too",
    ),
    Check(
        "extensions",
        "database",
        "warning",
        "extensions that read files, pages or other servers, or run something elsewhere",
        "what they reach has no policies",
        by_hand=True,
    ),
    Check(
        "foreign servers",
        "database",
        "warning",
        "foreign servers and wrappers people may use; user mappings for everybody",
        "there, everybody is whoever the mapping names",
    ),
    Check(
        "event triggers",
        "database",
        "error",
        "event triggers whose function is no superuser's",
        "who may change that function is whoever changes a schema next: a superuser",
        by_hand=True,
    ),
    Check(
        "leakproof",
        "database",
        "error",
        "functions somebody marked LEAKPROOF",
        "the planner calls them with hidden rows; one that raises or tells shows them",
    ),
    Check(
        "definer functions",
        "database",
        "error",
        "SECURITY DEFINER functions whose search_path does not end in pg_temp, or has a schema that is open",
        "a table or an operator of the caller's is found first, and runs with the owner's rights",
        by_hand=True,
    ),
    Check(
        "large objects",
        "database",
        "warning",
        "large objects people may read",
        "they have no rows, and so no policies",
    ),
    Check(
        "drift",
        "database",
        "warning",
        "differences from the definition applied last, and from what Rowlock ships (as `rowlock verify`)",
        "rights are not those of the definition",
        by_hand=True,
    ),
    Check(
        "default privileges",
        "database",
        "warning",
        "default privileges for people, in schemas under rights or everywhere",
        "what is made later is open at once",
    ),
    Check(
        "stray",
        "database",
        "warning",
        "what is in schema rls and not Rowlock's",
        "nobody but Rowlock should make anything there",
        by_hand=True,
    ),
    Check(
        "publication",
        "database",
        "note",
        "publications of tables under rights",
        "a subscriber is past every policy",
        by_hand=True,
    ),
)

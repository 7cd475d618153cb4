"""Run statements as a person and see what they did, thousands a second, leaving no trace.

A superuser's function in pg_temp becomes the person by SET SESSION
AUTHORIZATION (what logging in does: session_user and current_user both change),
runs one statement inside a subtransaction, looks at the outcome as the
superuser again and rolls the subtransaction back.  PL/pgSQL's variables survive
that; nothing else does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

OBSERVE = """
create or replace function pg_temp.observe(
  person text, statement text, returns boolean, probe text,
  out state text, out message text, out touched bigint, out keys text[]
)
language plpgsql
as $$
declare
  administrator constant text := session_user;
begin
  begin
    perform set_config('session_authorization', person, true);
    if returns then
      execute statement into keys;
    else
      execute statement;
    end if;
    get diagnostics touched = row_count;
    perform set_config('session_authorization', administrator, true);
    if probe is not null then
      execute probe into keys;
    end if;
    raise exception using errcode = 'RL001';
  exception
    when sqlstate 'RL001' then
      state := 'done';
    when others then
      get stacked diagnostics state = returned_sqlstate, message = message_text;
  end;
end
$$
"""

OBSERVE_ALL = """
select seen.state, seen.message, seen.touched, seen.keys
from unnest(%s::text[], %s::text[], %s::boolean[], %s::text[]) with ordinality
  as wanted (person, statement, returns, probe, position)
cross join lateral pg_temp.observe(person, statement, returns, probe) as seen
order by wanted.position
"""

DONE = "done"
REFUSED = "42501"
"""insufficient_privilege: no table or column privilege, or a policy's WITH CHECK."""


@dataclass(frozen=True)
class Attempt:
    """A statement to run as a person; ``probe`` runs afterwards, as the superuser.

    Keys found, one text array, come from the probe, or from the statement if it ``returns``.
    """

    person: str
    statement: str
    returns: bool = False
    probe: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What a statement did: its SQLSTATE (``done`` for success), rows touched, rows found."""

    state: str
    message: str | None
    touched: int
    found: frozenset[str]

    @property
    def checked(self) -> bool:
        """Whether a policy's WITH CHECK refused the statement."""
        return self.state == REFUSED and "row-level security" in (self.message or "")


class UnexpectedError(Exception):
    """A statement failed for another reason than a missing right: the test itself is wrong."""


def prepare(connection: psycopg.Connection) -> None:
    """Make the observing function in a superuser's session."""
    connection.execute(OBSERVE)


def observe(connection: psycopg.Connection, attempts: Sequence[Attempt]) -> list[Outcome]:
    """Run every attempt and return the outcomes in order.

    :raises UnexpectedError: one failed with something else than insufficient_privilege.
    """
    rows = connection.execute(
        OBSERVE_ALL,
        (
            [attempt.person for attempt in attempts],
            [attempt.statement for attempt in attempts],
            [attempt.returns for attempt in attempts],
            [attempt.probe for attempt in attempts],
        ),
    ).fetchall()
    outcomes = [
        Outcome(state, message, touched or 0, frozenset(found or ())) for state, message, touched, found in rows
    ]
    for attempt, outcome in zip(attempts, outcomes, strict=True):
        if outcome.state not in (DONE, REFUSED):
            raise UnexpectedError(f"{attempt.statement}\nas {attempt.person}: {outcome.state} {outcome.message}")
    return outcomes


def text(statement: sql.Composable) -> str:
    """Return a composed statement as text."""
    return statement.as_string(None)

"""Regenerate at noon: change rights while people work, and hold everything they saw against the oracle.

``python -m bench.under_load [--seconds 60] [--changes 200] [--sessions 11] [--varied …] [--bin DIR] [--json FILE]``

Readers and writers, prepared and not, in functions and through a pool, and a
transaction of 30 seconds that holds a read lock on every managed table.  First
they work undisturbed, for the baseline; then definitions out of a pool are
applied, one after the other.  With ``--varied roles`` they differ in their
roles, too, so that preparing and cleaning up lock tables.

Exit code 1 where a statement failed, waited for a lock, or saw something that
neither the definition before nor the one after allows, and where the machine was
too slow for all the changes.
"""

from __future__ import annotations

import argparse
import json
import pickle
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from rich.console import Console
from rich.table import Table

from bench.load_company import ENTITIES, SLICES, STAFF, VARIED, Answers, Rights, columns, found, pool, records
from bench.load_session import KINDS, LONG, Seen
from bench.load_verdict import Findings, InForce, judge, waits
from rls.installation import install
from rls.plan import Patience, apply_in_phases, deploy, make_plan
from rls.plan.changes import Phase
from rls.server import EmbeddedServer

DATABASE = "bench"

MOST = 20
"""How many times as long as wanted the changes may take; on a busy machine they are late, and become fewer."""

MANAGED = "select oid from pg_class where relnamespace = 't'::regnamespace and relkind = 'r'"

OWN_LOCKS = f"""
select relation::regclass::text || ' ' || mode from pg_locks
where pid = pg_backend_pid() and relation in ({MANAGED}) and mode <> 'AccessShareLock'
"""  # noqa: S608 - ours

SEEN_LOCKS = f"""
select coalesce(relation::regclass::text, locktype) || ' ' || mode, pid = %(applier)s, granted from pg_locks
where
  (pid = %(applier)s and relation in ({MANAGED}) and mode <> 'AccessShareLock')
  or (pid = any (%(sessions)s) and not granted and locktype <> 'extend')
"""  # noqa: S608 - ours


@dataclass(frozen=True)
class Wanted:
    """What to do: for how long to work undisturbed and how long to change rights, how often, among how many sessions.

    ``long`` is how long the long transaction lasts, ``rest`` how long it is not
    there, ``on`` how long one reader stays in a transaction, ``allowance`` how long a table may stay locked once it is.
    """

    seconds: float = 60.0
    changes: int = 200
    sessions: int = 11
    varied: str = "levels"
    quiet: float = 15.0
    long: float = 30.0
    rest: float = 0.5
    on: float = 1.0
    pause: float = 0.02
    allowance: float = 0.4
    patience: Patience = field(default_factory=Patience)

    @property
    def lock_timeout(self) -> float:
        """How long a session's statement may wait for a lock before it fails, in seconds.

        Not at all for a switch; 50 ms are what tells waiting from not.  Where
        tables are locked: as long as one try waits, and as it then works.
        """
        return self.patience.lock_timeout + self.allowance if self.varied == "roles" else 0.05


class Applier(psycopg.Connection[Any]):
    """A connection that looks at its own locks at the end of each transaction of the switch."""

    phase: Phase | None = None
    locks: set[str]

    @contextmanager
    def transaction(self, *args: Any, **kwargs: Any) -> Iterator[psycopg.Transaction]:
        """Work in a transaction; look before it is committed."""
        outermost = self.info.transaction_status is TransactionStatus.IDLE
        with super().transaction(*args, **kwargs) as transaction:
            yield transaction
            if outermost and self.phase is Phase.switch:
                self.locks.update(text for (text,) in self.execute(OWN_LOCKS))


@dataclass(frozen=True)
class Outcome:
    """What came of a load, and what that was found out from."""

    findings: Findings
    seen: list[Seen]
    history: list[InForce]
    answers: Answers


def run(url: str, wanted: Wanted, directory: Path) -> Outcome:
    """Let a company work in a database where Rowlock is installed, and change its rights.

    :param directory: for what the sessions leave.
    """
    rights = pool(12, directory, wanted.varied)
    with Applier.connect(url, autocommit=True) as applier, _processes() as processes:
        applier.locks = set()
        found(applier, rights[0])
        deploy(applier, rights[0].definition)
        stop = directory / "stop"
        orders = [_order(number, url, wanted, stop, applier) for number in range(wanted.sessions)]
        processes += [_started(order) for order in orders]
        pids = [int(_line(process)) for process in processes]
        findings = Findings()
        with _watching(url, applier.info.backend_pid, pids, findings):
            for process in processes:
                _tell(process)
            time.sleep(wanted.quiet)
            disturbed = time.monotonic()
            history = _change(applier, rights, wanted, findings)
            stop.touch()
            codes = [process.wait(timeout=60) for process in processes]
        findings.failed += [
            f"{order['kind']}: ended with {code}" for order, code in zip(orders, codes, strict=True) if code
        ]
        findings.switch_locks = applier.locks
    seen = [one for order in orders for one in _observed(order)]
    answers = Answers(rights)
    judge(findings, seen, history, answers)
    findings.quiet = waits(one for one in seen if one.end < disturbed)
    findings.loaded = waits(one for one in seen if one.begin >= disturbed)
    return Outcome(findings, seen, history, answers)


def _change(applier: Applier, rights: list[Rights], wanted: Wanted, findings: Findings) -> list[InForce]:
    """Apply one definition after the other, evenly over the time there is."""
    history = [InForce(0.0, 0.0, 0)]
    start = time.monotonic()
    for number in range(1, wanted.changes + 1):
        time.sleep(max(0.0, start + (number - 1) * wanted.seconds / wanted.changes - time.monotonic()))
        if time.monotonic() > start + MOST * wanted.seconds:
            break
        which = (history[-1].rights + 1 + number % (len(rights) - 1)) % len(rights)
        history.append(_applied(applier, rights, which, wanted.patience))
        findings.changes = number
        findings.longest_apply = max(findings.longest_apply, history[-1].end - history[-1].begin)
    time.sleep(max(0.0, start + wanted.seconds - time.monotonic()))
    return history


def _applied(applier: Applier, rights: list[Rights], which: int, patience: Patience) -> InForce:
    entered: dict[Phase, float] = {}

    def report(phase: Phase, *_: object) -> None:
        applier.phase = phase
        entered.setdefault(phase, time.monotonic())

    apply_in_phases(applier, make_plan(applier, rights[which].definition), patience=patience, report=report)
    applier.phase = None
    return InForce(entered[Phase.switch], entered.get(Phase.clean_up, time.monotonic()), which)


def _order(number: int, url: str, wanted: Wanted, stop: Path, connection: psycopg.Connection[Any]) -> dict[str, Any]:
    kind = (LONG, *KINDS)[number % (len(KINDS) + 1)]
    login = list(STAFF)[number % len(STAFF)]
    user = None if kind == LONG else "pool" if "pool" in kind else login
    ids = dict(connection.execute("select login, id from crm.person").fetchall())
    who = {"user": user, "password": f"{user}-secret"} if user else {}
    return {
        "kind": kind,
        "login": login,
        "url": psycopg.conninfo.make_conninfo(url, **who),
        "people": list(STAFF),
        "records": {entity: [columns(record, ids) for record in records(entity)] for entity in ENTITIES},
        "slice": number % SLICES,
        "slices": SLICES,
        "long": wanted.long,
        "rest": wanted.rest,
        "on": wanted.on,
        "pause": wanted.pause,
        "lock_timeout": round(wanted.lock_timeout * 1000),
        "stop": str(stop),
        "file": str(stop.with_name(f"seen_{number}")),
    }


def _started(order: dict[str, Any]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.load_session", json.dumps(order)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent
    )


@contextmanager
def _processes() -> Iterator[list[subprocess.Popen[str]]]:
    """Give a list of processes of which none is left."""
    processes: list[subprocess.Popen[str]] = []
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def _tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def _observed(order: dict[str, Any]) -> list[Seen]:
    file = Path(order["file"])
    return [Seen(*one) for one in pickle.loads(file.read_bytes())] if file.exists() else []  # noqa: S301 - our own


@contextmanager
def _watching(url: str, applier: int, sessions: list[int], findings: Findings) -> Iterator[None]:
    """Look into pg_locks again and again, from a session of its own."""
    done = threading.Event()
    with psycopg.connect(url, autocommit=True) as connection:
        wanted = {"applier": applier, "sessions": sessions}

        def watch() -> None:
            while not done.wait(0.005):
                for text, is_appliers, granted in connection.execute(SEEN_LOCKS, wanted).fetchall():
                    if is_appliers:
                        findings.seen_locks.add(text)
                    findings.seen_waiting += not is_appliers and not granted

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()


def main() -> int:
    """Run the load on an embedded server, print what came of it, and return the exit code."""
    arguments = _arguments()
    wanted = Wanted(
        seconds=arguments.seconds,
        changes=arguments.changes,
        sessions=arguments.sessions,
        varied=arguments.varied,
        quiet=arguments.seconds / 4,
        long=2.0 if arguments.varied == "roles" else min(30.0, arguments.seconds),
    )
    with tempfile.TemporaryDirectory(prefix="rowlock-bench-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        server = EmbeddedServer(directory / "postgres", arguments.bin)
        server.start(foreground_child=True)
        try:
            server.ensure_database(DATABASE)
            with psycopg.connect(server.url(DATABASE), autocommit=True) as connection:
                install(connection)
                version = str(connection.info.parameter_status("server_version"))
            findings = run(server.url(DATABASE), wanted, directory).findings
        finally:
            server.stop(immediately=True)
    _print(findings, wanted, version)
    if arguments.json:
        data = asdict(findings) | {"switch_locks": sorted(findings.switch_locks)}
        data |= {"seen_locks": sorted(findings.seen_locks), "server_version": version}
        arguments.json.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return 1 if findings.wrong or findings.switch_locks or findings.changes < wanted.changes else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long rights change; a quarter of it before")
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--sessions", type=int, default=11)
    parser.add_argument("--varied", choices=VARIED, default=VARIED[0], help="levels only; assignments too; roles too")
    parser.add_argument("--bin", type=Path, metavar="DIR", help="PostgreSQL's programs")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def _print(findings: Findings, wanted: Wanted, version: str) -> None:
    title = (
        f"{findings.changes} changes of {wanted.varied} in {wanted.seconds:.0f} s,"
        f" {wanted.sessions} sessions; PostgreSQL {version}, {platform.machine()}; milliseconds, undisturbed → changing"
    )
    table = Table("session", "statements", "median", "99 %", "longest", title=title, title_justify="left")
    for kind, wait in findings.loaded.items():
        quiet = findings.quiet[kind]
        pairs = ((quiet.median, wait.median), (quiet.most, wait.most), (quiet.longest, wait.longest))
        cells = [f"{1000 * before:.1f} → {1000 * after:.1f}" for before, after in pairs]
        table.add_row(kind, f"{wait.statements:,}", *cells)
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(table)
    added = 1000 * (findings.longest - findings.longest_quiet)
    for what, value in (
        ("statements compared with the oracle", f"{findings.statements:,}, of them {findings.refused:,} refused"),
        ("failed", len(findings.failed)),
        ("refused, since rights changed while they were planned", findings.overtaken),
        ("results with what neither definition allows", len(findings.beyond)),
        ("results without what both allow", f"{len(findings.short)}, and {findings.less} in open transactions"),
        ("results made of both definitions", findings.of_both),
        ("locks on managed tables in the switch", ", ".join(sorted(findings.switch_locks)) or "none"),
        ("locks on managed tables in pg_locks", ", ".join(sorted(findings.seen_locks)) or "none"),
        ("sightings of a session waiting for a lock", findings.seen_waiting),
        ("longest wait added", f"{added:.0f} ms"),
        ("longest switch", f"{findings.longest_apply:.2f} s"),
    ):
        console.print(f"{what}: {value}", highlight=False)
    for text in findings.wrong[:20]:
        console.print(f"! {text}", highlight=False, markup=False)


if __name__ == "__main__":
    sys.exit(main())

"""What `rowlock pgbouncer write` makes, and what `check` says of files, without a PgBouncer."""

from __future__ import annotations

from tests.fixtures.database import Database
from tests.pooling.bouncer import directory_for_bouncer, written


def test_written_again_passwords_stay(empty_database: Database) -> None:
    """A PgBouncer that runs goes on; a pgbouncer.ini of somebody else's is left alone; uninstall takes all of it."""
    assert empty_database.invoke(["init", "--no-crm", "--organisation", "staff"]).exit_code == 0
    with directory_for_bouncer() as directory:
        texts = []
        for _ in range(2):
            written(empty_database, directory)
            texts.append((directory / "userlist.txt").read_text(encoding="utf-8"))
        assert texts[0] == texts[1]
        assert "transaction" in (directory / "pgbouncer.ini").read_text(encoding="utf-8")
        (directory / "pgbouncer.ini").write_text("[pgbouncer]\n", encoding="utf-8")
        result = empty_database.invoke(["pgbouncer", "write", str(directory)])
        assert (result.exit_code, "is not Rowlock's" in result.stderr) == (2, True)
    administrator = empty_database.connect()
    roles = "select count(*) from pg_roles where rolname like 'crm\\_pgbouncer%'"
    assert administrator.execute(roles).fetchone() == (2,)
    assert empty_database.invoke(["pgbouncer", "remove"]).exit_code == 0
    assert empty_database.invoke(["pgbouncer", "remove"]).exit_code == 2
    with directory_for_bouncer() as directory:
        written(empty_database, directory)
    result = empty_database.invoke(["uninstall", "--yes"])
    assert result.exit_code == 0, result.stderr
    assert administrator.execute(roles).fetchone() == (0,)
    assert administrator.execute("select to_regnamespace('rls_pgbouncer')").fetchone() == (None,)

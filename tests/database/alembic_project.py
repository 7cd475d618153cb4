"""A team's own Alembic project: its ini, environment, version table and URL, beside Rowlock's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import cache_from_source
from pathlib import Path

import alembic
from alembic import command
from alembic.config import Config
from click.testing import Result

from rls.definition.model import Definition
from rls.definition.writing import text
from rls.revising import Rights
from rls.revising.files import scripts
from tests.fixtures.database import Database

INI = """
[alembic]
script_location = %(here)s/migrations
path_separator = os
"""

ENV = """
from alembic import context
from sqlalchemy import create_engine, pool

engine = create_engine({url!r}, poolclass=pool.NullPool)
if context.is_offline_mode():
    context.configure(url={url!r}, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with engine.{opened}() as connection:
        context.configure(connection=connection, version_table="team_version", {options})
        with context.begin_transaction():
            context.run_migrations()
"""

MIGRATION = '''
"""A migration of the team's own."""

from alembic import op

revision = {revision!r}
down_revision = {before!r}


def upgrade():
    op.execute("""{up}""")


def downgrade():
    op.execute("""{down}""")
'''


@dataclass
class Project:
    """The project in *directory*, for one database."""

    directory: Path
    database: Database
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 100)))

    def configure(self, driver: str = "psycopg", opened: str = "connect", options: str = "") -> None:
        """Write ini, environment and template."""
        migrations = self.directory / "migrations"
        (migrations / "versions").mkdir(parents=True, exist_ok=True)
        url = self.database.url.replace("postgresql://", f"postgresql+{driver}://")
        (self.directory / "alembic.ini").write_text(INI, "utf-8")
        (migrations / "env.py").write_text(ENV.format(url=url, opened=opened, options=options), "utf-8")
        template = Path(alembic.__file__).parent / "templates" / "generic" / "script.py.mako"
        (migrations / "script.py.mako").write_text(template.read_text("utf-8"), "utf-8")

    def revise(self, definition: Definition, *options: str, message: str = "rights") -> Result:
        """Run ``rowlock revision``; the definitions file is gone afterwards."""
        file = self.directory / "rights.yaml"
        file.write_text(text(definition), "utf-8")
        arguments = ["revision", "-m", message, str(file), "--dir", str(self.directory), *options]
        try:
            return self.database.invoke(arguments)
        finally:
            file.unlink()

    def written(self, definition: Definition, *options: str) -> Path:
        """Write a revision that must succeed, and return its file."""
        result = self.revise(definition, *options)
        assert result.exit_code == 0, result.output
        return Path(result.stdout.strip())

    def migration(self, up: str, down: str) -> None:
        """Add a migration that has nothing to do with rights."""
        revision = f"team_{next(self.numbers)}"
        with scripts(self.directory) as found:
            before = found.get_current_head()
        content = MIGRATION.format(revision=revision, before=before, up=up, down=down)
        (self.directory / "migrations" / "versions" / f"{revision}.py").write_text(content, "utf-8")

    def upgrade(self, revision: str = "head", *, sql: bool = False) -> None:
        """Run ``alembic upgrade``."""
        command.upgrade(self._config(), revision, sql=sql)

    def downgrade(self, revision: str = "-1") -> None:
        """Run ``alembic downgrade``."""
        command.downgrade(self._config(), revision)

    def rights(self, path: Path) -> Rights:
        """Return what a revision's file says."""
        with scripts(self.directory) as found:
            module = found.get_revision(path.name.partition("_")[0]).module
        assert isinstance(module.RIGHTS, Rights)
        return module.RIGHTS

    def _config(self) -> Config:
        return Config(str(self.directory / "alembic.ini"))


@contextmanager
def replaced(path: Path, old: str, new: str) -> Iterator[None]:
    """Let a file say something else for a while.

    What Python compiled of it must go: a change within the same second, of the same length, is none to it.
    """
    before = path.read_text("utf-8")
    assert old in before
    _write(path, before.replace(old, new))
    try:
        yield
    finally:
        _write(path, before)


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
    Path(cache_from_source(str(path))).unlink(missing_ok=True)

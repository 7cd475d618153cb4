"""``op.change_rights`` and ``op.restore_rights``; importing this module registers them with Alembic."""

from __future__ import annotations

import logging
from collections.abc import Callable

from alembic.operations import MigrateOperation, Operations
from alembic.util import CommandError

from rls.errors import RowlockError
from rls.plan import Patience
from rls.plan.changes import Phase
from rls.revising.connecting import outside
from rls.revising.revision import Rights, Step
from rls.revising.running import run

_log = logging.getLogger("alembic.rowlock")


@Operations.register_operation("change_rights")
class ChangeRights(MigrateOperation):
    """Bring about the rights of a revision."""

    def __init__(self, rights: Rights, patience: Patience, *, up: bool = True) -> None:
        self.rights = rights
        self.patience = patience
        self.up = up

    @property
    def step(self) -> Step:
        """The way it goes."""
        return self.rights.upgrade if self.up else self.rights.downgrade

    @classmethod
    def change_rights(
        cls, operations: Operations, rights: Rights, *, lock_timeout: float = 0.1, give_up_after: float = 60.0
    ) -> None:
        """Bring about the rights of a revision, while everybody works.

        :param lock_timeout: how many seconds a try waits for a table's lock.
        :param give_up_after: how many seconds to try for one table.
        """
        operations.invoke(cls(rights, Patience(lock_timeout, give_up_after)))

    def reverse(self) -> ChangeRights:
        """Return the operation that restores the rights before."""
        return ChangeRights(self.rights, self.patience, up=not self.up)


@Operations.register_operation("restore_rights")
class RestoreRights(ChangeRights):
    """Restore the rights before a revision."""

    @classmethod
    def restore_rights(
        cls, operations: Operations, rights: Rights, *, lock_timeout: float = 0.1, give_up_after: float = 60.0
    ) -> None:
        """Restore the rights before a revision, while everybody works; the parameters are those of change_rights."""
        operations.invoke(ChangeRights(rights, Patience(lock_timeout, give_up_after), up=False))


@Operations.implementation_for(ChangeRights)
def _change(operations: Operations, operation: ChangeRights) -> None:
    try:
        with outside(operations.get_context()) as connection:
            run(
                connection,
                operation.rights,
                operation.step,
                patience=operation.patience,
                report=_reporter(),
                say=_log.info,
            )
    except RowlockError as error:
        raise CommandError(str(error)) from error


def _reporter() -> Callable[[Phase, int, int, str], None]:
    def report(phase: Phase, done: int, of: int, what: str) -> None:
        _log.info("%s %d of %d: %s", phase.value, done + 1, of, what)

    return report

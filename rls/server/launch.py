"""Run as a program of its own: become an account, ask to hear of the parent's death, become PostgreSQL.

A program, since nothing may run between fork and exec in a process with
threads.  It imports nothing of ours.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""``man 2 prctl``: the signal a process gets when the thread that made it dies."""


def main(order: str) -> None:
    """Carry out *order*: JSON with parent, account (uid and gid, or null), command and environment."""
    wanted = json.loads(order)
    if wanted["account"] is not None:
        uid, gid = wanted["account"]
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform.startswith("linux"):
        # After the change of account, which clears it.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != wanted["parent"]:
        sys.exit("the parent is dead already")
    os.execve(wanted["command"][0], wanted["command"], wanted["environment"])  # noqa: S606 - no shell is meant


if __name__ == "__main__":
    main(sys.argv[1])

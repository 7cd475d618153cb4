"""Finding, launching and ending the postmaster of one data directory."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rls.server import launch
from rls.server.account import Account
from rls.server.binaries import Binaries

HOST = "127.0.0.1"

POLL = 0.02
"""Seconds between two looks at a server that is starting or stopping."""

START_SECONDS = 120
STOP_SECONDS = 60

LINUX = sys.platform.startswith("linux")

STATUS_LINE = 7
"""Where ``postmaster.pid`` has the word ``ready``, counted from 0."""


@dataclass(frozen=True)
class Postmaster:
    """What ``postmaster.pid`` says of a running server.

    The lines of the file are those of ``src/include/utils/pidfile.h``.
    """

    pid: int
    port: int
    ready: bool


def running(data: Path) -> Postmaster | None:
    """Return the server of the data directory, or None when none runs.

    A file left behind by a server that was killed counts as none, also where
    another program has its process id by now.
    """
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        pid, port = int(lines[0]), int(lines[3])
    except (OSError, ValueError, IndexError):
        return None
    if not _serves(pid, data):
        return None
    return Postmaster(pid, port, ready="".join(lines[STATUS_LINE : STATUS_LINE + 1]).strip() == "ready")


def _serves(pid: int, data: Path) -> bool:
    """Tell whether process *pid* is a postmaster of *data*; a postmaster's working directory is its data."""
    try:
        if LINUX:
            return Path(f"/proc/{pid}/cwd").readlink() == data.resolve()
        os.kill(pid, 0)
    except OSError as error:
        return not LINUX and isinstance(error, PermissionError)
    return True


def remove_stale_pid_file(data: Path) -> None:
    """Remove a ``postmaster.pid`` nobody stands behind.

    PostgreSQL itself would refuse to start where the process id in it belongs
    to another program of the same account.
    """
    if running(data) is None:
        (data / "postmaster.pid").unlink(missing_ok=True)


def free_port() -> int:
    """Return a port nobody listens on at the moment."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Tell whether nobody listens on *port*."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            return False
    return True


def run(command: list[str], binaries: Binaries, account: Account | None, directory: Path) -> tuple[bool, str]:
    """Run a program to its end as *account*; return whether it succeeded, and what it printed."""
    result = subprocess.run(
        command,
        env=binaries.environment(),
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **_identity(account),
    )
    return result.returncode == 0, result.stdout


def start_detached(
    binaries: Binaries, account: Account | None, data: Path, log: Path, settings: Mapping[str, str]
) -> bool:
    """Start a server that outlives us; return whether it became ready."""
    command = [binaries.program("pg_ctl"), "start", "--wait", f"--timeout={START_SECONDS}"]
    command += [f"--pgdata={data}", f"--log={log}", f"--options={shlex.join(_options(settings))}"]
    return run(command, binaries, account, data.parent)[0]


def start_child(
    binaries: Binaries, account: Account | None, data: Path, log: Path, settings: Mapping[str, str]
) -> subprocess.Popen[bytes] | None:
    """Start a server that ends with this process, however that ends; return it, or None when it did not start."""
    order = {
        "parent": os.getpid(),
        "account": account and (account.uid, account.gid),
        "command": [binaries.program("postgres"), "-D", str(data), *_options(settings)],
        "environment": binaries.environment(),
    }
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", launch.__file__, json.dumps(order)],
            cwd=data.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    if wait_for(lambda: process.poll() is not None or _ready(data), START_SECONDS) and process.poll() is None:
        return process
    process.kill()
    process.wait()
    return None


def stop(postmaster: Postmaster, data: Path, *, immediately: bool = False) -> bool:
    """End a server and its sessions; return whether it is gone.

    :param immediately: without a checkpoint, for data nobody needs again.
    """
    with contextlib.suppress(ProcessLookupError):
        os.kill(postmaster.pid, signal.SIGQUIT if immediately else signal.SIGINT)
    return wait_for(lambda: not _serves(postmaster.pid, data), STOP_SECONDS)


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Return True as soon as *condition* holds, False after *seconds*."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL)
    return True


def _ready(data: Path) -> bool:
    postmaster = running(data)
    return postmaster is not None and postmaster.ready


def _options(settings: Mapping[str, str]) -> list[str]:
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _identity(account: Account | None) -> dict[str, Any]:
    """Return what :mod:`subprocess` needs to start a program as *account*."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}

"""The applications of examples/, as servers on loopback: many people at once, each gets what they see."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.docs.pages import ROOT
from tests.sessions.office import STRANGE, Office

REQUESTS = 80

CLIENTS = ["alice", "bob", "person_6", "person_0", STRANGE[0], STRANGE[2]]
"""Who comes to the Django site."""


def session_key(login: str) -> str:
    """Return the key of a person's session."""
    return login.encode().hex().ljust(32, "0")[:32]


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def served(command: list[str], environment: dict[str, str], port: int, log: Path) -> Iterator[str]:
    """Run a server and give its address."""
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, *command], env=os.environ | environment, cwd=ROOT, stdout=output, stderr=output
        )
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert server.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def concurrently(ask: Any, people: list[str]) -> None:
    """Ask for people chosen at random, sixteen at a time."""
    draw = random.Random(5)
    with ThreadPoolExecutor(16) as threads:
        for problem in threads.map(ask, [draw.choice(people) for _ in range(REQUESTS)]):
            assert problem is None, problem


@pytest.fixture(scope="module")
def api(everybody: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of the FastAPI example; a person's token is ``token of <login>``, in hexadecimal."""
    tokens = {token(login): login for login in (*everybody.sees, "nobody", "none")}
    port = free_port()
    command = ["-m", "uvicorn", "examples.fastapi_app:app", "--port", str(port), "--log-level", "warning"]
    environment = {"APP_URL": everybody.url(), "TOKENS": json.dumps(tokens)}
    with served(command, environment, port, tmp_path_factory.mktemp("api") / "log") as address:
        yield address


def token(login: str) -> str:
    """Return a person's token."""
    return login.encode().hex()


def bearer(login: str) -> dict[str, str]:
    """Return the header that says who asks."""
    return {"Authorization": f"Bearer {token(login)}"}


def test_fastapi_with_many_people_at_once(office: Office, api: str, count_decisions: Any) -> None:
    """Lists, streams and failures, mixed."""
    with httpx.Client(base_url=api, timeout=60) as client:

        def ask(login: str) -> str | None:
            listed = client.get("/deals", headers=bearer(login)).json()
            streamed = client.get("/deals.txt", headers=bearer(login)).text.splitlines()
            failed = client.post(
                "/deals/rename", headers=bearer(login), json={"old": f"{login} 1", "new": ""}
            ).status_code
            fine = listed == office.sees[login] and streamed == office.sees[login] and failed == 409
            return None if fine else f"{login}: {listed} {streamed} {failed}"

        concurrently(ask, list(office.sees))
    count_decisions(2 * REQUESTS)


def test_fastapi_refuses(api: str) -> None:
    """Whoever is unknown, no person, or asks when the session is over."""
    with httpx.Client(base_url=api, timeout=60) as client:
        assert client.get("/deals").status_code in (401, 403)
        assert client.get("/deals", headers={"Authorization": "Bearer x"}).status_code == 401
        for login in ("nobody", "none"):
            answer = client.get("/deals", headers=bearer(login))
            assert (answer.status_code, answer.json()["detail"][:37]) == (
                403,
                "no active person has the login " + repr(login)[:6],
            )
        with pytest.raises(httpx.RemoteProtocolError):
            assert client.get("/wrong.txt", headers=bearer("person_6")).text == ""
        assert client.get("/deals", headers=bearer("bob")).json() == ["bob"]


def test_fastapi_commits_before_it_answers(office: Office, api: str) -> None:
    """Whoever got an answer finds what they wrote, with their name on it."""
    with httpx.Client(base_url=api, timeout=60) as client:
        old = "person_1 1"
        for number in range(20):
            new = f"{old}, {number}"
            assert client.post("/deals/rename", headers=bearer("person_1"), json={"old": old, "new": new}).json() == 1
            assert office.administrator.execute("select from crm.deal where title = %s", [new]).fetchone() == ()
            old = new
        office.administrator.execute("update crm.deal set title = 'person_1 1' where title = %s", [old])


@pytest.fixture(scope="module", params=["runserver", "wsgi"])
def site(everybody: Office, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of the Django example: its own server, and a plain WSGI server with few threads."""
    directory = tmp_path_factory.mktemp("site")
    environment = {
        "APP_URL": everybody.url(),
        "SECRET_KEY": "x" * 50,
        "SITE_DATABASE": str(directory / "site.sqlite3"),
        "DJANGO_SETTINGS_MODULE": "examples.django_site.settings",
        "LOGINS": json.dumps({login: session_key(login) for login in (*CLIENTS, "nobody")}),
        # A thread for each request keeps nothing.
        "CONN_MAX_AGE": "0" if request.param == "runserver" else "600",
    }
    done = subprocess.run(
        [sys.executable, "-c", SET_UP],
        env=os.environ | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    port = free_port()
    commands = {
        "runserver": ["-m", "examples.django_site.manage", "runserver", "--noreload", f"127.0.0.1:{port}"],
        "wsgi": ["-c", WSGI, str(port)],
    }
    with served(commands[request.param], environment, port, directory / "log") as address:
        yield address


SET_UP = """
import django, json, os
django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
call_command("migrate", verbosity=0)
for login, key in json.loads(os.environ["LOGINS"]).items():
    user = User.objects.create(username=login)
    session = SessionStore()
    session[SESSION_KEY] = user.pk
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session._session_key = key
    session.save(must_create=True)
"""
"""Everybody has logged in."""

WSGI = """
import socketserver, sys, threading
from queue import Queue
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from django.core.wsgi import get_wsgi_application

class Quiet(WSGIRequestHandler):
    def log_message(self, *_): pass

class Pooled(WSGIServer):
    request_queue_size = 64
    requests = Queue()
    def process_request(self, request, address): self.requests.put((request, address))
    def work(self):
        while True:
            request, address = self.requests.get()
            try: self.finish_request(request, address)
            except OSError: pass
            finally: self.shutdown_request(request)

server = make_server("127.0.0.1", int(sys.argv[1]), get_wsgi_application(), Pooled, Quiet)
for _ in range(3): threading.Thread(target=server.work, daemon=True).start()
server.serve_forever()
"""
"""Three threads that keep their connections from request to request, as gunicorn's and uwsgi's do."""


def entered(address: str, login: str) -> httpx.Client:
    """Return a client that is logged in."""
    return httpx.Client(base_url=address, timeout=60, cookies={"sessionid": session_key(login)})


def test_django_with_many_people_at_once(office: Office, site: str, count_decisions: Any) -> None:
    """Reading, and writing that is rolled back, over connections that are kept."""
    clients = {login: entered(site, login) for login in CLIENTS}

    def ask(login: str) -> str | None:
        found = clients[login].get("/deals").json()
        changed = clients[login].post("/rename", data={"title": "x", "status": "409"})
        fine = found == office.sees[login] and changed.text == str(len(found)) and changed.status_code == 409
        return None if fine else f"{login}: {found} {changed.text}"

    try:
        concurrently(ask, CLIENTS)
    finally:
        for client in clients.values():
            client.close()
    count_decisions(REQUESTS)


def test_django_refuses(site: str) -> None:
    """Nobody, no person, after a typed COMMIT, while the answer is being sent; and goes on with the next request."""
    with httpx.Client(base_url=site, timeout=60) as client:
        assert client.get("/deals").status_code == 500
    with entered(site, "nobody") as client:
        assert client.get("/deals").status_code == 403
    with entered(site, "alice") as client:
        for _ in range(3):
            assert client.get("/ended").status_code == 500
            assert "alice" not in client.get("/late").text
            assert client.get("/deals").json() == ["alice"]
        assert client.post("/rename", data={"title": "mine"}).text == "1"
        assert client.get("/deals").json() == ["mine"]
        assert client.post("/rename", data={"title": "alice"}).status_code == 200

"""Whatever is in a file, people sync reads it or says what is wrong with it: never a traceback."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from rls.errors import InputError, Problem
from rls.names import Installation
from rls.organisation.diff import diff
from rls.organisation.mapping import parse_options
from rls.organisation.people import Organisation
from rls.organisation.sync import read_files
from rls.organisation.wanted import wanted

CELLS = st.sampled_from(
    [
        "",
        "Ada",
        "ada",
        "Bo Diaz",
        "A/B",
        "A//B",
        "A;B",
        "yes",
        "maybe",
        "manager",
        "x" * 70,
        "李",
        '"',
        '"a"',
        "2026-02-30",
    ]
)

COLUMNS = st.sampled_from(["login", "name", "key", "active", "department", "head", "heads", "roles", "hired_on", "x"])

CSV = st.lists(st.lists(COLUMNS | CELLS, max_size=5).map(",".join), max_size=6).map("\n".join) | st.text(max_size=60)

KEYS = st.sampled_from(
    ["departments:", "people:", "head:", "name:", "login:", "roles:", "- ", "  ", "    ", "\n", "\n"]
)

WORDS = KEYS | st.sampled_from(
    ["Ada", "[", "]", "{a: b}", "&a", "*a", "!!int", "1", "null", "\t", "A/B", "? ", "<<:", "'"]
)

YAML = st.lists(WORDS, max_size=25).map("".join) | st.text(max_size=60)


def tried(name: str, content: bytes) -> None:
    """Read a file as people sync does, as far as without a database."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / name
        file.write_bytes(content)
        reading = read_files([file], parse_options([], []), Installation())
        problems: list[Problem] = []
        try:
            organisation = wanted(reading, Organisation(), ["manager"]).organisation
        except InputError as error:
            problems = error.problems
        else:
            assert diff(organisation, organisation) == ()
    assert [problem for problem in problems if not problem.place.startswith(str(file))] == []
    assert [problem for problem in problems if len(str(problem).splitlines()) != 1] == []


@given(CSV.map(lambda text: text.encode(errors="surrogatepass")) | st.binary(max_size=40))
@example(b"login,name\n\r,x")
def test_csv(content: bytes) -> None:
    """Also what is no CSV at all."""
    tried("people.csv", content)


@given(YAML.map(lambda text: text.encode(errors="surrogatepass")) | st.binary(max_size=40))
@example(b"people: &a [*a]")
@example(b"departments: {1: {people: [1, 2.5, true, null]}}")
@example(b"people:\n- {name: a, name: b}")
def test_yaml(content: bytes) -> None:
    """Also what is no YAML at all."""
    tried("people.yaml", content)

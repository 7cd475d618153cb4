"""People and departments written as YAML: nested departments, people inside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from rls.definition.wording import unknown
from rls.organisation.entries import Entry, Reading
from rls.organisation.people import Path, written

TOP = ("departments", "people")
DEPARTMENT = ("head", "people", "departments")
PERSON = ("login", "name", "email", "title", "phone", "hired_on", "key", "active", "departments", "heads", "roles")
FACTS = {"email": "email", "title": "job_title", "phone": "phone", "hired_on": "hired_on", "key": "key"}


def read_yaml(path: FilePath, reading: Reading) -> None:
    """Read the people and departments of a YAML file into *reading*; what is wrong goes there too."""
    try:
        document = YAML(typ="rt", pure=True).load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        reading.problem(place, "", f"not readable as YAML: {error.problem or error.context}")
        return
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        reading.problem(str(path), "", f"cannot be read: {' '.join(str(error).split())}")
        return
    _File(str(path), reading).top(document)


class _File:
    """A YAML file being read."""

    def __init__(self, file: str, reading: Reading) -> None:
        self.file = file
        self.reading = reading

    def place(self, node: CommentedMap | CommentedSeq, part: str | int) -> str:
        line, column = node.lc.value(part) if isinstance(node, CommentedMap) else node.lc.item(part)
        return f"{self.file}:{line + 1}:{column + 1}"

    def top(self, document: Any) -> None:
        if not isinstance(document, CommentedMap):
            self.reading.problem(f"{self.file}:1", "", "the file must say departments: or people:")
            return
        self._known(document, "", TOP)
        self._departments(document, "departments", ())
        self._people(document, "people", None)

    def _known(self, node: CommentedMap, path: str, allowed: tuple[str, ...]) -> None:
        for key in node:
            if key not in allowed:
                place = "{}:{}:{}".format(self.file, *(number + 1 for number in node.lc.key(key)))
                self.reading.problem(place, path, unknown("key", str(key), allowed))

    def _departments(self, node: CommentedMap, part: str, above: Path) -> None:
        below = node.get(part)
        if below is None:
            return
        if not isinstance(below, CommentedMap):
            self.reading.problem(self.place(node, part), part, "write departments as NAME: {head: …, people: […]}")
            return
        for name in below:
            self._department(below, name, above)

    def _department(self, node: CommentedMap, name: Any, above: Path) -> None:
        place, text = self.place(node, name), str(name).strip()
        if not text or "/" in text:
            self.reading.problem(place, written(above), f'"{name}" cannot name a department: no /, not empty')
            return
        path = (*above, text)
        self.reading.departments.add(path)
        content = node[name]
        if content is None:
            return
        if not isinstance(content, CommentedMap):
            self.reading.problem(place, written(path), "write head:, people: or departments: under a department")
            return
        self._known(content, written(path), DEPARTMENT)
        if content.get("head") is not None:
            self._person(content, "head", path, head=True)
        self._people(content, "people", path)
        self._departments(content, "departments", path)

    def _people(self, node: CommentedMap, part: str, department: Path | None) -> None:
        people = node.get(part)
        if people is None:
            return
        if not isinstance(people, CommentedSeq):
            self.reading.problem(self.place(node, part), part, "write people as a list: - Anna Snelling")
            return
        for index in range(len(people)):
            self._person(people, index, department)

    def _person(
        self, node: CommentedMap | CommentedSeq, part: str | int, department: Path | None, *, head: bool = False
    ) -> None:
        place, content = self.place(node, part), node[part]
        if not isinstance(content, CommentedMap):
            content = CommentedMap(name=content)
        self._known(content, "people", PERSON)
        texts = dict(self._texts(content, place))
        name, login = texts.get("name", ""), self.reading.login(place, texts.get("login"))
        if not name and not login:
            self.reading.problem(place, "people", "a person needs a name or a login")
            return
        own = frozenset({department} if department else ())
        departments, headed = self._paths(content, "departments", place), self._paths(content, "heads", place)
        self.reading.entries.append(
            Entry(
                place=place,
                name=name,
                login=login,
                facts=self._facts(texts, place),
                active=self.reading.active(place, texts.get("active", "")),
                departments=own | (departments or frozenset()) if own or departments is not None else None,
                heads=own | (headed or frozenset()) if head else headed,
                roles=self._list(content, "roles", place),
                mention=set(content) <= {"name"},
            )
        )

    def _texts(self, content: CommentedMap, place: str) -> Iterator[tuple[str, str]]:
        """Yield the single values of a person as text."""
        for key, value in content.items():
            if key in ("roles", "departments", "heads") or value is None:
                continue
            if isinstance(value, (CommentedMap, CommentedSeq)):
                self.reading.problem(place, str(key), "must be one value")
            elif isinstance(value, bool):
                yield key, "yes" if value else "no"
            else:
                yield key, str(value).strip()

    def _facts(self, texts: dict[str, str], place: str) -> dict[str, str | None]:
        facts = {field: texts[key] or None for key, field in FACTS.items() if key in texts}
        if "hired_on" in facts:
            facts["hired_on"] = self.reading.hired_on(place, facts["hired_on"])
        return facts

    def _list(self, content: CommentedMap, key: str, place: str) -> frozenset[str] | None:
        """Return the texts of a list, or of one value standing alone."""
        value = content.get(key)
        if value is None:
            return None
        items = list(value) if isinstance(value, CommentedSeq) else [value]
        if any(isinstance(item, (CommentedMap, CommentedSeq)) for item in items):
            self.reading.problem(place, key, f"write {key} as a list of names: [a, b]")
            return None
        return frozenset(str(item).strip() for item in items)

    def _paths(self, content: CommentedMap, key: str, place: str) -> frozenset[Path] | None:
        texts = self._list(content, key, place)
        if texts is None:
            return None
        return frozenset(path for text in sorted(texts) if (path := self.reading.path(place, text)))

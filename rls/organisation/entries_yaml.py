"""People and departments written as YAML: nested departments, people inside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as FilePath

from rls.definition.nodes import Node, UnreadableError, tree
from rls.definition.wording import shown, unknown
from rls.organisation.entries import Entry, Reading
from rls.organisation.people import Path, written

TOP = ("departments", "people")
DEPARTMENT = ("head", "people", "departments")
LISTS = ("departments", "heads", "groups", "roles")
FACTS = {"email": "email", "title": "job_title", "phone": "phone", "hired_on": "hired_on", "key": "key"}
PERSON = ("login", "name", "active", *FACTS, *LISTS)


def read_yaml(path: FilePath, reading: Reading) -> None:
    """Read the people and departments of a YAML file into *reading*; what is wrong goes there too."""
    try:
        root = tree(path.read_text(encoding="utf-8-sig"))
    except UnreadableError as error:
        reading.problem(f"{path}:{error.line}", "", str(error))
    except UnicodeDecodeError:
        reading.problem(str(path), "", "not UTF-8: save it as UTF-8")
    except OSError as error:
        reading.problem(str(path), "", f"cannot be read: {error.strerror}")
    else:
        _File(str(path), reading).top(root)


class _File:
    """A YAML file being read."""

    def __init__(self, file: str, reading: Reading) -> None:
        self.file = file
        self.reading = reading

    def wrong(self, node: Node, path: str, message: str) -> None:
        self.reading.problem(self.place(node), path, message)

    def place(self, node: Node) -> str:
        return f"{self.file}:{node.line}"

    def top(self, root: Node) -> None:
        if root.pairs is None:
            self.wrong(root, "", "the file must say departments: or people:")
            return
        content = self._mapping(root, "", TOP)
        if "departments" in content:
            self._departments(content["departments"], ())
        if "people" in content:
            self._people(content["people"], None)

    def _mapping(self, node: Node, path: str, allowed: tuple[str, ...] = ()) -> dict[str, Node]:
        """Return key → value of a mapping; unknown keys, and keys given twice, are noted and left out."""
        found: dict[str, Node] = {}
        for key, value in node.pairs or ():
            text = _text(key)
            if not text or (allowed and text not in allowed):
                self.wrong(key, path, unknown("key", text, allowed) if allowed else "a department needs a name")
            elif text in found:
                self.wrong(key, path, f"{shown(text)} is here twice: keep one")
            else:
                found[text] = value
        return found

    def _departments(self, node: Node, above: Path) -> None:
        if node.empty:
            return
        if node.pairs is None:
            self.wrong(node, written(above), "write departments as NAME: {head: …, people: […]}")
            return
        for name, content in self._mapping(node, written(above)).items():
            if "/" in name:
                self.wrong(content, written(above), f"{shown(name)} cannot name a department: / parts departments")
            else:
                self._department(content, (*above, self.reading.name(self.place(content), name)))

    def _department(self, node: Node, path: Path) -> None:
        self.reading.departments.add(path)
        if node.empty:
            return
        if node.pairs is None:
            self.wrong(node, written(path), "write head:, people: or departments: under a department")
            return
        content = self._mapping(node, written(path), DEPARTMENT)
        if "head" in content and not content["head"].empty:
            self._person(content["head"], path, head=True)
        if "people" in content:
            self._people(content["people"], path)
        if "departments" in content:
            self._departments(content["departments"], path)

    def _people(self, node: Node, department: Path | None) -> None:
        if node.empty:
            return
        if node.items is None:
            self.wrong(node, "people", "write people as a list: - Anna Snelling")
            return
        for item in node.items:
            self._person(item, department)

    def _person(self, node: Node, department: Path | None, *, head: bool = False) -> None:
        content = {"name": node} if node.pairs is None else self._mapping(node, "people", PERSON)
        texts = dict(self._texts(content))
        place = self.place(node)
        name, login = texts.get("name", ""), self.reading.login(place, texts.get("login"))
        if not name and not login:
            self.wrong(node, "people", "a person needs a name or a login")
            return
        own = frozenset({department} if department else ())
        departments, headed = self._paths(content, "departments"), self._paths(content, "heads")
        self.reading.entries.append(
            Entry(
                place=place,
                name=self.reading.name(place, name),
                login=login,
                facts=self._facts(texts, place),
                active=self.reading.active(place, texts.get("active", "")),
                departments=own | (departments or frozenset()) if own or departments is not None else None,
                heads=own | (headed or frozenset()) if head else headed,
                groups=self._list(content, "groups"),
                roles=self._list(content, "roles"),
                mention=set(content) <= {"name"},
            )
        )

    def _texts(self, content: dict[str, Node]) -> Iterator[tuple[str, str]]:
        """Yield the single values of a person as text."""
        for key, node in content.items():
            if key in LISTS:
                continue
            if node.items is not None or node.pairs is not None:
                self.wrong(node, key, "must be one value")
            else:
                yield key, _text(node)

    def _facts(self, texts: dict[str, str], place: str) -> dict[str, str | None]:
        facts = {field: texts[key] or None for key, field in FACTS.items() if key in texts}
        if "hired_on" in facts:
            facts["hired_on"] = self.reading.hired_on(place, facts["hired_on"])
        return facts

    def _list(self, content: dict[str, Node], key: str) -> frozenset[str] | None:
        """Return the texts of a list, or of one value standing alone."""
        node = content.get(key)
        if node is None:
            return None
        items = [node] if node.items is None else node.items
        texts = frozenset(text for item in items if (text := _text(item)))
        if any(item.items is not None or item.pairs is not None for item in items):
            self.wrong(node, key, f"write {key} as a list of names: [a, b]")
            return None
        return texts

    def _paths(self, content: dict[str, Node], key: str) -> frozenset[Path] | None:
        texts = self._list(content, key)
        if texts is None:
            return None
        place = self.place(content[key])
        return frozenset(path for text in sorted(texts) if (path := self.reading.path(place, text)))


def _text(node: Node) -> str:
    """Return a scalar as it was written; nothing for nothing, and for what is no scalar."""
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return "" if node.value is None else str(node.value).strip()

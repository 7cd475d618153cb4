"""Every message Rowlock raises on purpose, found in its sources.

A message is a *template*: the text with ``…`` for whatever is filled in, and
for the quotes around it.
Sinks are where messages go: ``Problem``, our exceptions, and every function
that hands a parameter of its own on to a sink.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

HOLE = "…"

OUTSIDE = {"UsageError": 0, "PydanticCustomError": 2}
"""Exceptions of libraries that we raise, and which argument is the message."""

TABLES = {"rls.commands.connection": "ADVICE"}
"""Tables of advice that is put behind what the server says, by module."""

DEEPEST = 6
"""How many calls and names a message is followed through."""

Function = ast.FunctionDef | ast.Lambda


@dataclass
class Module:
    """A module: its functions, the tables of words and functions it keeps, what it imports from us."""

    tree: ast.Module
    functions: dict[str, list[ast.FunctionDef]] = field(default_factory=dict)
    constants: dict[str, ast.expr] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)


def templates() -> dict[str, str]:
    """Return every message of the sources → where it is written first, for people who look for it."""
    found = _Collector().run()
    for path in sorted((ROOT / "sql").rglob("*.sql")):
        for text in re.findall(r"raise exception '((?:[^']|'')+)'", path.read_text(encoding="utf-8")):
            found.setdefault(re.sub(r"%[IL]?", HOLE, text.replace("''", "'")), str(path.relative_to(ROOT)))
    return {re.sub(f'("{HOLE}"|{HOLE})+', HOLE, text): source for text, source in sorted(found.items())}


class _Collector:
    def __init__(self) -> None:
        self.modules = {_dotted(path): _module(path) for path in _sources()}
        self.methods: dict[str, list[tuple[str, ast.FunctionDef]]] = {}
        for name, module in self.modules.items():
            for function, definitions in module.functions.items():
                self.methods.setdefault(function, []).extend((name, one) for one in definitions)
        self.classes = OUTSIDE | dict(self._exceptions())
        self.sinks = set(self.classes)

    def run(self) -> dict[str, str]:
        while True:
            known, found = len(self.sinks), self._once()
            if len(self.sinks) == known:
                break
        for module, table in TABLES.items():
            advice = self.modules[module].constants[table]
            for text in ast.literal_eval(advice).values():
                found.setdefault(f"{HOLE}; {text}", f"{module.replace('.', '/')}.py")
        return found

    def _exceptions(self) -> Iterator[tuple[str, int]]:
        """Yield the classes that carry a message: Problem, and exceptions not made of problems."""
        yield "Problem", 2
        yield "ValueError", 0
        classes = {
            node.name: node
            for module in self.modules.values()
            for node in ast.walk(module.tree)
            if isinstance(node, ast.ClassDef) and node.name.endswith("Error")
        }
        for name, node in classes.items():
            start = next(
                (one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None
            )
            parameters = [one.arg for one in start.args.args[1:]] if start else ["message"]
            of_problems = any(isinstance(base, ast.Name) and base.id == "ProblemsError" for base in node.bases)
            if "message" in parameters and not of_problems:
                yield name, parameters.index("message")

    def _once(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, module in self.modules.items():
            for definitions in module.functions.values():
                for function in definitions:
                    for call in _calls(function):
                        message = self._message(call)
                        if message is None:
                            continue
                        self._note_sink(function, message)
                        for text in self._texts(message, name, function, DEEPEST):
                            if re.search(r"[a-z]{2}", text):
                                found.setdefault(text, f"{name.replace('.', '/')}.py")
        return found

    def _message(self, call: ast.Call) -> ast.expr | None:
        """Return the argument of *call* that becomes a message, if it is a sink."""
        name = _called(call)
        if name not in self.sinks or any(isinstance(one, ast.Starred) for one in call.args):
            return None
        named = next((one.value for one in call.keywords if one.arg == "message"), None)
        if named is not None or not call.args:
            return named
        # Several methods may share a name; all take the message last.
        return call.args[self.classes[name]] if name in self.classes else call.args[-1]

    def _note_sink(self, function: ast.FunctionDef, message: ast.expr) -> None:
        parameters = [one.arg for one in function.args.args if one.arg != "self"]
        if isinstance(message, ast.Name) and message.id in parameters and message.id not in _assigned(function):
            self.sinks.add(function.name)

    def _texts(self, node: ast.expr, module: str, function: Function, depth: int) -> set[str]:
        """Return what *node* may come to."""
        if depth == 0:
            return {HOLE}
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return {node.value}
        if isinstance(node, ast.JoinedStr):
            return {"".join(_filled(part, function) for part in node.values)}
        alternatives = _alternatives(node, function)
        if isinstance(node, ast.Call) and not alternatives:
            return self._returned(node, module, function, depth)
        if not alternatives:
            return {HOLE}
        return set().union(*(self._texts(one, module, function, depth - 1) for one in alternatives))

    def _returned(self, call: ast.Call, module: str, function: Function, depth: int) -> set[str]:
        """Return what the function that is called returns, where it is ours."""
        found = list(self._definitions(call, module, function))
        values = [(where, one, value) for where, one in found for value in _results(one)]
        if not values:
            return {HOLE}
        return set().union(*(self._texts(value, where, one, depth - 1) for where, one, value in values))

    def _definitions(self, call: ast.Call, module: str, function: Function) -> Iterator[tuple[str, Function]]:
        """Yield what a call may run: a function of ours, or one out of a table of functions (``MESSAGES.get(…)``)."""
        here, name = self.modules[module], _called(call)
        if isinstance(call.func, ast.Attribute):
            methods = self.methods.get(name, [])
            yield from methods if len(methods) == 1 else ()
            return
        where, original = here.imports.get(name, (module, name))
        if where in self.modules:
            yield from ((where, one) for one in self.modules[where].functions.get(original, []))
        for value in _assigned(function).get(name, []):
            if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "get":
                table = here.constants.get(ast.unparse(value.func.value))
                for one in table.values if isinstance(table, ast.Dict) else []:
                    yield from self._functions(one, module)

    def _functions(self, value: ast.expr, module: str) -> Iterator[tuple[str, Function]]:
        match value:
            case ast.Lambda():
                yield module, value
            case ast.Name(id=name):
                yield from ((module, one) for one in self.modules[module].functions.get(name, []))
            case ast.Call(func=ast.Name(id=name)):
                for one in self.modules[module].functions.get(name, []):
                    for result in _results(one):
                        yield from self._functions(result, module)


def _sources() -> list[Path]:
    return [ROOT / "cli.py", *sorted((ROOT / "rls").rglob("*.py")), *sorted((ROOT / "migrations").rglob("*.py"))]


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _module(path: Path) -> Module:
    module = Module(ast.parse(path.read_text(encoding="utf-8")))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef):
            module.functions.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rls"):
            module.imports |= {alias.asname or alias.name: (node.module or "", alias.name) for alias in node.names}
    for statement in module.tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            module.constants[ast.unparse(target)] = statement.value
    return module


def _calls(function: ast.FunctionDef) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(function) if isinstance(node, ast.Call))


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _assigned(function: Function) -> dict[str, list[ast.expr]]:
    """Return name → the values assigned to it in *function*."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
        elif isinstance(node, ast.NamedExpr):
            found.setdefault(node.target.id, []).append(node.value)
        elif isinstance(node, ast.comprehension):
            names = [one.id for one in ast.walk(node.target) if isinstance(one, ast.Name)]
            found.setdefault(names[-1], []).append(node.iter)
    return found


def _alternatives(node: ast.expr, function: Function) -> list[ast.expr]:
    """Return the expressions one of which *node* is."""
    match node:
        case ast.IfExp(body=first, orelse=second):
            return [first, second]
        case ast.BoolOp(values=values) | ast.Dict(values=values):
            return values
        case ast.DictComp(value=value) | ast.ListComp(elt=value) | ast.GeneratorExp(elt=value):
            return [value]
        case ast.Name(id=name):
            return _assigned(function).get(name, [])
        case ast.Call(func=ast.Attribute(value=ast.Name() as table, attr="items" | "values")):
            return [table]
        case _:
            return []


def _filled(part: ast.expr, function: Function) -> str:
    """Return one part of an f-string; a variable that is plain text is filled in."""
    if isinstance(part, ast.Constant):
        return str(part.value)
    if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name):
        values = _assigned(function).get(part.value.id, [])
        if len(values) == 1 and isinstance(values[0], ast.Constant):
            return str(values[0].value)
    return HOLE


def _results(function: Function) -> Iterator[ast.expr]:
    if isinstance(function, ast.Lambda):
        yield function.body
        return
    for node in ast.walk(function):
        if isinstance(node, ast.Return | ast.Yield) and node.value is not None:
            yield node.value

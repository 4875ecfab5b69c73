"""The import of `os` that a look-up in Python needs."""

from __future__ import annotations

import ast
from bisect import bisect_right
from functools import lru_cache
from operator import itemgetter

from wakeyscan.core.typing import NamedTuple
from wakeyscan.fixers.fixer import Edit, NotFixable, Source
from wakeyscan.fixers.python_tree import PythonTree, parse_tree

_IMPORTS = (ast.Import, ast.ImportFrom)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Environment(NamedTuple):
    """How a file names the environment."""

    name: str
    """The expression of the mapping, such as `os.environ`."""
    edits: tuple[Edit, ...] = ()
    """The import, if the file lacks it."""

    def format_lookup(self, variable: str, quote: str) -> bytes:
        """Return the look-up of a variable."""
        return f"{self.name}[{quote}{variable}{quote}]".encode()


def find_environment(tree: PythonTree, source: Source, offset: int) -> Environment:
    """Return how code at an offset reads the environment; raise `NotFixable`."""
    uses = _list_uses(tree.content)
    if uses.name and uses.start <= offset:
        _refuse_other_uses(uses, uses.name.partition(".")[0], offset)
        return Environment(uses.name)
    _refuse_other_uses(uses, "os", offset)
    return Environment("os.environ", (_build_import(tree.content, source.newline),))


class _Uses(NamedTuple):
    """What a file imports, and the names that it binds."""

    name: str
    """The environment, as the first import of it names it."""
    start: int
    """The offset of that import."""
    bound: frozenset[str]
    """The names of other things than `os`."""
    late: dict[str, tuple[list[int], list[int]]]
    """By name, the outermost functions that import it: their offsets, and the last ones of such
    imports."""


def _refuse_other_uses(uses: _Uses, name: str, offset: int) -> None:
    """Raise `NotFixable` if a name is not, or not yet, the module at an offset."""
    starts, ends = uses.late.get(name, ([], []))
    function = bisect_right(starts, offset) - 1
    if name in uses.bound or (function >= 0 and offset < ends[function]):
        raise NotFixable(f"the file uses the name `{name}` for something else")


@lru_cache(maxsize=1)  # for all leaks of a file
def _list_uses(content: bytes) -> _Uses:
    tree = _parse(content)
    nodes = [*tree.parents]
    bound = frozenset(name for node in nodes for name in _list_bound(node))
    imports = ((_find_name(one), tree.span(one)[0]) for one in tree.module.body)
    name, start = next(filter(itemgetter(0), imports), ("", 0))
    return _Uses(name, start, bound, _map_late(tree, nodes))


def _map_late(tree: PythonTree, nodes: list[ast.AST]) -> dict[str, tuple[list[int], list[int]]]:
    """Return the imports in functions: before one of them, its name has no value there."""
    ends: dict[str, dict[int, int]] = {}
    for node in nodes:
        function = _find_function(tree, node) if isinstance(node, _IMPORTS) else None
        if isinstance(node, _IMPORTS) and function is not None:
            start, at = tree.span(function)[0], tree.span(node)[0]
            for alias in node.names:
                found = ends.setdefault(alias.asname or alias.name.partition(".")[0], {})
                found[start] = max(at, found.get(start, 0))
    return {
        name: (sorted(found), [found[at] for at in sorted(found)]) for name, found in ends.items()
    }


def _find_function(tree: PythonTree, node: ast.AST) -> ast.stmt | None:
    """Return the outermost function around a node."""
    outermost, parent = None, tree.parents.get(node)
    while parent is not None:
        outermost = parent if isinstance(parent, _FUNCTIONS) else outermost
        parent = tree.parents.get(parent)
    return outermost


def _parse(content: bytes) -> PythonTree:
    """Return the tree of a file that is valid."""
    tree = parse_tree(content)
    if tree is None:
        raise NotFixable("the file is not valid in the Python that runs wakeyscan")
    return tree


def _find_name(statement: ast.stmt) -> str:
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            if alias.name == "os" or (alias.name.startswith("os.") and not alias.asname):
                return f"{alias.asname or 'os'}.environ"
    if isinstance(statement, ast.ImportFrom) and statement.module == "os":
        for alias in statement.names:
            if alias.name == "environ":
                return alias.asname or alias.name
    return ""


def _list_bound(node: ast.AST) -> list[str]:
    """Return the names that a node binds or deletes, unless it binds them to a part of `os`."""
    if isinstance(node, ast.Name):
        return [] if isinstance(node.ctx, ast.Load) else [node.id]
    if isinstance(node, ast.ImportFrom):
        return [one.asname or one.name for one in node.names if node.module != "os"]
    if isinstance(node, ast.Import):
        return [one.asname for one in node.names if one.asname and one.name != "os"]
    if isinstance(node, ast.arg):
        return [node.arg]
    name = getattr(node, "name", "")
    return [name] if isinstance(name, str) and not isinstance(node, ast.alias) else []


@lru_cache(maxsize=1)  # for all leaks of a file
def _build_import(content: bytes, newline: bytes) -> Edit:
    """Return the edit that adds `import os`: among the first imports, else before the code."""
    tree = _parse(content)
    body = _skip_head(tree.module.body)
    first = body[0]
    at = _find_start(tree, first)
    if not isinstance(first, _IMPORTS):
        if at != _find_line(tree, at):  # on the line of another statement
            return Edit(at, at, b"import os; ")
        return Edit(at, at, b"import os" + newline * 2)
    for statement in body:
        if not isinstance(statement, ast.Import) or statement.names[0].name > "os":
            break
        if tree.span(statement)[0] != _find_line(tree, tree.span(statement)[0]):
            break
        at = _find_next_line(tree, tree.span(statement)[1])
    at = _find_line(tree, at)
    return Edit(at, at, b"import os" + newline)


def _skip_head(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return the statements after the documentation string and imports from `__future__`."""
    for number, statement in enumerate(body):
        is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        is_future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        if not is_future and not (is_text and number == 0):
            return body[number:]
    raise NotFixable("there is no place for an import")


def _find_start(tree: PythonTree, statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", [])
    starts = [_find_line(tree, tree.span(one)[0]) for one in decorators]
    return min([tree.span(statement)[0], *starts])


def _find_line(tree: PythonTree, offset: int) -> int:
    return tree.lines[bisect_right(tree.lines, offset) - 1]


def _find_next_line(tree: PythonTree, offset: int) -> int:
    """Return the start of the line after an offset; the last line may have no end."""
    number = bisect_right(tree.lines, offset)
    return tree.lines[number] if number < len(tree.lines) else offset

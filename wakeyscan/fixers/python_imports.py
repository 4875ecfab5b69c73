"""The import of `os` that a look-up in Python needs."""

from __future__ import annotations

import ast
from functools import lru_cache

from wakeyscan.core.typing import NamedTuple
from wakeyscan.fixers.fixer import Edit, NotFixable, Source
from wakeyscan.fixers.python_tree import PythonTree

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
    for statement in tree.module.body:
        if tree.span(statement)[0] > offset:
            break
        if name := _find_name(statement):
            _refuse_other_uses(tree, name.partition(".")[0], offset)
            return Environment(name)
    _refuse_other_uses(tree, "os", offset)
    return Environment("os.environ", (_build_import(tree, source),))


def _refuse_other_uses(tree: PythonTree, name: str, offset: int) -> None:
    """Raise `NotFixable` if a name is not, or not yet, the module at an offset."""
    functions, bound = _list_names(tree.module)
    if name in bound or any(_imports_later(tree, node, name, offset) for node in functions):
        raise NotFixable(f"the file uses the name `{name}` for something else")


@lru_cache(maxsize=1)  # for all leaks of a file
def _list_names(module: ast.Module) -> tuple[tuple[ast.stmt, ...], frozenset[str]]:
    """Return the functions of a module, and the names that are bound to other things than `os`."""
    nodes = [*ast.walk(module)]
    functions = tuple(node for node in nodes if isinstance(node, _FUNCTIONS))
    return functions, frozenset(name for node in nodes for name in _list_bound(node))


def _imports_later(tree: PythonTree, function: ast.stmt, name: str, offset: int) -> bool:
    """Return whether a function around an offset imports the name itself after it."""
    start, end = tree.span(function)
    return start <= offset < end and any(
        isinstance(node, _IMPORTS)
        and tree.span(node)[0] > offset
        and any((alias.asname or alias.name.partition(".")[0]) == name for alias in node.names)
        for node in ast.walk(function)
    )


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
    """Return the names that a node binds, unless it binds them to `os` or a part of it."""
    if isinstance(node, ast.Name):
        return [node.id] if isinstance(node.ctx, ast.Store) else []
    if isinstance(node, ast.ImportFrom):
        return [one.asname or one.name for one in node.names if node.module != "os"]
    if isinstance(node, ast.Import):
        return [one.asname for one in node.names if one.asname and one.name != "os"]
    if isinstance(node, ast.arg):
        return [node.arg]
    name = getattr(node, "name", "")
    return [name] if isinstance(name, str) and not isinstance(node, ast.alias) else []


def _build_import(tree: PythonTree, source: Source) -> Edit:
    """Return the edit that adds `import os`: among the first imports, else before the code."""
    newline = source.newline
    body = _skip_head(tree.module.body)
    first = body[0]
    at = _find_start(tree, first)
    if not isinstance(first, _IMPORTS):
        if at != _find_line(source.content, at):  # on the line of another statement
            return Edit(at, at, b"import os; ")
        return Edit(at, at, b"import os" + newline * 2)
    for statement in body:
        if not isinstance(statement, ast.Import) or statement.names[0].name > "os":
            break
        if tree.span(statement)[0] != _find_line(source.content, tree.span(statement)[0]):
            break
        at = _find_next_line(source.content, tree.span(statement)[1])
    at = _find_line(source.content, at)
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
    starts = [_find_line(tree.content, tree.span(one)[0]) for one in decorators]
    return min([tree.span(statement)[0], *starts])


def _find_line(content: bytes, offset: int) -> int:
    return max(content.rfind(b"\n", 0, offset), content.rfind(b"\r", 0, offset)) + 1


def _find_next_line(content: bytes, offset: int) -> int:
    """Return the start of the line after an offset; the last line may have no end."""
    ends = [at for at in (content.find(b"\n", offset), content.find(b"\r", offset)) if at >= 0]
    if not ends:
        return offset
    at = min(ends)
    return at + (2 if content.startswith(b"\r\n", at) else 1)

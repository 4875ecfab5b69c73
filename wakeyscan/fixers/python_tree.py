"""The syntax tree of a Python file: its strings, their places, and what may replace them."""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache
from itertools import accumulate
from types import MappingProxyType

from wakeyscan.core.typing import NamedTuple

_STRINGS = (ast.Constant, ast.JoinedStr)
_STRING_TYPES = (str, bytes)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")

_SAFE_PARENTS = (
    *(ast.Assign, ast.AnnAssign, ast.Return, ast.Call, ast.keyword, ast.Dict, ast.List, ast.Tuple),
    *(ast.Set, ast.arguments, ast.Expr, ast.NamedExpr),
)
"""Parents in which a sum of strings needs no parentheses."""


class Default(NamedTuple):
    """The default of a look-up."""

    variable: str
    span: tuple[int, int]
    """The offsets of the whole look-up; those of `, default=…` if it is not of the environment."""
    is_environment: bool


class PythonTree(NamedTuple):
    """A parsed file."""

    content: bytes
    module: ast.Module
    parents: dict[ast.AST, ast.AST]
    lines: tuple[int, ...]
    """Offset of each line."""
    strings: tuple[ast.expr, ...] = ()
    """By their start, the outer ones first."""
    reached: tuple[int, ...] = ()
    """Offset after a string and all strings before it."""
    sums: Mapping[ast.AST, ast.expr] = MappingProxyType({})
    """The chain of `+` around each sum."""

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Return the offsets of a node; `ast` counts columns in bytes of UTF-8."""
        start = self.lines[node.lineno - 1] + node.col_offset
        return start, self.lines[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)

    def find_string(self, offset: int) -> ast.expr | None:
        """Return the outermost string around an offset."""
        at = bisect_right(self.reached, offset)
        found = self.strings[at : at + 1]
        return found[0] if found and self.span(found[0])[0] <= offset else None

    def is_string(self, node: ast.AST) -> bool:
        """Return whether a node is a string or bytes, also with replacement fields."""
        if isinstance(node, ast.Constant):
            return isinstance(node.value, _STRING_TYPES) and not isinstance(
                self.parents.get(node), ast.JoinedStr
            )
        return isinstance(node, ast.JoinedStr)

    def is_documentation(self, node: ast.expr) -> bool:
        """Return whether a string is a complete statement."""
        return isinstance(self.parents.get(node), ast.Expr)

    def find_sum(self, node: ast.expr) -> ast.expr:
        """Return the chain of `+` around a string, or the string."""
        parent = self.parents.get(node)
        return self.sums.get(parent, node) if parent else node

    def list_operands(self, node: ast.expr) -> list[ast.expr]:
        """Return the operands of a chain of `+`."""
        operands, pending = [], [node]
        while pending:
            one = pending.pop()
            if isinstance(one, ast.BinOp) and _is_sum(one):
                pending += one.right, one.left
            else:
                operands.append(one)
        return operands

    def is_operand_safe(self, node: ast.expr) -> bool:
        """Return whether a sum may replace a string without parentheses."""
        parent = self.parents.get(node)
        if isinstance(parent, ast.Call):
            return node is not parent.func
        return isinstance(parent, _SAFE_PARENTS) or _is_sum(parent)

    def find_refusal(self, node: ast.expr) -> str:
        """Return why no look-up may replace a string; empty if it may."""
        child: ast.AST = self.find_sum(node)
        while (parent := self.parents.get(child)) is not None and not isinstance(child, ast.stmt):
            if isinstance(parent, ast.pattern):
                return "a pattern of `match` must be a constant; compare with the variable"
            if child in (getattr(parent, "annotation", None), getattr(parent, "returns", None)):
                return "it is in a type annotation"
            if isinstance(parent, ast.Subscript) and _is_literal_type(parent, child):
                return "it is in a type"
            child = parent
        return ""

    def find_default(self, node: ast.expr) -> Default | None:
        """Return the look-up whose default is this string.

        The default is an argument, or the right side of `or`.
        """
        parent = self.parents.get(node)
        if isinstance(parent, ast.keyword) and parent.arg == "default":
            parent = self.parents.get(parent)
        if isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.Or):
            is_pair = len(parent.values) == 2 and parent.values[1] is node
            variable = _read_lookup(parent.values[0]) if is_pair else ""
        else:
            variable = _read_lookup(parent) if not _is_first_argument(parent, node) else ""
        if variable and isinstance(parent, ast.expr):
            return Default(variable, self.span(parent), True)
        return self._find_foreign_default(node)

    def _find_foreign_default(self, node: ast.expr) -> Default | None:
        """Return the default of a call such as `config("NAME", default="…")`.

        Such a function may read a file, so no look-up of the environment may be in its arguments.
        """
        keyword = self.parents.get(node)
        if not isinstance(keyword, ast.keyword) or keyword.arg != "default":
            return None
        call = self.parents.get(keyword)
        if not isinstance(call, ast.Call) or not call.args:
            return None
        name = call.args[0]
        if not isinstance(name, ast.Constant) or not _VARIABLE.fullmatch(str(name.value)):
            return None
        values = [*call.args, *(one.value for one in call.keywords)]
        ends = [end for end in (self.span(one)[1] for one in values) if end < self.span(node)[0]]
        return Default(str(name.value), (max(ends), self.span(node)[1]), False)

    def find_assigned_variable(self, node: ast.expr) -> str:
        """Return the name of the environment variable that is set to a string, or an empty text."""
        parent = self.parents.get(node)
        targets = parent.targets if isinstance(parent, ast.Assign) else []
        return "".join(map(_read_lookup, targets[:1]))


def _is_sum(node: ast.AST | None) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)


def _is_literal_type(subscript: ast.Subscript, child: ast.AST) -> bool:
    """Return whether a node is in the brackets of `Literal[…]`."""
    name = getattr(subscript.value, "attr", getattr(subscript.value, "id", ""))
    return child is subscript.slice and name == "Literal"


def _is_first_argument(call: ast.AST | None, node: ast.expr) -> bool:
    return isinstance(call, ast.Call) and call.args[:1] == [node]


def _read_lookup(call: ast.AST | None) -> str:
    """Return the name of the variable that a call looks up, or an empty text."""
    if not isinstance(call, ast.Call) or not call.args or len(call.args) + len(call.keywords) > 2:
        return ""
    name = call.args[0]
    is_lookup = re.fullmatch(r"(?:os\.)?(?:environ\.get|getenv)", ast.unparse(call.func))
    if is_lookup and isinstance(name, ast.Constant) and isinstance(name.value, str):
        return name.value if name.value.isidentifier() else ""
    return ""


@lru_cache(maxsize=1)  # for all leaks of a file
def parse_tree(content: bytes) -> PythonTree | None:
    """Parse a file in UTF-8; `None` if it is not valid."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in the user's strings
            module = ast.parse(content.decode())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    starts = [found.end() for found in re.finditer(rb"\r\n|\n|\r", content)]
    return _add_strings(PythonTree(content, module, _map_parents(module), (0, *starts)))


def _map_parents(module: ast.Module) -> dict[ast.AST, ast.AST]:
    """Return the parent of each node, the outer nodes first; contexts such as `Load` have none."""
    parents: dict[ast.AST, ast.AST] = {}
    pending: list[ast.AST] = [module]
    for node in pending:  # grows
        children = [child for child in ast.iter_child_nodes(node) if child._fields]
        parents.update(dict.fromkeys(children, node))
        pending += children
    return parents


def _add_strings(tree: PythonTree) -> PythonTree:
    found = filter(tree.is_string, tree.parents)
    nodes = (node for node in found if isinstance(node, ast.expr))
    strings = sorted(nodes, key=lambda node: tree.span(node)[0])
    ends = (tree.span(node)[1] for node in strings)
    reached = tuple(accumulate(ends, max))
    return tree._replace(strings=tuple(strings), reached=reached, sums=_map_sums(tree.parents))


def _map_sums(parents: dict[ast.AST, ast.AST]) -> dict[ast.AST, ast.expr]:
    """Return the chain of `+` around each sum; a chain is as deep as it is long."""
    sums: dict[ast.AST, ast.expr] = {}
    for node, parent in parents.items():  # the outer nodes first
        if isinstance(node, ast.BinOp) and _is_sum(node):
            sums[node] = sums.get(parent, node)
    return sums

"""The string literals of an expression in Python: adjacent ones, and the operands of `+`."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

from wakeyscan.core.typing import NamedTuple
from wakeyscan.fixers.fixer import NotFixable
from wakeyscan.fixers.python_tree import PythonTree, parse_tree

OPENING = re.compile(rb"([A-Za-z]{0,3})(\"\"\"|'''|\"|')")
_GAP = re.compile(rb"(?:[ \t\f\r\n]|\\\r?\n|#[^\r\n]*)*")


class _Unreadable(Exception):
    """A string has a form that only a parser of Python reads."""


class Literal(NamedTuple):
    """One string literal; adjacent ones are one operand."""

    start: int
    end: int
    prefix: str
    """Letters before the quote, in lower case."""
    quote: bytes
    leaf: int
    """Number of its operand in a chain of `+`."""

    @property
    def low(self) -> int:
        """Offset of its content."""
        return self.start + len(self.prefix) + len(self.quote)

    @property
    def high(self) -> int:
        """Offset after its content."""
        return self.end - len(self.quote)


class Expression(NamedTuple):
    """A chain of `+`, or one string."""

    literals: tuple[Literal, ...]
    """In their order; an operand that is no string is one without quotes."""
    highs: tuple[int, ...]
    """Offset after the content of each literal."""

    def find_literal(self, offset: int) -> int | None:
        """Return the number of the literal whose content is around an offset."""
        number = bisect_right(self.highs, offset)
        found = self.literals[number : number + 1]
        return number if found and found[0].low <= offset else None

    def covers_operands(self, first: int, last: int) -> bool:
        """Return whether literals, up to the last one, are all those of their operands."""
        before = self.literals[first - 1 : first]  # nothing if it is the first of all
        after = self.literals[last + 1 : last + 2]
        leaves = self.literals[first].leaf, self.literals[last].leaf
        return all(one.leaf not in leaves for one in before + after)


def read_expression(tree: PythonTree, node: ast.expr) -> Expression:
    """Return the literals of the expression of a string; raise `NotFixable`."""
    expression = _read_expression(tree.content, tree.find_sum(node))
    if expression is None:
        raise NotFixable("a string in its expression cannot be read")
    return expression


@lru_cache(maxsize=1)  # for all leaks of an expression
def _read_expression(content: bytes, node: ast.expr) -> Expression | None:
    tree = parse_tree(content)
    with suppress(_Unreadable):
        literals = tuple(_list_literals(tree, node)) if tree else ()
        return Expression(literals, tuple(one.high for one in literals))
    return None


def _list_literals(tree: PythonTree, node: ast.expr) -> Iterator[Literal]:
    """Yield the string literals of an expression; other operands are gaps."""
    for number, leaf in enumerate(tree.list_operands(node)):
        if not tree.is_string(leaf):
            yield Literal(*tree.span(leaf), "", b"", number)
            continue
        at, end = tree.span(leaf)
        while at < end:
            found = OPENING.match(tree.content, at)
            if not found:
                raise _Unreadable
            close = _find_close(tree.content, found.end(), found[2], end)
            yield Literal(at, close, found[1].decode().lower(), found[2], number)
            gap = _GAP.match(tree.content, close, end)
            at = gap.end() if gap else close


def _find_close(content: bytes, at: int, quote: bytes, end: int) -> int:
    """Return the offset after the closing quote of a string; a backslash hides a quote."""
    for found in re.compile(rb"(?s)\\.|" + quote).finditer(content, at, end):
        if found[0] == quote:
            return found.end()
    raise _Unreadable

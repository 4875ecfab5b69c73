"""Fixer for Python, on the positions of its syntax tree (`ast`): `os.environ["NAME"]`."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import accumulate, islice, pairwise

from wakeyscan.fixers import python_imports, python_literals
from wakeyscan.fixers.fixer import (
    Edit,
    Fix,
    Leak,
    NotFixable,
    Source,
    check_name,
    find_extent,
    replace_in_prose,
    separate_words,
    split_literal,
)
from wakeyscan.fixers.python_literals import Expression, Literal, read_expression
from wakeyscan.fixers.python_tree import Default, PythonTree, parse_tree


def parses(content: bytes) -> bool:
    """Return whether this Python can parse a content."""
    return parse_tree(content) is not None


def build_fix(source: Source, leak: Leak) -> Fix:
    """Return the edits that replace a key by a look-up, with the import that it needs."""
    tree = parse_tree(source.content)
    if tree is None:
        raise NotFixable("the file is not valid in the Python that runs wakeyscan")
    node = tree.find_string(leak.start)
    if node is None:
        return _fix_comment(tree, leak)
    if tree.is_documentation(node):
        return replace_in_prose(leak)
    if reason := tree.find_refusal(node):
        raise NotFixable(reason)
    if _is_whole(node, leak) and (default := tree.find_default(node)):
        return _drop_default(source, tree, node, default, leak)
    environment = python_imports.find_environment(tree, source, leak.start)
    edit = separate_words(source.content, _replace_literals(tree, node, leak, environment))
    return Fix((edit, *environment.edits), own_name=tree.find_assigned_variable(node))


def _drop_default(
    source: Source, tree: PythonTree, node: ast.expr, default: Default, leak: Leak
) -> Fix:
    """Return the fix for the default of a look-up: its variable must be set."""
    check_name(leak, default.variable)
    if not default.is_environment:
        return Fix((Edit(*default.span, b""),), own_name=default.variable)
    environment = python_imports.find_environment(tree, source, leak.start)
    quote = "'" if _uses_single(source, node, tree) else '"'
    edit = Edit(*default.span, environment.format_lookup(default.variable, quote))
    edits = (separate_words(source.content, edit), *environment.edits)
    return Fix(edits, own_name=default.variable)


def _is_whole(node: ast.expr, leak: Leak) -> bool:
    """Return whether a string is the secret, and nothing else; other text would be lost."""
    value = getattr(node, "value", None)
    text = value.encode() if isinstance(value, str) else value
    return isinstance(text, bytes) and leak.is_text(text)


def _uses_single(source: Source, node: ast.expr, tree: PythonTree) -> bool:
    start = tree.span(node)[0]
    found = python_literals.OPENING.match(source.content, start)
    return bool(found and found[2] == b"'")


def _fix_comment(tree: PythonTree, leak: Leak) -> Fix:
    """Fix a leak in a comment; raise `NotFixable` if it is anywhere else."""
    line = bisect_right(tree.lines, leak.start)
    column = len(tree.content[tree.lines[line - 1] : leak.start].decode())
    if _map_comments(tree.content).get(line, column + 1) > column:
        raise NotFixable("it is not in a string")
    return replace_in_prose(leak)


@lru_cache(maxsize=1)  # for all leaks of a file
def _map_comments(content: bytes) -> dict[int, int]:
    """Return the column of the comment of each line that has one."""
    columns = {}
    with io.StringIO(content.decode(), newline=None) as text, suppress(tokenize.TokenError):
        for token in tokenize.generate_tokens(text.readline):
            if token.type == tokenize.COMMENT:
                columns[token.start[0]] = token.start[1]
    return columns


def _replace_literals(
    tree: PythonTree, node: ast.expr, leak: Leak, environment: python_imports.Environment
) -> Edit:
    content, expression = tree.content, read_expression(tree, node)
    first = expression.find_literal(leak.start)
    if first is None:
        raise NotFixable("it is not in the text of a string")
    count, end = _find_end(content, expression, first, leak)
    used = expression.literals[first : first + count + 1]
    _check_literals(content, used, leak)
    prefix, suffix = content[used[0].low : leak.start], content[end : used[-1].high]
    is_complete = expression.covers_operands(first, first + count)
    if "b" in used[0].prefix:
        lookup = environment.format_lookup(leak.variable, used[0].quote[:1].decode())
        texts = prefix, lookup + b".encode()", suffix
        return _replace_bytes(tree.is_operand_safe(node), used, texts, is_complete)
    if "f" in used[0].prefix and not count and (prefix or suffix):
        return Edit(leak.start, end, _format_hole(used[0], environment, leak.variable))
    if not prefix and not suffix and is_complete:
        text = environment.format_lookup(leak.variable, used[0].quote[:1].decode())
    else:
        text = _format_f_string(used, prefix, suffix, environment, leak.variable)
    return Edit(used[0].start, used[-1].end, text)


def _find_end(content: bytes, expression: Expression, first: int, leak: Leak) -> tuple[int, int]:
    """Return how many literals after the first one a leak reaches, and where it ends."""
    if not leak.is_split:
        return 0, leak.end
    literals = islice(expression.literals, first, None)
    parts = (content[one.low : one.high] for one in literals)
    low = expression.literals[first].low
    count, end = find_extent(parts, leak.start - low, leak)
    return count, expression.literals[first + count].low + end


def _check_literals(content: bytes, used: Sequence[Literal], leak: Leak) -> None:
    """Raise `NotFixable` if the pieces are not plain parts of strings."""
    if any(not literal.quote for literal in used):
        raise NotFixable("its pieces are not the parts of one expression")
    if len({"b" in literal.prefix for literal in used}) > 1:
        raise NotFixable("its pieces are text and bytes")
    if any(b"#" in content[a.end : b.start] for a, b in pairwise(used)):
        raise NotFixable("there is a comment between its pieces; join them first")
    for literal in used:
        if {"f", "t"} & set(literal.prefix) and _is_in_field(content, literal, leak.start):
            raise NotFixable("it is inside the {} of an f-string; assign it to a name first")
        if "t" in literal.prefix:
            raise NotFixable("it is in a template string, which other code interprets")


def _is_in_field(content: bytes, literal: Literal, at: int) -> bool:
    braces = _list_braces(content, literal.low, literal.high)
    number = bisect_left(braces, (at,))
    return number > 0 and braces[number - 1][1] > 0


@lru_cache(maxsize=1)  # for all leaks of a string
def _list_braces(content: bytes, low: int, high: int) -> tuple[tuple[int, int], ...]:
    """Return the offset of each single brace of a string, and how many are open after it."""
    found = re.compile(rb"\{\{|\}\}|[{}]").finditer(content, low, high)
    steps = [(one.start(), {b"{": 1, b"}": -1}.get(one[0], 0)) for one in found]
    depths = accumulate(step for _, step in steps)
    return tuple((start, depth) for (start, _), depth in zip(steps, depths, strict=True))


def _format_hole(literal: Literal, environment: python_imports.Environment, variable: str) -> bytes:
    """Return the replacement field of a look-up, whose quotes differ from those around it."""
    inner = '"' if literal.quote[:1] == b"'" else "'"
    return b"{" + environment.format_lookup(variable, inner) + b"}"


def _format_f_string(
    used: Sequence[Literal],
    prefix: bytes,
    suffix: bytes,
    environment: python_imports.Environment,
    variable: str,
) -> bytes:
    """Return an f-string with the text around a key."""
    first, last = used[0], used[-1]
    lookup = _format_hole(first, environment, variable)
    raw = "r" if "r" in first.prefix else ""
    is_one = (first.prefix, first.quote) == (last.prefix, last.quote)
    before, after = _double_braces(prefix, first), _double_braces(suffix, last)
    text = raw.encode() + b"f" + first.quote + before + lookup + (after if is_one else b"")
    text += first.quote
    if not is_one and suffix:
        text += b" " + last.prefix.encode() + last.quote + suffix + last.quote
    return text


def _double_braces(text: bytes, literal: Literal) -> bytes:
    if "f" in literal.prefix:
        return text
    text = re.sub(rb"(?<!\\)\\N\{([^}]*)\}", rb"\\N\0\1\1\0", text)  # \N{NAME} keeps its braces
    if b"\0" in text:
        raise NotFixable("the string has a named character; write the character itself")
    return text.replace(b"{", b"{{").replace(b"}", b"}}")


def _replace_bytes(
    is_operand_safe: bool,
    used: Sequence[Literal],
    texts: tuple[bytes, bytes, bytes],
    is_complete: bool,
) -> Edit:
    """Return the edit for bytes, which have no f-strings; `texts` has the look-up in the middle."""
    prefix, lookup, suffix = texts
    first, last = used[0], used[-1]
    before = first.prefix.encode() + first.quote + prefix + first.quote
    after = last.prefix.encode() + last.quote + suffix + last.quote
    parts = [before] * bool(prefix) + [lookup] + [after] * bool(suffix)
    if not is_complete and len(parts) + len(used) > 1 and first.leaf == last.leaf:
        raise NotFixable("it is a part of adjacent literals of bytes; join them first")
    if is_operand_safe and len(used) == 1:
        opening = first.prefix.encode() + first.quote
        return split_literal((first.start, first.end), texts, (opening, first.quote), b" + ")
    text = b" + ".join(parts)
    is_operand = len(parts) == 1 or is_operand_safe
    return Edit(first.start, last.end, text if is_operand else b"(" + text + b")")

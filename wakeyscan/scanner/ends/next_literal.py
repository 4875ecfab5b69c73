"""Literals that look like the rest of a secret, and that a program may join with it.

Languages join literals in more ways than `literals` knows: by methods of builders, by functions, by
operators, in lists. So a literal that no person has named, and that is no word, opens the end if it
follows an operator, the same call as the one before the secret, or a word such as `join`.
"""

from __future__ import annotations

import re

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.ends import file_kinds
from wakeyscan.scanner.ends.text_end import Rest, TextEnd
from wakeyscan.scanner.ends.words import is_name, may_be_rest

_CLOSINGS = b"\"'`)]}\\"
_NEXT = lazy_pattern(
    rb"""(?x) \\*["'`)\]}]{1,3} (?: , \s? end \s? = \s? (?: "" | '' ) )?
    (?P<between> [^"'`:]{1,80}? )
    (?: \\*["'`] \(? | \[\[ | %[qQ][(\[{] ) (?P<text>
      (?: [A-Za-z0-9_-] | (?: % | \\+x | \\+u00 ) [0-9A-Fa-f]{2} | \\+[0-7]{3}
        | &\#x?[0-9A-Fa-f]{2,3}; ){1,120} ) (?P<escape> \\+ [nr0] ){0,2}
    (?: \)? \\*["'`] | \]\] | [)\]}] ) (?! \s*[:=] )"""
)
"""The end of a literal, and the next literal, if it has only letters of keys and escapes."""
_NAMED = lazy_pattern(rb"(?<![-+.|~&*.])=")
"""Another name or key, and not an operator that appends."""
_WORD = lazy_pattern(rb"[A-Za-z_]\w+")
_CALLEE = lazy_pattern(rb"([A-Za-z_]\w+)[\s(\[]*(?:[\"'`][\w-]{1,128}[\"'`],\s{0,8}){0,8}[\"'`]*\Z")
"""The name of a call or a directive, up to one of its first arguments."""
_SECOND_ARGUMENT = lazy_pattern(rb"\(\s*[\"'`][^\"'`\r\n]{1,80}[\"'`],\s{0,8}[\"'`][\w -]{0,20}\Z")
_JOINS = lazy_pattern(
    rb"(?i)append|(?:\A|\.)asci[iz]\b|build|\bcat[stx]\b|concat|echo|format|implode|join|memcpy"
    rb"|mkstring|paste|print|replace|reversed|str(?:ing)?\b|str[nl]?cat|str_c\b|write|<<"
    rb"|%s%s|[%$][0-9][%$][0-9]|\{\w?\}\{\w?\}|\) ?=> ?\w+ ?\+"
    rb"|\((?P<one>\$?\w+), ?(?P<two>\$?\w+)\) = \(?[\"']\n"
    rb"(?s:.{0,200}?)(?P=one) ?[+.&~<>|]{1,2} ?(?P=two)"
)
"""A word in the names of functions that join texts, two places of a template, a sum of two names.

A line feed stands for the literals.
"""
_OPERATORS = lazy_pattern(
    rb"\s*[A-Za-z]{1,2}\Z|[\s.]*[+.&|~<>*^/\\(){}\[\]%][\s+.&|~<>*^/\\(){}\[\]%A-Za-z]{0,3}\s*\Z"
)
_COMMANDS = lazy_pattern(rb"\b(?:append|format|printf|join|string cat)\b[^\r\n]*\Z")
_SUBSTITUTES = lazy_pattern(rb"\bg?sub\([^\r\n]*\Z")
_REMOVES = lazy_pattern(
    rb"(?:[\"'`]\)?\.(?:g?sub|replace|split|strip)|[\"']? ?\| ?(?:sed|tr)"
    rb"|\)[\s;]{1,8}IFS=)(?!\w)"
)
"""A call or a command that may remove the separator within a literal, or of a list."""
_FILTER = lazy_pattern(rb"\|\s?join\b")
"""A filter of a template that joins a list."""
_MATRIX = lazy_pattern(rb"(?<!const )(?<!let )(?<!var )\b\w+ ?= ?\[[\"']\Z")
_MATRIX_END = lazy_pattern(rb"[^\]\r\n]{0,240}\];")
"""An assignment of MATLAB, which joins the literals of a list."""
_FUNCTION = lazy_pattern(rb"Fn::Join|!Join|!Sub")
"""Functions of CloudFormation, whose lists may be blocks of YAML."""
_PRINTF = lazy_pattern(rb"\bprintf[ \t][^\r\n;]*\Z")
_JOINS_BY_SEPARATOR = {b",": _JOINS, b" ": _COMMANDS, b"\n": _FUNCTION, b";": _PRINTF}
_NEXT_WORD = lazy_pattern(
    rb"(?:,?[ \t]*(?:\+ )?|\n[ \t]*-[ \t]+|;[ \t]*printf[ \t]+(?:[\"']?%s[\"']?[ \t]+)?[\"']?)"
    rb"([A-Za-z0-9_-]{1,120})(?=[\s,;|)\]}\"'`]|\Z)"
)
_SEPARATORS = lazy_pattern(rb"[,;]|\n[ \t]*-[ \t]")
_JOIN_BEFORE, _JOIN_AFTER = 60, 240
"""Bytes on either side of a list in which a word says that it is joined."""


def find_next_literal(end: TextEnd) -> Rest | None:
    """Return the literal after the one of a secret if it may be the rest of the secret."""
    if not end.after or end.after[:1] not in _CLOSINGS:
        return _find_next_word(end)
    found = _NEXT.match(end.after)
    if not found or not _may_be_rest(found) or not _is_joined(found["between"], end):
        return None
    return Rest(found["text"], *found.span("text"))


def _may_be_rest(literal: re.Match[bytes]) -> bool:
    """Return whether a literal may be the rest; a line of a log is often one word."""
    text = literal["text"]
    return may_be_rest(text) and not (literal["escape"] and is_name(text))


def _find_next_word(end: TextEnd) -> Rest | None:
    """Return the word after one without quotes, in a list or among the arguments of printf."""
    joins = _JOINS_BY_SEPARATOR.get(end.after[:1])
    found = _NEXT_WORD.match(end.after) if joins else None
    if not joins or not found or not may_be_rest(found[1]):
        return None
    before, after = end.before[-_JOIN_BEFORE:], end.after[found.end() :][:_JOIN_AFTER]
    is_joined = (
        joins.search(before)
        or _SUBSTITUTES.search(before)
        or _REMOVES.match(after)
        or end.after.startswith(b" + ")
        or (end.after.startswith(b"\n") and _FILTER.search(after))
    )
    return Rest(found[1], *found.span(1)) if is_joined else None


def _is_joined(between: bytes, end: TextEnd) -> bool:
    if between.isspace() or b"||" in between or _NAMED.search(between):
        return False
    if words := _WORD.findall(between):
        callee = _CALLEE.search(end.line)
        if callee and words[-1] == callee[1]:
            return b"," not in callee[0]
        if b"(" in between and _SECOND_ARGUMENT.search(end.line):
            return False  # of the next call, the literal is the first argument
        return any(map(_JOINS.search, words))
    if _SEPARATORS.search(between):
        around = end.before[-_JOIN_BEFORE:] + b"\n" + end.after[:_JOIN_AFTER]
        return _is_matrix(end) or _JOINS.search(around) is not None
    return _OPERATORS.match(between) is not None


def _is_matrix(end: TextEnd) -> bool:
    """Return whether a list is a matrix of MATLAB, which joins its literals, maybe in a log."""
    if file_kinds.is_source_code(end.path) or not _MATRIX.search(end.line):
        return False
    return _MATRIX_END.match(end.after) is not None

"""References to variables that are concatenated with a literal: `"a" + NAME`, `"a${NAME}"`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from wakeyscan.decoders.concatenation.lists import LIST_END, LIST_START
from wakeyscan.decoders.concatenation.operators import (
    CONCATENATION_OPERATOR,
    FORMAT_OPERATOR,
    LITERAL_PREFIX,
    PLACEHOLDER,
    QUOTE,
    SPACE,
)
from wakeyscan.decoders.concatenation.variables import NAME, Variable

_MAX_VARIABLES = 8
"""Maximum number of variables followed in a row, without a literal between them."""
_MAX_OWNER = 48
_MAX_BEFORE_NAME = 160
_MAX_FORMAT = 320
"""Maximum bytes before a name that are searched for its owner, an operator, and a format string."""

_SENTENCE_END = rb"\. (?: \s{1,64} [A-Za-z_] | [A-Za-z_] [\w$]*+ (?! \( ) )"
"""A dot that ends a sentence or accesses a member, and does not concatenate."""
_OWNER = rb"(?: [\w$]{1,40} (?: \. | :: | -> ) ){0,3}"
_OWNER_AT_END = re.compile(rb"(?x)" + _OWNER + rb"\$?\Z")
_LAST_OWNER = re.compile(rb"([\w$]{1,40})(?:\.|::|->)\$?\Z")
_OPENING = rb"(?: \$?\{\{ | [$\#]?\{ | \\\( | \$\( ) \s{0,4}"
"""Opening of an interpolated name; a bare `$` interpolates, too."""
_CLOSING = rb"\s{0,4} [)}]{1,2}"


def _interpolated(group: bytes) -> bytes:
    return (
        rb"(?: " + _OPENING + _OWNER + rb"\$? (?P<" + group + rb"> " + NAME + rb") " + _CLOSING
        + rb" | \$ (?P<bare_" + group + rb"> [A-Za-z_]\w{0,60} ) )"
    )  # fmt: skip


_AFTER_LITERAL = re.compile(
    rb"(?x) (?: " + QUOTE + rb" (?! " + _SENTENCE_END + rb" )" + SPACE + CONCATENATION_OPERATOR
    + rb" \s{0,64} " + _OWNER + rb"\$? (?P<added> " + NAME + rb") (?! [\w$(\[.] | :: | -> )"
    rb" | \" [ \t]{1,8} (?P<macro> [A-Z] [A-Z0-9_]{1,60} ) (?! [\w$(\[.:] )"
    rb" | [\"']{0,2} " + _interpolated(b"put")
    + rb" | " + PLACEHOLDER + QUOTE + rb" \s{0,8} " + FORMAT_OPERATOR + rb" \s{0,64}"
    rb"   " + _OWNER + rb"\$? (?P<filled> " + NAME + rb") \s{0,8} (?: ,? [)\r\n;] | \Z ) )"
)  # fmt: skip
_AFTER_ADDED = re.compile(
    rb"(?x) [\"']? [)\]]? (?: " + SPACE + CONCATENATION_OPERATOR + SPACE
    + rb" | \s{0,8} [+.]= \s{0,8} \(? )"
    rb" (?: (?P<literal> " + LITERAL_PREFIX + QUOTE + rb")"
    rb" | " + _OWNER + rb"\$? (?P<name> " + NAME + rb")"
    rb" (?! [\w$(\[] | \. (?! [\"'$] ) | :: | -> ) )"
)  # fmt: skip
_AFTER_MACRO = re.compile(
    rb"(?x) \s{1,64} (?: (?P<literal> \" ) | (?P<name> [A-Z] [A-Z0-9_]{1,60} ) \b )"
)
_AFTER_INTERPOLATED = re.compile(
    rb"(?x) (?: (?= [\w-] ) | [\"']{0,2} " + _interpolated(b"put") + rb")"
)
_AFTER_SHELL_NAME = re.compile(
    rb"(?x) (?: [\"']{1,2} (?= [\w-] ) | [\"']{0,2} " + _interpolated(b"put") + rb")"
)
_AFTER_TEMPLATE_NAME = re.compile(
    rb"(?x) " + _CLOSING + rb" [\"']{0,2} (?: (?= [\w-] ) | " + _interpolated(b"put") + rb")"
)
_AFTER_BATCH_NAME = re.compile(rb"(?x) % (?= [\w-] )")
_AFTER_LISTED = re.compile(
    rb"(?x) \s{0,64} , \s{0,64} (?: (?P<literal> " + LITERAL_PREFIX + QUOTE + rb")"
    rb" | " + _OWNER + rb"(?P<name> " + NAME + rb") (?! [\w$(\[.] ) )"
)
_NOT_ADDED = re.compile(rb"(?x) [\"']? [)\]]? " + _SENTENCE_END)
_OPENING_AT_END = re.compile(rb"(?x) " + _OPENING + rb"@? " + _OWNER + rb"\Z")
_FORMAT_STRING = re.compile(
    rb"(?x) " + QUOTE + PLACEHOLDER + rb"(?P<body> [A-Za-z0-9_-]{1,256} ) " + QUOTE + rb" \s{0,8} "
    + FORMAT_OPERATOR + rb" \s{0,64}"
    rb" (?: " + LITERAL_PREFIX + QUOTE + rb" | " + _OWNER + rb"\$? ) \Z"
)  # fmt: skip
_AFTER_ARGUMENT = re.compile(rb"(?x) (?: " + QUOTE + rb" )? \s{0,8} (?: ,? [)\]\r\n;] | \Z )")

_NEXT_PATTERNS = {
    "added": _AFTER_ADDED,
    "macro": _AFTER_MACRO,
    "put": _AFTER_INTERPOLATED,
    "bare_put": _AFTER_SHELL_NAME,
}
"""Patterns after a variable, by the group of `_AFTER_LITERAL` that matched it."""


class Continuation(NamedTuple):
    """What continues a literal or a variable: variables, then perhaps a literal."""

    variables: tuple[Variable, ...]
    literal_start: int | None
    """Start of the literal's text."""


def find_continuation(content: bytes, end: int) -> Continuation:
    """Return the variables that are concatenated with the literal that ends at `end`."""
    found = _AFTER_LITERAL.match(content, end)
    if not found:
        return Continuation((), None)
    return _follow_variables(found, _NEXT_PATTERNS.get(found.lastgroup or ""))


def _follow_variables(
    found: re.Match[bytes], next_pattern: re.Pattern[bytes] | None
) -> Continuation:
    variables: list[Variable] = []
    match: re.Match[bytes] | None = found
    while match and (variable := _parse_variable(match)) and len(variables) < _MAX_VARIABLES:
        variables.append(variable)
        match = next_pattern.match(match.string, match.end()) if next_pattern else None
    return Continuation(tuple(variables), match.end() if match else None)


def _parse_variable(found: re.Match[bytes]) -> Variable | None:
    """Return the variable that a pattern matched; nothing if it matched a literal."""
    group = found.lastgroup
    if group in (None, "literal"):
        return None
    before = found.string[max(0, found.start(group) - _MAX_OWNER) : found.start(group)]
    owner = _LAST_OWNER.search(before)
    is_expanded = group in ("put", "bare_put") and b"$" in found[0]
    return Variable(found[group], owner[1] if owner else b"", is_expanded)


def find_format_rest(window: bytes, start: int, end: int) -> int | None:
    """Return the start of the text after the placeholder that `start:end` fills.

    The placeholder must start its format string.
    """
    low = max(0, start - _MAX_FORMAT)
    found = _FORMAT_STRING.search(window[low:start])
    return low + found.start("body") if found and _AFTER_ARGUMENT.match(window, end) else None


def find_references(window: bytes, name: bytes) -> Iterator[Continuation]:
    """Yield what is concatenated with the value of `name`, wherever it is used."""
    escaped = re.escape(name)
    reference = rb"(?<![\w$])(?:\$%b(?!\w)|%b(?![\w$]))" % (escaped, escaped)
    for use in re.finditer(reference, window):
        if (rest := find_format_rest(window, *use.span())) is not None:
            yield Continuation((), rest)
            continue
        for pattern in _list_next_patterns(use):
            if found := pattern.match(window, use.end()):
                is_template = pattern is _AFTER_TEMPLATE_NAME
                yield _follow_variables(found, _AFTER_INTERPOLATED if is_template else pattern)
                break


def _list_next_patterns(use: re.Match[bytes]) -> Iterator[re.Pattern[bytes]]:
    """Yield the patterns that may continue a reference, depending on the text before it."""
    before = use.string[max(0, use.start() - _MAX_BEFORE_NAME) : use.start()]
    if _OPENING_AT_END.search(before):
        yield _AFTER_TEMPLATE_NAME
        return
    is_script = use[0].startswith(b"$") or before.endswith((b"->", b"::"))
    if is_script or not _NOT_ADDED.match(use.string, use.end()):
        yield _AFTER_ADDED
    if use[0].startswith(b"$"):
        yield _AFTER_SHELL_NAME
    elif before.endswith(b"%"):
        yield _AFTER_BATCH_NAME
    elif b"#define " + use[0] in use.string:
        yield _AFTER_MACRO
    if LIST_START.search(_OWNER_AT_END.sub(b"", before)) or LIST_END.search(use.string, use.end()):
        yield _AFTER_LISTED

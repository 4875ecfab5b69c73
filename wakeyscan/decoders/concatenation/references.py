"""References to variables that are concatenated with a literal: `"a" + NAME`, `"a${NAME}"`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.decoders.concatenation.items import OWNER, OWNER_BACKWARDS, find_rest
from wakeyscan.decoders.concatenation.operators import (
    CONCATENATION_OPERATOR,
    FORMAT_OPERATOR,
    LITERAL_PREFIX,
    PLACEHOLDER,
    QUOTE,
    SPACE,
)
from wakeyscan.decoders.concatenation.variables import NAME, Variable
from wakeyscan.decoders.concatenation.words import WORD_CHARACTERS

if TYPE_CHECKING:
    from wakeyscan.decoders.concatenation.source import SourceText
    from wakeyscan.decoders.decoder import Span

    Part = Variable | int | Span
    """A variable, the start of the text of a literal, or a whole text."""

_MAX_OWNER = 48
_MAX_BEFORE_NAME = 160
"""Maximum bytes before a name that are searched for its owner, and an operator."""

_SENTENCE_END = rb"\. (?: \s{1,64} [A-Za-z_] | [A-Za-z_] [\w$]*+ (?! \( ) )"
"""A dot that ends a sentence or accesses a member, and does not concatenate."""
_LAST_OWNER = lazy_pattern(rb"([\w$]{1,40})(?:\.|::|->|\[[\"':]|\{)\$?\Z")
_OWNER_ENDS = (b".", b"::", b"->", b"$", b'["', b"['", b"[:", b"{")
_OPENING = rb"(?: \$?\{\{ | [$\#@]?\{ | \\\( | \$\( | <%=? | [%&@!] ) \s{0,4}"
"""Opening of an interpolated name; a bare `$` also interpolates."""
_CLOSING = rb"(?: [\"']\] )? \s{0,4} (?: [)}]{1,2} | %>? | [;@!] )"


def _interpolated(group: bytes) -> bytes:
    return (
        rb"(?: " + _OPENING + OWNER + rb"[$@]? (?P<" + group + rb"> " + NAME + rb") " + _CLOSING
        + rb" | %\( (?P<ini_" + group + rb"> " + NAME + rb") \)s"
        + rb" | \$ (?P<bare_" + group + rb"> [A-Za-z_]\w{0,60} ) )"
    )  # fmt: skip


ADDITION = (
    rb"(?: " + QUOTE + rb" (?! " + _SENTENCE_END + rb" )" + SPACE + CONCATENATION_OPERATOR
    + rb" \s{0,64} " + OWNER + rb"[$@?]? (?P<added> " + NAME + rb") (?! [\w$(\[.] | :: | -> )"
    rb" | \" [ \t]{1,8} (?! [a-z_]\w*+ [ \t]* \" ) (?P<macro> [A-Za-z_] \w{0,60}+ )"
    rb"   (?! [$(\[.:] )"
    rb" | [\"']{0,2} " + _interpolated(b"put")
    + rb" | " + PLACEHOLDER + QUOTE + rb" \s{0,8} " + FORMAT_OPERATOR + rb" \s{0,64}"
    rb"   " + OWNER + rb"[$@]? (?P<filled> " + NAME + rb") \s{0,8} (?: ,? [)\r\n;] | \Z ) )"
)  # fmt: skip
"""Pattern of a variable that is concatenated with the literal before it."""
_AFTER_LITERAL = lazy_pattern(rb"(?x) " + ADDITION)
_AFTER_ADDED = lazy_pattern(
    rb"(?x) \+= (?= [A-Za-z_-]*[0-9][A-Za-z0-9_-]* [ \t]* (?: \r?\n | \Z ) )"  # of a shell
    rb" | [\"']? [)\]]? (?: " + SPACE + CONCATENATION_OPERATOR + SPACE
    + rb" | \s{0,8} [+.]= \s{0,8} \(? )"
    rb" (?: (?P<literal> " + LITERAL_PREFIX + QUOTE + rb")"
    rb" | " + OWNER + rb"[$@?]? (?P<name> " + NAME + rb")"
    rb" (?! [\w$(\[] | \. (?! [\"'$\r\n] | \Z ) | :: | -> ) )"
)  # fmt: skip
_AFTER_WORD = lazy_pattern(
    rb"(?x) [ \t]{1,8} (?: (?P<literal> \" ) | (?P<name> " + NAME + rb" ) (?! \w | \s? [=(\[] ) )"
)
"""Another name, where a language joins words."""
_AFTER_MACRO = lazy_pattern(
    rb"(?x) \s{1,64} (?: (?P<literal> \" ) | (?P<name> [A-Z] [A-Z0-9_]{0,60} ) \b )"
)
_AFTER_INTERPOLATED = lazy_pattern(
    rb"(?x) (?: (?= [\w-] ) | [\"']{0,2} " + _interpolated(b"put") + rb")"
)
_AFTER_SHELL_NAME = lazy_pattern(
    rb"(?x) (?: [\"']{1,2} (?= [\w-] ) | [\"']{0,2} " + _interpolated(b"put") + rb")"
)
_AFTER_TEMPLATE_NAME = lazy_pattern(
    rb"(?x) " + _CLOSING + rb" [\"']{0,2} (?: (?= [\w-] ) | " + _interpolated(b"put") + rb")"
)
_AFTER_INI_NAME = lazy_pattern(rb"(?x) \)s (?: (?= [\w-] ) | " + _interpolated(b"put") + rb")")
_EXPANSION = lazy_pattern(rb"\$|\{\{|%|&")
"""A template outside of a program, whose values need no quotes."""
_NAME_CHARACTERS = WORD_CHARACTERS | {b"$"}
_NOT_ADDED = lazy_pattern(rb"(?x) [\"']? [)\]]? " + _SENTENCE_END)
_OPENING_BACKWARDS = lazy_pattern(
    rb"(?x) " + OWNER_BACKWARDS + rb" @? \s{0,4}"
    rb" (?: \{\{ | \{ | \(\\ | \(\$ | =?%< )"
)
_MARKS = (b"%", b"&", b"@", b"!")
"""Characters that open an interpolated name, and have another meaning elsewhere."""
_NEXT_PATTERNS = {
    "added": _AFTER_ADDED,
    "macro": _AFTER_MACRO,
    "put": _AFTER_INTERPOLATED,
    "ini_put": _AFTER_INTERPOLATED,
    "bare_put": _AFTER_SHELL_NAME,
}
"""Patterns after a variable, by the group of `_AFTER_LITERAL` that matched it."""


def find_continuation(content: bytes, end: int) -> Iterator[Part] | None:
    """Return the variables that are concatenated with the literal that ends at `end`, if any.

    They may end with a literal.
    """
    found = _AFTER_LITERAL.match(content, end)
    return _follow(found, _NEXT_PATTERNS.get(found.lastgroup or "")) if found else None


def _follow(found: re.Match[bytes], next_pattern: re.Pattern[bytes] | None) -> Iterator[Part]:
    """Yield a part that a pattern matched, and the parts after it."""
    match: re.Match[bytes] | None = found
    while match and (variable := _parse_variable(match)):
        yield variable
        match = next_pattern.match(match.string, match.end()) if next_pattern else None
    if match:
        yield match.end()


def _parse_variable(found: re.Match[bytes]) -> Variable | None:
    """Return the variable that a pattern matched; nothing if it matched a literal."""
    group = found.lastgroup
    if group in (None, "literal"):
        return None
    before = found.string[max(0, found.start(group) - _MAX_OWNER) : found.start(group)]
    owner = _LAST_OWNER.search(before) if before.endswith(_OWNER_ENDS) else None
    is_put = group.endswith("put") and _EXPANSION.search(found[0]) is not None
    is_expanded = is_put or b"~" in found[0]
    is_template = is_expanded and not group.startswith("bare")
    return Variable(found[group], owner[1] if owner else b"", is_expanded, is_template)


class _Use(NamedTuple):
    """A place of a name, with the dollar that expands it."""

    start: int
    end: int
    is_expanded: bool


def find_uses(source: SourceText, name: bytes) -> Iterator[tuple[int, Iterator[Part]]]:
    """Yield the offset of each use of a name, and what is concatenated with its value there."""
    is_macro = source.values.is_macro(name)
    for use in _iterate_uses(source, name):
        if (items := find_rest(source, use.start, use.end, is_bare=False)) is not None:
            yield use.start, items
            continue
        for pattern in _list_next_patterns(
            source.content, use, is_macro=is_macro, joins_words=source.joins_words
        ):
            if found := pattern.match(source.content, use.end):
                is_template = pattern in (_AFTER_TEMPLATE_NAME, _AFTER_INI_NAME)
                yield use.start, _follow(found, _AFTER_INTERPOLATED if is_template else pattern)
                break


def _iterate_uses(source: SourceText, name: bytes) -> Iterator[_Use]:
    """Yield the places of a name where it is a whole word, or follows the dollar that expands it.

    A pattern for each name would have to be compiled.
    """
    content = source.content
    for at in source.words.find(name):
        end, is_expanded = at + len(name), content[at - 1 : at] == b"$"
        start = at - is_expanded
        before, after = content[max(0, start - 1) : start], content[end : end + 1]
        follows = WORD_CHARACTERS if is_expanded else _NAME_CHARACTERS
        if before not in _NAME_CHARACTERS and after not in follows:
            yield _Use(start, end, is_expanded)


def _list_next_patterns(
    content: bytes, use: _Use, *, is_macro: bool, joins_words: bool
) -> Iterator[re.Pattern[bytes]]:
    """Yield the patterns that may continue a reference, depending on the text before it."""
    before = content[max(0, use.start - _MAX_BEFORE_NAME) : use.start]
    backwards = before[::-1]
    if _OPENING_BACKWARDS.match(backwards):
        yield _AFTER_TEMPLATE_NAME
    is_script = use.is_expanded or before.endswith((b"->", b"::"))
    if is_script or not _NOT_ADDED.match(content, use.end):
        yield _AFTER_ADDED
    if use.is_expanded:
        yield _AFTER_SHELL_NAME
    elif before.endswith(_MARKS):
        yield _AFTER_TEMPLATE_NAME
    elif before.endswith(b"%("):
        yield _AFTER_INI_NAME
    elif is_macro:
        yield _AFTER_MACRO
    elif joins_words:
        yield _AFTER_WORD

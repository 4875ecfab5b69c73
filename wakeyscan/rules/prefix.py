"""The prefix that a rule gives to its secrets, such as `sk_test_`.

It is the start of the pattern's group `secret`, up to the first element that matches many
characters. Its words are no evidence about a secret.
"""

from __future__ import annotations

import re
from functools import cache

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.rules.shapes import inline_definitions

if TYPE_CHECKING:
    from wakeyscan.rules.rule import Rule

_SECRET = lazy_pattern(r"\(\?P<secret>")
_MAX_BEFORE_ANCHOR = 16
"""Maximum number of characters before an anchor that belong to the prefix with it."""

_BLANK = lazy_pattern(r"\s+|#[^\n]*")
_CHARACTER = lazy_pattern(r"\\[^\w\s]|[^\\\[\](){}|?*+.^$#\s]")
_CHOICE = lazy_pattern(r"\[(?:\\[^\w\s]|[^\\\[\]^-])(?:\\[^\w\s]|[^\\\[\]-]){0,3}-?\]")
"""A class of at most five characters, such as `[_-]`."""
_GROUP = lazy_pattern(r"\((?:\?[a-zA-Z]*:|\?P<\w+>|(?!\?))")
_ELEMENT = lazy_pattern(r"\\.|\[\^?\]?(?:\\.|[^\\\]])*\]|[^\\\[]", re.DOTALL)


class _Part(NamedTuple):
    """The literal start of a part of a pattern."""

    text: str
    end: int
    """Offset of the `|` or `)` after the part."""
    is_whole: bool
    """Whether all of the part is literal."""


def find_prefix_end(rule: Rule, text: bytes) -> int:
    """Return the number of characters of a secret that belong to the prefix of its rule."""
    prefixes, anchors = _read_rule(rule)
    end, folded = 0, text.lower()
    for prefix in prefixes:
        if (match := prefix.match(text)) and match.end() > end:
            end = match.end()
    for anchor in anchors:
        at = folded.find(anchor, 0, _MAX_BEFORE_ANCHOR + len(anchor))
        if at >= 0 and at + len(anchor) > end:
            end = at + len(anchor)
    return end


@cache
def _read_rule(rule: Rule) -> tuple[list[re.Pattern[bytes]], list[bytes]]:
    """Return the patterns of the prefixes of a rule, and its anchors in lower case."""
    prefixes = list_prefixes(rule) if rule.prefixes is None else rule.prefixes
    patterns = [re.compile(prefix.encode(), re.IGNORECASE) for prefix in prefixes]
    return patterns, [anchor.lower() for anchor in rule.anchors]


def list_prefixes(rule: Rule) -> tuple[str, ...]:
    """Return patterns for the prefixes of a rule, as its own pattern gives them."""
    definitions = dict(rule.definitions)
    texts = [shape.pattern for shape in rule.shapes] or [rule.pattern]
    if any(text.startswith("(?x") for text in texts):  # then its definitions are verbose too
        texts += (f"(?x){body}" for body in definitions.values())
    else:
        texts += definitions.values()
    own = [text for text in texts if _SECRET.search(text)]
    patterns = (inline_definitions(text, definitions) if definitions else text for text in own)
    return tuple(prefix for pattern in patterns for prefix in _find_prefixes(pattern))


def _find_prefixes(pattern: str) -> list[str]:
    """Return a pattern for the prefix in each group `secret`."""
    if re.match(r"\(\?[a-zA-Z]*x", pattern):
        pattern = _BLANK.sub("", pattern)
    parts = (_read_choices(pattern, match.end()) for match in _SECRET.finditer(pattern))
    return [part.text for part in parts if part.text]


def _read_choices(pattern: str, at: int) -> _Part:
    """Read parts that `|` separates, up to the end of their group."""
    texts, is_whole = [], True
    while True:
        part = _read_sequence(pattern, at)
        texts.append(part.text)
        is_whole = is_whole and part.is_whole
        at = part.end + 1
        if pattern[part.end : at] != "|":
            text = f"(?:{'|'.join(texts)})" if any(texts) else ""
            return _Part(text, part.end, is_whole)


def _read_sequence(pattern: str, at: int) -> _Part:
    text = ""
    while pattern[at : at + 1] not in ("|", ")", ""):
        element = _read_element(pattern, at)
        after = pattern[element.end : element.end + 1]
        is_repeated = after in ("*", "+", "{") and after
        if not element.text or is_repeated:
            return _Part(text, _skip(pattern, at), is_whole=False)
        is_optional = after == "?"
        text += element.text + "?" * is_optional
        at = element.end + is_optional
        if not element.is_whole:
            return _Part(text, _skip(pattern, at), is_whole=False)
    return _Part(text, at, is_whole=True)


def _read_element(pattern: str, at: int) -> _Part:
    """Read a character, a small class or a group; the text is empty for any other element."""
    if match := _CHARACTER.match(pattern, at) or _CHOICE.match(pattern, at):
        return _Part(match[0], match.end(), is_whole=True)
    if match := _GROUP.match(pattern, at):
        part = _read_choices(pattern, match.end())
        return part._replace(end=part.end + 1)
    return _Part("", at, is_whole=False)


def _skip(pattern: str, at: int) -> int:
    """Return the offset of the `|` or `)` that ends a part."""
    depth = 0
    while match := _ELEMENT.match(pattern, at):
        depth += (match[0] == "(") - (match[0] == ")")
        if depth < 0 or (not depth and match[0] == "|"):
            break
        at = match.end()
    return at

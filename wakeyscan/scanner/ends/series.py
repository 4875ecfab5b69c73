"""Series: values that follow a secret, with the next names or in the same list.

The halves of a key may be in `KEY_1` and `KEY_2`, in `a` and `b` or in two items of a list, and be
joined in another file, or in a way that no pattern knows. So a value that may be the rest opens the
end. It is not tried as the rest: it may be another secret, which the API would receive.

    another name    the same text precedes both values, up to an index that is one higher
    a list          the secret is its first item, in source code; elsewhere, if it is on one line,
                    and all items have only letters of secrets
    an element      the next one has the same name, and the same attributes but for numbers
"""

from __future__ import annotations

import re
from itertools import takewhile, zip_longest

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.ends.tags import is_inline
from wakeyscan.scanner.ends.words import is_name, may_be_rest

if TYPE_CHECKING:
    from wakeyscan.scanner.ends.text_end import TextEnd

_REACH = 240
"""Bytes after a secret in which the next value starts."""
_MAX_FRAME = 80
"""Bytes before a value that are compared with those before the secret."""
_MAX_WORDS = 4
_VALUE = rb"(?P<value> (?= [a-z]* [A-Z0-9] | [A-Z]* [a-z0-9] ) [A-Za-z0-9_-]{2,128}+ )"
_FOLLOWING = lazy_pattern(rb"(?x) (?<= [\"'`=:>\s(] ) " + _VALUE + rb" (?= [\"'`;<\s,)}\]] | \Z )")
_LIST_BEFORE = lazy_pattern(rb"[^:\s][ \t]{0,4}[\[{]\s{0,64}[\"'`]\Z")
"""The start of a list in source code; in JSON, the items of a list are arguments or other values.
"""
_NEXT_ITEM = lazy_pattern(
    rb"(?x) [\"'`] \s{0,8} , \s{0,64} [\"'`] " + _VALUE + rb" [\"'`] \s{0,64} [,\]}]"
)
_DATA_LIST_BEFORE = lazy_pattern(rb"\[[ \t]{0,8}[\"'`]\Z")
"""The start of a list anywhere; where items are on lines of their own, the next ones are tried."""
_OTHER_ITEMS = lazy_pattern(
    rb"(?x) [\"'`] (?: [ ]{0,8} , [ ]{0,8} [\"'`] [A-Za-z0-9_-]{1,128}+ [\"'`] ){1,8}"
    rb" [ ]{0,8} ,? [ ]{0,8} \]"
)
_ITEM = lazy_pattern(rb"[A-Za-z0-9_-]+")
_FIGURES = lazy_pattern(rb"[0-9_-]+")
_MIN_ITEM_PART = 4.0
"""Letters of the words in a name on average, where a whole list may be the parts of a secret."""
_NEXT_ELEMENT = lazy_pattern(
    rb"(?x) </ (?P<name> [\w:.-]{1,40} ) > \s{0,64} (?P<tag> < (?P=name) (?: \s [^<>]{0,200} )? > )"
    + _VALUE
    + rb" <"
)
_TAG_BEFORE = lazy_pattern(rb"<[\w:.-]{1,40}(?:\s[^<>]{0,200})?>\Z")
_NUMBER = lazy_pattern(rb"[0-9.]+")
_TOKEN = lazy_pattern(rb"[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^A-Za-z0-9]")
_SIGNS = (b"=", b":", b"<")
_SHORT = 4
_MIXED = lazy_pattern(rb"[a-z][A-Z]|[A-Z]{2}[a-z]|[A-Za-z][0-9]|[0-9][A-Za-z]")
"""What a short half has, and a short word not."""
_PAIRS = frozenset(
    (
        *((b"first", b"second"), (b"one", b"two"), (b"left", b"right"), (b"start", b"end")),
        *((b"head", b"tail"), (b"begin", b"end"), (b"prefix", b"suffix")),
    )
)


def has_next_in_series(end: TextEnd) -> bool:
    """Return whether a value after the secret has the next name, or is in the same list."""
    if end.after[:1] in (b'"', b"'", b"`") and _LIST_BEFORE.search(end.before[-_MAX_FRAME:]):
        item = _NEXT_ITEM.match(end.after)
        if item and _may_be_half(item["value"]):
            return True
    if _is_list_of_parts(end):
        return True
    element = _NEXT_ELEMENT.match(end.after) if end.after.startswith(b"</") else None
    if element and _is_element(end.before, element):
        return _may_be_half(element["value"])
    return _has_next_name(end)


def _is_list_of_parts(end: TextEnd) -> bool:
    """Return whether the secret is the first item of a list of its parts, so far as it shows."""
    if not _DATA_LIST_BEFORE.search(end.before[-_MAX_FRAME:]):
        return False
    others = _OTHER_ITEMS.match(end.after)
    if not others:
        return False
    following, *more = _ITEM.findall(others[0])
    is_tried = not more and len(following) <= _SHORT  # as the last letters of the secret
    return not is_tried and _may_be_item(following)


def _may_be_item(word: bytes) -> bool:
    if len(word) < _SHORT:
        return _MIXED.search(word) is not None
    is_known = len(word) > _SHORT and is_name(word, _MIN_ITEM_PART)
    return may_be_rest(word) and not is_known and not _FIGURES.fullmatch(word)


def _is_element(before: bytes, following: re.Match[bytes]) -> bool:
    """Return whether the next element has the same name, and attributes that differ in numbers."""
    tag = _TAG_BEFORE.search(before[-_REACH:])
    if not tag or is_inline(following["name"]):
        return False
    return _NUMBER.sub(b"", tag[0]) == _NUMBER.sub(b"", following["tag"])


def _may_be_half(word: bytes) -> bool:
    is_known = not _MIXED.search(word) if len(word) <= _SHORT else is_name(word)
    return may_be_rest(word) and not word.isdigit() and not is_known


def _has_next_name(end: TextEnd) -> bool:
    opening = end.before[-1:]
    words = _FOLLOWING.finditer(end.after[:_REACH])
    for _, word in zip(range(_MAX_WORDS), words, strict=False):
        at = word.start()
        if end.after[at - 1 : at] == opening and _may_be_half(word["value"]):
            frame = end.after[max(0, at - _MAX_FRAME) : at]
            if _is_next_frame(end.before[-_MAX_FRAME:], frame):
                return True
    return False


def _is_next_frame(own: bytes, other: bytes) -> bool:
    """Return whether the texts before two values are the same up to names that follow each other.

    The name is before the sign of an assignment.
    """
    tokens = _TOKEN.findall(own)[::-1]
    pairs = zip(tokens, _TOKEN.findall(other)[::-1], strict=False)
    same = list(takewhile(_may_be_in_frame, pairs))
    has_index = any(one != two and _may_be_index(tokens, at) for at, (one, two) in enumerate(same))
    return has_index and any(one in _SIGNS for one, _ in same)


def _may_be_index(tokens: list[bytes], at: int) -> bool:
    """Return whether a number continues a name: alone, it counts rows. `tokens` are backwards."""
    before = tokens[at + 1] if at + 1 < len(tokens) else b""
    return not tokens[at].isdigit() or before.isalpha() or before in (b"_", b"-")


def _may_be_in_frame(pair: tuple[bytes, bytes]) -> bool:
    one, two = pair
    return one == two or _is_next(one, two)


def is_next_name(one: bytes, two: bytes) -> bool:
    """Return whether two names differ in an index only, which is the next one in the second."""
    pairs = [*zip_longest(_TOKEN.findall(one), _TOKEN.findall(two), fillvalue=b"")]
    return one != two and all(map(_may_be_in_frame, pairs))


def _is_next(one: bytes, two: bytes) -> bool:
    """Return whether an index follows another: 1 and 2, a and b, first and second."""
    if one.isdigit() and two.isdigit():
        return int(two) == int(one) + 1
    if one[:-1] == two[:-1] and one.isalpha() and two.isalpha():
        return two[-1] == one[-1] + 1
    return (one.lower(), two.lower()) in _PAIRS

"""Calls and lists that join string literals, such as `"".join(["a", "b"])`."""

from __future__ import annotations

import re

from wakeyscan.decoders.concatenation.operators import (
    FORMAT_OPERATOR,
    LITERAL_PREFIX,
    PLACEHOLDER,
    QUOTE,
)

_MAX_WORDS = 640
_MAX_LIST_START = 160
"""Maximum bytes before a literal that are searched for the start of each construct."""

_WORDS = re.compile(
    rb"(?x) (?: join \(? \s? (?: '' | \"\" ) \s? , \s? qw | (?P<joined> %w ) ) \s? [\[({</|!]"
    rb" (?: \s | [\w-] ){0,512} \Z"
)
_JOIN_AFTER_WORDS = re.compile(
    rb"[\w\s-]{0,512}[\])}>/|!]\.join(?:\(\)|[( ](?:''|\"\")\)?|(?![\w(]|\s{1,8}[\"'(\w]))"
)


def is_in_joined_words(content: bytes, end: int) -> bool:
    """Return whether the word that ends at `end` is in a list of bare words that is joined."""
    found = _WORDS.search(content[max(0, end - _MAX_WORDS) : end])
    return found is not None and (
        not found["joined"] or _JOIN_AFTER_WORDS.match(content, end) is not None
    )


_OPENING_QUOTE = re.compile(rb"(?x)" + LITERAL_PREFIX + QUOTE + rb"\Z")
_EMPTY_STRING = rb"(?: '' | \"\" | `` | (?i:string\.empty) )"
_LIST_CONSTRUCTOR = (
    rb"(?: array | Arrays\.asList | List\.of | listOf | new (?: \s [Ss]tring )? \s? \[\] \s?"
    rb" | \[\] string | @ )?"
)
_LIST_OPENING = _LIST_CONSTRUCTOR + rb"[\[({]{1,2} \s{0,64}"
LIST_START = re.compile(
    rb"(?x) (?: (?i: concat(?:enate)? | paste0 | strcat | sprint ) !? \s? \( \s{0,64}"
    rb"     (?:" + _LIST_OPENING + rb")?"
    rb" | (?i: concat_ws | implode | join ) (?: \( | \s ) \s? " + _EMPTY_STRING
    + rb"     \s? , \s{0,64} (?:" + _LIST_OPENING + rb")?"
    rb" | " + _EMPTY_STRING + rb" \s? \.join\( \s{0,64} [\[({]{1,2} \s{0,64}"
    rb" | (?: -join \s? @? \( | \b implode\( \s? (?: array\( | \[ )"
    rb"     | table\.concat\( \s? \{ ) \s{0,64}"
    rb" | [\"'] " + PLACEHOLDER + rb"{2,8} [\"'] \s? " + FORMAT_OPERATOR + rb" \s{0,64} ) \Z"
)  # fmt: skip
"""Start of a call or a list that joins literals, up to the first."""
LIST_END = re.compile(
    rb"(?x) " + QUOTE + rb" \s{0,64} (?:"
    rb" , \s? (?: sep | collapse ) \s? = \s? " + _EMPTY_STRING
    + rb" | ,? \s{0,64} [\])}] \)? \s{0,8} (?:"
    rb" \.[jJ]oin(?:ToString)? (?: \( \s? | [ ] ) " + _EMPTY_STRING + rb" \s? \)?"
    rb" | \.join (?! [\w(] | \s{1,8} [\"'(\w] ) | \.joined\(\) | \.concat\(\)"
    rb" | \.collect\( \s? (?: Collectors\. )? joining\(\)"
    rb" | \* \s? " + _EMPTY_STRING
    + rb" | , \s? " + _EMPTY_STRING + rb" \s? \)"
    rb" | -join \s? " + _EMPTY_STRING + rb" ) )"
)  # fmt: skip
"""End of a list, from the closing quote of the last literal, and the call that joins it."""
_LIST_ASSIGNMENT = re.compile(
    rb"(?x) \$? (?P<name> [A-Za-z_]\w{0,60} ) \s{0,4} :?= \s{0,4} " + _LIST_OPENING + rb"\Z"
)


def is_joined_list(content: bytes, start: int, end: int, reach: int) -> bool:
    """Return whether the literals in `start:end` are in a call or a list that joins them.

    A list with a name may be joined by that name within `reach` bytes after the literals.
    """
    before = _OPENING_QUOTE.sub(b"", content[max(0, start - _MAX_LIST_START) : start])
    if LIST_START.search(before) or LIST_END.match(content, end):
        return True
    assigned = _LIST_ASSIGNMENT.search(before)
    return assigned is not None and _is_joined(assigned["name"], content[end : end + reach])


def _is_joined(name: bytes, after: bytes) -> bool:
    name = rb"\$? \b" + re.escape(name) + rb"\b"
    joined = (
        rb"(?x) " + _EMPTY_STRING + rb" \s? (?: \.join\( | , ) \s? " + name + rb" \s? \)"
        rb" | " + name + rb" (?: \.[jJ]oin\( \s? | \s? -join \s? ) " + _EMPTY_STRING
        + rb" | -join \s? \(? " + name
    )  # fmt: skip
    return re.search(joined, after) is not None

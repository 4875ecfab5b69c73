"""What joins one literal to the next, in the languages that people write keys in."""

from __future__ import annotations

import re

LONGEST = 320
"""Bytes of a joint."""

QUOTE = rb"\\{0,3}[\"'`]"
SPACE = (
    rb"(?: \s{1,64}+ | \#[^\n]{0,100}\n | //[^\n]{0,100}\n | /\*[^*]{0,100}\*/"
    rb" | [\\_]\r?\n | [()] ){0,6}+"
)
PLUS = (
    rb"(?: \+\+? | \.\.? | & | ~ | <> | \^ | << | stringByAppendingString:"
    rb" | \.(?: concat | append | Append | plus | push_str | add | WriteString )\( )"
)
LETTERS = rb"(?: u8 | [bBfFrRuULN@$&]{1,2} )?"
"""What may stand before a quote, and be of the literal."""
FILLED = rb"(?: %[svS@] | \{\d?\} )"
"""Where a format has something put in."""
FILLS = rb"(?: , | % \s{0,4} [(\[]? | -f \s | \.format(?:ted)?\( | \|\s?format\( )"
"""What is between a format and what is put in."""
_SUFFIX = rb"(?: \.(?: to_string | to_owned | into )\(\) | s (?! \w ) )?"

_COPY = rb"(?: std:: )? (?: str | wcs | lstr | _tcs )[nl]?"
_BUFFER = rb"[A-Za-z_][\w.]{0,60} (?: -> \w{1,60} ){0,3}"

BODY = re.compile(rb"[A-Za-z0-9_-]{1,256}")
CLOSED = re.compile(QUOTE)
JOINT = re.compile(
    rb"(?x) (?: (?P<operator> " + QUOTE + _SUFFIX + SPACE + PLUS + SPACE + LETTERS + QUOTE + rb")"
    rb" | (?P<sql> ' \s{0,64} (?: --[^\n]{0,100}\n \s{0,64} )? \|\| \s{0,64} N? ' )"
    rb" | (?P<template> (?: [$\#]?\{ | \\\( ) \s{0,4} " + LETTERS + QUOTE + rb")"
    rb" | (?P<behind> " + QUOTE + rb" \s{0,4} [})]"
    rb"     (?: (?= [\w-] ) | (?: [$\#]\{ | \\\( ) \s{0,4} " + QUOTE + rb" ) )"
    rb" | (?P<format> "
    + FILLED
    + QUOTE
    + rb" \s{0,8} "
    + FILLS
    + rb" \s{0,64} "
    + LETTERS
    + QUOTE
    + rb")"
    rb" | (?P<line> \\\r?\n [ \t]{0,64} )"
    rb" | (?P<comma> " + QUOTE + rb" \s{0,64} , \s{0,64} " + LETTERS + QUOTE + rb")"
    rb" | (?P<adjacent> [\"'] " + SPACE + LETTERS + rb"[\"'] )"
    rb" | (?P<augmented> " + QUOTE + rb" \s{0,8} ;? \s{1,64} \$? (?P<receiver> [A-Za-z_]\w{0,60} )"
    rb"     \s{0,8} [+.]= \s{0,8} \(? " + LETTERS + QUOTE + rb")"
    rb" | (?P<builder> "
    + QUOTE
    + rb" \) \s{0,8} (?: ; \s{1,64} [\w$.]{1,60} \.(?: append | Append )"
    rb"     | ;? \s{1,64} [\w$.]{1,60} \.(?: WriteString | push_str ) ) \( " + QUOTE + rb")"
    rb" | (?P<glued> [\"'] (?= [\w-] ) )"
    rb" | (?P<copied> \" \s? (?: , [^;\"\n]{1,60} )? \)? ; \s{0,64} "
    + _COPY
    + rb"cat \( \s? (?P<buffer> "
    + _BUFFER
    + rb" ) \s? , \s? L? \" )"
    rb" | (?P<word> \s{1,64} (?= [\w-] ) ) )"
)
DOUBTFUL = re.compile(
    rb"(?x) \{ (?! \d?\} ) | \\\r?\n [ \t]{1,64} -"
    rb" | " + QUOTE + rb" (?: \.[ \t] | \s{0,64} << | \)? \s{0,64} \.add\( )"
)
"""What joins, but more often is JSON in a log, the end of a sentence, a stream, the next option."""
_TEMPLATE = re.compile(
    rb"(?x) (?P<sure> [$\#]\{ | \\\( )? (?(sure) | \{ ) \s{0,4} " + LETTERS + QUOTE + rb"\Z"
)


def in_template(content: bytes, start: int, sure: bool) -> bool:
    """Say whether the literal whose text begins at `start` is put into another, as `${"…"}`."""
    found = _TEMPLATE.search(content[max(0, start - 12) : start])
    return found is not None and (not sure or found["sure"] is not None)


_COPIED = re.compile(
    rb"(?x) (?: "
    + _COPY
    + rb"(?: cpy | cat ) \( \s? (?P<copied> "
    + _BUFFER
    + rb" ) \s? , | (?P<declared> [A-Za-z_]\w{0,60} ) \s? \[ \w* \] \s? = ) \s? L? \""
    rb" [^\"\\\n]{0,64} \Z"
)
"""What writes a literal to a buffer of C, with what the literal may begin with."""


def is_copied_to(content: bytes, start: int, buffer: bytes) -> bool:
    """Say whether the text at `start` is of a literal that is written to a buffer of that name."""
    found = _COPIED.search(content[max(0, start - 256) : start])
    return found is not None and buffer in (found["copied"], found["declared"])


_WORDS = re.compile(
    rb"(?x) (?: join \(? \s? (?: '' | \"\" ) \s? , \s? qw | (?P<joined> %w ) ) \s? [\[({</|!]"
    rb" (?: \s | [\w-] ){0,512} \Z"
)
_WORDS_JOINED = re.compile(
    rb"[\w\s-]{0,512}[\])}>/|!]\.join(?:\(\)|[( ](?:''|\"\")\)?|(?![\w(]|\s{1,8}[\"'(\w]))"
)


def in_words(content: bytes, at: int) -> bool:
    """Say whether the word that ends at an offset is in a list of bare words that is joined."""
    found = _WORDS.search(content[max(0, at - 640) : at])
    return found is not None and (
        not found["joined"] or _WORDS_JOINED.match(content, at) is not None
    )


_OPENING = re.compile(rb"(?x)" + LETTERS + QUOTE + rb"\Z")
_EMPTY = rb"(?: '' | \"\" | `` | (?i:string\.empty) )"
_MAKER = (
    rb"(?: array | Arrays\.asList | List\.of | listOf | new (?: \s [Ss]tring )? \s? \[\] \s?"
    rb" | \[\] string | @ )?"
)
_LIST = _MAKER + rb"[\[({]{1,2} \s{0,64}"
LIST_BEFORE = re.compile(
    rb"(?x) (?: (?i: concat(?:enate)? | paste0 | strcat | sprint ) !? \s? \( \s{0,64} (?:"
    + _LIST
    + rb")? | (?i: concat_ws | implode | join ) (?: \( | \s ) \s? "
    + _EMPTY
    + rb" \s? , \s{0,64} (?:"
    + _LIST
    + rb")? | "
    + _EMPTY
    + rb" \s? \.join\( \s{0,64} [\[({]{1,2} \s{0,64}"
    rb" | (?: -join \s? @? \( | \b implode\( \s? (?: array\( | \[ )"
    rb"     | table\.concat\( \s? \{ ) \s{0,64}"
    rb" | [\"'] " + FILLED + rb"{2,8} [\"'] \s? " + FILLS + rb" \s{0,64} ) \Z"
)
LIST_BEHIND = re.compile(
    rb"(?x) "
    + QUOTE
    + rb" \s{0,64} (?: , \s? (?: sep | collapse ) \s? = \s? "
    + _EMPTY
    + rb" | ,? \s{0,64} [\])}] \)? \s{0,8} (?:"
    rb" \.[jJ]oin(?:ToString)? (?: \( \s? | [ ] ) " + _EMPTY + rb" \s? \)?"
    rb" | \.join (?! [\w(] | \s{1,8} [\"'(\w] ) | \.joined\(\) | \.concat\(\)"
    rb" | \.collect\( \s? (?: Collectors\. )? joining\(\) | \* \s? "
    + _EMPTY
    + rb" | , \s? "
    + _EMPTY
    + rb" \s? \) | -join \s? "
    + _EMPTY
    + rb" ) )"
)
_LIST_NAMED = re.compile(
    rb"(?x) \$? (?P<name> [A-Za-z_]\w{0,60} ) \s{0,4} :?= \s{0,4} " + _LIST + rb"\Z"
)


def is_list(content: bytes, start: int, end: int, reach: int) -> bool:
    """Say whether the literals from `start` to `end` are in a call or a list that joins them.

    A list that has a name may be joined by it, up to `reach` bytes behind.
    """
    before = _OPENING.sub(b"", content[max(0, start - 160) : start])
    if LIST_BEFORE.search(before) or LIST_BEHIND.match(content, end):
        return True
    named = _LIST_NAMED.search(before)
    return named is not None and _is_joined(named["name"], content[end : end + reach])


def _is_joined(name: bytes, behind: bytes) -> bool:
    name = rb"\$? \b" + re.escape(name) + rb"\b"
    joined = (
        rb"(?x) " + _EMPTY + rb" \s? (?: \.join\( | , ) \s? " + name + rb" \s? \)"
        rb" | "
        + name
        + rb" (?: \.[jJ]oin\( \s? | \s? -join \s? ) "
        + _EMPTY
        + rb" | -join \s? \(? "
        + name
    )
    return re.search(joined, behind) is not None

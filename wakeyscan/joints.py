"""What joins one literal to the next, in the languages that people write keys in."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 320
"""Bytes of a joint."""

_Q = rb"\\{0,3}[\"'`]"
_SPACE = (
    rb"(?: \s{1,64}+ | \#[^\n]{0,100}\n | //[^\n]{0,100}\n | /\*[^*]{0,100}\*/"
    rb" | \\\r?\n | [()] ){0,6}+"
)
_PLUS = (
    rb"(?: \+\+? | \.\.? | \|\| | & | ~ | <> | \^ | <<"
    rb" | \.(?: concat | append | Append | plus | push_str | add )\( )"
)
_LETTERS = rb"(?: u8 | [bBfFrRuUL@$&]{1,2} )?"
_NAME = rb"[A-Za-z_][\w$]{0,60}"
_NO_OPERATOR = rb"\. (?: \s{1,64} [A-Za-z_] | [A-Za-z_] [\w$]*+ (?! \( ) )"
"""A dot that ends a sentence, or that a member of something follows."""
_OWNER = rb"(?: [\w$]{1,40} (?: \. | :: | -> ) ){0,3}"
_TYPE = rb"(?: [ \t]{0,4} :? [ \t]{0,4} [\w.<>\[\]&'*]{1,40} )?"

BODY = re.compile(rb"[A-Za-z0-9_-]{1,256}")
CLOSED = re.compile(_Q)
JOINT = re.compile(
    rb"(?x) (?: (?P<operator> " + _Q + _SPACE + _PLUS + _SPACE + _LETTERS + _Q + rb")"
    rb" | (?P<template> (?: [$\#]?\{ | \\\( ) \s{0,4} " + _LETTERS + _Q + rb")"
    rb" | (?P<behind> " + _Q + rb" \s{0,4} [})] (?= [\w-] ) )"
    rb" | (?P<format> (?: %[svS@] | \{0?\} ) " + _Q + rb" \s{0,8}"
    rb"     (?: , | % \s{0,4} \(? | \.format(?:ted)?\( | \|\s?format\( ) \s{0,64} "
    + _LETTERS
    + _Q
    + rb")"
    rb" | (?P<line> \\\r?\n [ \t]{0,64} )"
    rb" | (?P<comma> " + _Q + rb" \s{0,64} , \s{0,64} " + _LETTERS + _Q + rb")"
    rb" | (?P<adjacent> [\"'] " + _SPACE + _LETTERS + rb"[\"'] )"
    rb" | (?P<glued> [\"'] (?= [\w-] ) ) )"
)
DOUBTFUL = re.compile(rb"(?x) \{ | " + _Q + rb" \.[ \t] | \\\r?\n [ \t]{1,64} -")
"""What joins, but more often is JSON in a log, the end of a sentence, the next option."""
_TEMPLATE = re.compile(
    rb"(?x) (?P<sure> [$\#]\{ | \\\( )? (?(sure) | \{ ) \s{0,4} " + _LETTERS + _Q + rb"\Z"
)


def in_template(content: bytes, start: int, sure: bool) -> bool:
    """Say whether the literal whose text begins at `start` is put into another, as `${"…"}`."""
    found = _TEMPLATE.search(content[max(0, start - 12) : start])
    return found is not None and (not sure or found["sure"] is not None)


_OPENING = re.compile(rb"(?x)" + _LETTERS + _Q + rb"\Z")
_OWNED = re.compile(rb"(?x)" + _OWNER + rb"\$?\Z")
_EMPTY = rb"(?: '' | \"\" | `` )"
_LIST_BEFORE = re.compile(
    rb"(?x) (?: (?i: concat(?:enate)? | paste0 | strcat ) !? \s? \( \s{0,64}"
    rb" | (?i: concat_ws | implode | join ) \( \s? " + _EMPTY + rb" \s?, \s{0,8}"
    rb"   (?: array | Arrays\.asList | List\.of )? [\[({]? \s{0,64}"
    rb" | " + _EMPTY + rb" \s? \.join\( \s? [\[({]{1,2} \s{0,64}"
    rb" | [\"'] (?: %[svS@] | \{\d?\} ){2,8} [\"'] \s? (?: , | % | \.format ) \s{0,4} \(? \s{0,64}"
    rb" ) \Z"
)
_LIST_BEHIND = re.compile(
    rb"(?x) " + _Q + rb" \s{0,64} ,? \s{0,64} [\])}] \)? \s{0,8}"
    rb"(?: \.[jJ]oin\( \s? " + _EMPTY + rb" \s? \) | , \s? " + _EMPTY + rb" \s? \)"
    rb" | -join \s? " + _EMPTY + rb" )"
)


def is_list(content: bytes, start: int, end: int) -> bool:
    """Say whether the literals from `start` to `end` are in a call or a list that joins them."""
    before = _OPENING.sub(b"", content[max(0, start - 160) : start])
    return bool(_LIST_BEFORE.search(before) or _LIST_BEHIND.match(content, end))


_DECLARED = re.compile(
    rb"(?x) (?: \#define [ \t]{1,16} (?P<macro> \w{1,60} ) [ \t]{1,64}"
    rb" | (?P<words> (?: [\w$.]{1,60} [ \t]{1,8} ){0,5} [\w$.]{1,60} ) [\"']? \]?"
    rb" (?: [ \t]{0,4} : [ \t]{0,4} [\w.<>\[\]&' ]{1,40} )?"
    rb" \s{0,8} (?: => | := | = | : ) \s{0,8} ) (?P<quote> " + _LETTERS + _Q + rb" )? \Z"
)
_NO_NAMES = frozenset(
    b"const let var val final static private public protected internal readonly export local my our"
    b" def auto mut set type string String char str pub global declare byte bytes wchar_t".split()
)


def names_of(content: bytes, start: int, end: int) -> list[bytes]:
    """List the names that the literal `start:end` may be declared under: `string P`, `P string`."""
    found = _DECLARED.search(content[max(0, start - 160) : start])
    if not found or not (CLOSED if found["quote"] else _BARE_END).match(content, end):
        return []
    if found["macro"]:
        return [found["macro"]]
    words = [word.rpartition(b".")[2].lstrip(b"$") for word in found["words"].split()]
    return [word for word in words if word and word not in _NO_NAMES and not word.isdigit()]


_BARE_END = re.compile(rb"[ \t;]{0,8}(?:[\r\n]|\Z)")
_NAMED_BEHIND = re.compile(
    rb"(?x) (?: "
    + _Q
    + rb" (?! "
    + _NO_OPERATOR
    + rb" )"
    + _SPACE
    + _PLUS
    + rb" \s{0,64} "
    + _OWNER
    + rb"\$? (?P<added> "
    + _NAME
    + rb") (?! [\w$(\[.] | :: | -> )"
    rb" | [$\#]?\{ \s{0,4} " + _OWNER + rb"(?P<put> " + _NAME + rb") \s{0,4} \}"
    rb" | (?: %[svS@] | \{0?\} ) " + _Q + rb" \s{0,8} (?: , | % \s{0,4} \(? | \.format\( ) \s{0,64}"
    rb"   " + _OWNER + rb"(?P<filled> " + _NAME + rb") \s{0,8} (?: [)\r\n;] | \Z ) )"
)


def named_behind(content: bytes, end: int) -> bytes:
    """Give the name whose value is joined to the literal that goes until `end`, or nothing."""
    found = _NAMED_BEHIND.match(content, end)
    return found[found.lastgroup] if found and found.lastgroup else b""


def literal_of(window: bytes, name: bytes) -> tuple[int, int] | None:
    """Give the bounds of the one literal that `name` is given; nothing where there are others.

    Only a literal of which each character may stand in a key counts.
    """
    assigned = re.compile(
        rb"(?x) (?<! [\w$] ) \$? " + re.escape(name) + rb" [\"']? \]? (?:" + _TYPE + rb" \s{0,8}"
        rb" (?: := | [+.]?= (?! [=>~] | \s? "
        + re.escape(name)
        + rb"\b ) ) \s{0,8} | (?<= \#define[ ]"
        + re.escape(name)
        + rb")"
        rb" \s{1,64} ) (?P<value> " + _LETTERS + _Q + rb" (?P<body> [A-Za-z0-9_-]+ ) " + _Q + rb")?"
    )
    found = list(assigned.finditer(window))
    if len(found) != 1 or not found[0]["body"]:
        return None
    return found[0].span("body")


_ADDED = re.compile(
    rb"(?x) [)\]]? (?: " + _SPACE + _PLUS + _SPACE + rb" | \s{0,8} [+.]= \s{0,8} )"
    rb" (?: (?P<literal> " + _LETTERS + _Q + rb") | " + _OWNER + rb"\$? (?P<name> " + _NAME + rb")"
    rb" (?! [\w$(\[.] | :: | -> ) )"
)
_NOT_ADDED = re.compile(rb"(?x) [)\]]? " + _NO_OPERATOR)
_OPENED = re.compile(rb"(?x) [$\#]? \{ \s{0,4} " + _OWNER + rb"\Z")
_IN_TEMPLATE = re.compile(
    rb"(?x) \s{0,4} \} (?: (?= [\w-] ) | [\"'] (?= [\w-] ) | [\"']{2} (?= [\w-] )"
    rb" | [$\#]? \{ \s{0,4} " + _OWNER + rb"(?P<name> " + _NAME + rb") \s{0,4} \} )"
)
_IN_SHELL = re.compile(rb"(?x) (?: [\"']{1,2} (?= [\w-] ) | \$\{? (?P<name> " + _NAME + rb") )")
_IN_LIST = re.compile(
    rb"(?x) \s{0,64} , \s{0,64} (?: (?P<literal> " + _LETTERS + _Q + rb")"
    rb" | " + _OWNER + rb"(?P<name> " + _NAME + rb") (?! [\w$(\[.] ) )"
)
_MACRO = re.compile(rb"(?x) \s{1,64} (?P<literal> \" )")


def uses(window: bytes, name: bytes) -> Iterator[int | bytes]:
    """Yield what is joined to the value of `name`: where a literal's text begins, or a name."""
    for use in re.finditer(rb"(?<![\w$])\$?" + re.escape(name) + rb"(?![\w$])", window):
        before = window[max(0, use.start() - 160) : use.start()]
        for pattern in _patterns(use, before):
            if found := pattern.match(window, use.end()):
                yield _name_in(found) or found.end()
                break


def _name_in(found: re.Match[bytes]) -> bytes | None:
    name: bytes | None = found.groupdict().get("name")
    return name


def _patterns(use: re.Match[bytes], before: bytes) -> Iterator[re.Pattern[bytes]]:
    """Yield what may follow a name, after what is before it."""
    if _OPENED.search(before):
        yield _IN_TEMPLATE
        return
    scripted = use[0].startswith(b"$") or before.endswith((b"->", b"::"))
    if scripted or not _NOT_ADDED.match(use.string, use.end()):
        yield _ADDED
    if use[0].startswith(b"$"):
        yield _IN_SHELL
    elif b"#define " + use[0] in use.string:
        yield _MACRO
    if _LIST_BEFORE.search(_OWNED.sub(b"", before)) or _LIST_BEHIND.search(use.string, use.end()):
        yield _IN_LIST

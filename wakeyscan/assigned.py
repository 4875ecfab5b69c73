"""The one literal that a name is given: what it stands for, wherever it is used."""

from __future__ import annotations

import re

from wakeyscan.joints import LETTERS, QUOTE
from wakeyscan.layer import Span

TYPE = rb"(?: [ \t]{0,4} :? [ \t]{0,4} [\w.<>\[\]&'*]{1,40} )?"
"""What a language may write between a name and what it is given."""
_LITERAL = LETTERS + QUOTE + rb" (?P<body> [A-Za-z0-9_-]+ ) " + QUOTE


def literal_of(window: bytes, name: bytes, owner: bytes, put: bool) -> Span | None:
    """Give the bounds of the one literal that `name` is given; nothing where there are others.

    Only a literal of which each character may stand in a key counts. Where a `$` puts the name into
    a text, the value may be without quotes; a member may be one of an object of its owner's name.
    """
    plain = re.escape(name)
    assigned = re.compile(
        rb"(?x) (?<! [\w$] ) \$? " + plain + rb" [\"']? \]? (?:" + TYPE + rb" \s{0,8}"
        rb" (?: := | [+.]?= (?! [=>~] | \s? "
        + plain
        + rb"\b ) ) \s{0,8} | (?<= \#define[ ]"
        + plain
        + rb") \s{1,64} ) (?: "
        + _LITERAL
        + rb" )?"
    )
    found = list(assigned.finditer(window))
    if len(found) == 1 and found[0]["body"]:
        return found[0].span("body")
    bare = _bare(window, plain) if put and len(found) < 2 else None
    return bare or (_member(window, plain, owner) if owner and not found else None)


def _bare(window: bytes, name: bytes) -> Span | None:
    """Give the one value that a name is given in a script, a makefile, or by YAML to a script."""
    mapped = rb"| : [ \t]{1,8}" if name.isupper() else b""
    given = re.compile(
        rb"(?mx) ^ [ \t-]* (?: (?: export | readonly | local | ARG | ENV | set ) [ \t]{1,4} )? "
        + name + rb" (?: [ \t]{0,8} [:?]?= [ \t]{0,8} " + mapped + rb") (?P<quote> [\"']? )"
        rb" (?P<body> (?= [A-Za-z_-]* [0-9] ) [A-Za-z0-9_-]+ ) (?P=quote) [ \t]* (?: \r?$ )"
    )  # fmt: skip
    found = list(given.finditer(window))
    return found[0].span("body") if len(found) == 1 else None


def _member(window: bytes, name: bytes, owner: bytes) -> Span | None:
    """Give the one value that a member has in `const OWNER = {…}`, with no object in it."""
    given = re.compile(
        rb"(?x) (?<! [\w$.] ) " + re.escape(owner) + TYPE + rb" \s{0,8} = \s{0,8}"
        rb" \{ [^{}]{0,1000}? (?<! [\w$] ) [\"']? " + name + rb" [\"']? \s{0,8} : \s{0,8}"
        + _LITERAL
    )  # fmt: skip
    found = list(given.finditer(window))
    return found[0].span("body") if len(found) == 1 else None

"""What is joined to a literal by way of a name: its own, or that of what follows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from wakeyscan.decoders.concatenation.operators import (
    CLOSED,
    FILLED,
    FILLS,
    LETTERS,
    LIST_BEFORE,
    LIST_BEHIND,
    PLUS,
    QUOTE,
    SPACE,
)
from wakeyscan.decoders.decoder import Span

_NAME = rb"[A-Za-z_][\w$]{0,60}"
_NO_OPERATOR = rb"\. (?: \s{1,64} [A-Za-z_] | [A-Za-z_] [\w$]*+ (?! \( ) )"
"""A dot that ends a sentence, or that a member of something follows."""
_OWNER = rb"(?: [\w$]{1,40} (?: \. | :: | -> ) ){0,3}"
_LONGEST_OWNER = 48
_OWNED_BY = re.compile(rb"([\w$]{1,40})(?:\.|::|->)\$?\Z")
_MOST = 8
"""Names that are joined one behind the other."""
_OWNED = re.compile(rb"(?x)" + _OWNER + rb"\$?\Z")
_OPEN = rb"(?: \$?\{\{ | [$\#]?\{ | \\\( | \$\( ) \s{0,4}"
"""What puts the value of a name into a text, as does `$` alone."""
_CLOSE = rb"\s{0,4} [)}]{1,2}"


class Name(NamedTuple):
    """A name whose value is joined to something."""

    text: bytes
    owner: bytes = b""
    """What it is a member of, if it is."""
    put: bool = False
    """Whether a `$` puts it into a text, as in a shell."""


class Rest(NamedTuple):
    """What is joined behind a literal or a name: names, then maybe a literal."""

    names: tuple[Name, ...]
    at: int | None
    """Where the text of the literal begins."""


def _put(group: bytes) -> bytes:
    return (
        rb"(?: " + _OPEN + _OWNER + rb"\$? (?P<" + group + rb"> " + _NAME + rb") " + _CLOSE
        + rb" | \$ (?P<bare_" + group + rb"> [A-Za-z_]\w{0,60} ) )"
    )  # fmt: skip


_DECLARED = re.compile(
    rb"(?x) (?: \#define [ \t]{1,16} (?P<macro> \w{1,60} ) [ \t]{1,64}"
    rb" | \b (?: define\( \s? [\"'] | set\( \s? ) (?P<constant> \w{1,60} ) (?: [\"'] \s? , )?"
    rb"   \s{0,8}"
    rb" | (?P<words> (?: [\w$.]{1,60} [ \t]{1,8} ){0,5} [\w$.]{1,60} ) [\"']? \]?"
    rb" (?: [ \t]{0,4} : [ \t]{0,4} [\w.<>\[\]&' ]{1,40} )?"
    rb" \s{0,8} (?: => | := | = | <- | : ) \s{0,8} (?: String::from\( | \+ )? )"
    rb" (?P<quote> " + LETTERS + QUOTE + rb" )? \Z"
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
    if one := found["macro"] or found["constant"]:
        return [one]
    words = [word.rpartition(b".")[2].lstrip(b"$") for word in found["words"].split()]
    return [word for word in words if word and word not in _NO_NAMES and not word.isdigit()]


_BARE_END = re.compile(rb"[ \t;]{0,8}(?:[\r\n]|\Z)")
_NAMED_BEHIND = re.compile(
    rb"(?x) (?: "
    + QUOTE
    + rb" (?! "
    + _NO_OPERATOR
    + rb" )"
    + SPACE
    + PLUS
    + rb" \s{0,64} "
    + _OWNER
    + rb"\$? (?P<added> "
    + _NAME
    + rb") (?! [\w$(\[.] | :: | -> )"
    rb" | \" [ \t]{1,8} (?P<macro> [A-Z] [A-Z0-9_]{1,60} ) (?! [\w$(\[.:] )"
    rb" | [\"']{0,2} "
    + _put(b"put")
    + rb" | "
    + FILLED
    + QUOTE
    + rb" \s{0,8} "
    + FILLS
    + rb" \s{0,64}"
    rb"   " + _OWNER + rb"\$? (?P<filled> " + _NAME + rb") \s{0,8} (?: ,? [)\r\n;] | \Z ) )"
)


def behind(content: bytes, end: int) -> Rest:
    """Give the names whose values are joined to the literal that goes until `end`."""
    found = _NAMED_BEHIND.match(content, end)
    return _followed(found, _ON.get(found.lastgroup or "")) if found else Rest((), None)


def _followed(found: re.Match[bytes], further: re.Pattern[bytes] | None) -> Rest:
    """Follow names as far as one is joined to the next."""
    names: list[Name] = []
    one: re.Match[bytes] | None = found
    while one and (name := _name_in(one)) and len(names) < _MOST:
        names.append(name)
        found, one = one, further.match(one.string, one.end()) if further else None
    return Rest(tuple(names), one.end() if one else None)


def _name_in(found: re.Match[bytes]) -> Name | None:
    """Give the name that a pattern found, if it is no literal."""
    group = found.lastgroup
    if group in (None, "literal"):
        return None
    before = found.string[max(0, found.start(group) - _LONGEST_OWNER) : found.start(group)]
    owner = _OWNED_BY.search(before)
    put = group in ("put", "bare_put") and b"$" in found[0]
    return Name(found[group], owner[1] if owner else b"", put)


_ADDED = re.compile(
    rb"(?x) [\"']? [)\]]? (?: " + SPACE + PLUS + SPACE + rb" | \s{0,8} [+.]= \s{0,8} \(? )"
    rb" (?: (?P<literal> "
    + LETTERS
    + QUOTE
    + rb") | "
    + _OWNER
    + rb"\$? (?P<name> "
    + _NAME
    + rb")"
    rb" (?! [\w$(\[] | \. (?! [\"'$] ) | :: | -> ) )"
)
_NOT_ADDED = re.compile(rb"(?x) [\"']? [)\]]? " + _NO_OPERATOR)
_OPENED = re.compile(rb"(?x) " + _OPEN + rb"@? " + _OWNER + rb"\Z")
_IN_TEMPLATE = re.compile(
    rb"(?x) " + _CLOSE + rb" [\"']{0,2} (?: (?= [\w-] ) | " + _put(b"put") + rb")"
)
_IN_SHELL = re.compile(rb"(?x) (?: [\"']{1,2} (?= [\w-] ) | [\"']{0,2} " + _put(b"put") + rb")")
_IN_LIST = re.compile(
    rb"(?x) \s{0,64} , \s{0,64} (?: (?P<literal> " + LETTERS + QUOTE + rb")"
    rb" | " + _OWNER + rb"(?P<name> " + _NAME + rb") (?! [\w$(\[.] ) )"
)
_MACRO = re.compile(
    rb"(?x) \s{1,64} (?: (?P<literal> \" ) | (?P<name> [A-Z] [A-Z0-9_]{1,60} ) \b )"
)
_ON_IN_TEMPLATE = re.compile(rb"(?x) (?: (?= [\w-] ) | [\"']{0,2} " + _put(b"put") + rb")")
_IN_BATCH = re.compile(rb"(?x) % (?= [\w-] )")
_FORMATTED = re.compile(
    rb"(?x) " + QUOTE + FILLED + rb"(?P<body> [A-Za-z0-9_-]{1,256} ) " + QUOTE + rb" \s{0,8} "
    + FILLS + rb" \s{0,64} (?: " + LETTERS + QUOTE + rb" | " + _OWNER + rb"\$? ) \Z"
)  # fmt: skip
_FILLED_END = re.compile(rb"(?x) (?: " + QUOTE + rb" )? \s{0,8} (?: ,? [)\]\r\n;] | \Z )")


def formatted(window: bytes, start: int, end: int) -> int | None:
    """Give where the rest of a format begins, of which `start:end` is put in at its beginning."""
    low = max(0, start - 320)
    found = _FORMATTED.search(window[low:start])
    return low + found.start("body") if found and _FILLED_END.match(window, end) else None


_ON = {
    "added": _ADDED,
    "macro": _MACRO,
    "put": _ON_IN_TEMPLATE,
    "bare_put": _IN_SHELL,
}
"""What may follow a name that follows a literal, by how that is joined to it."""


def uses(window: bytes, name: bytes) -> Iterator[Rest]:
    """Yield what is joined to the value of `name`, wherever that is used."""
    own = re.escape(name)
    for use in re.finditer(rb"(?<![\w$])(?:\$%b(?!\w)|%b(?![\w$]))" % (own, own), window):
        if (rest := formatted(window, *use.span())) is not None:
            yield Rest((), rest)
            continue
        before = window[max(0, use.start() - 160) : use.start()]
        for pattern in _patterns(use, before):
            if found := pattern.match(window, use.end()):
                further = _ON_IN_TEMPLATE if pattern is _IN_TEMPLATE else pattern
                yield _followed(found, further)
                break


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
    elif before.endswith(b"%"):
        yield _IN_BATCH
    elif b"#define " + use[0] in use.string:
        yield _MACRO
    if LIST_BEFORE.search(_OWNED.sub(b"", before)) or LIST_BEHIND.search(use.string, use.end()):
        yield _IN_LIST


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

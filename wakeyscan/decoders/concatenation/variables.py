"""Variables and constants that hold a part of a key, and the names of literals."""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.decoders.concatenation.assignments import (
    LINE_END,
    SET_FORMS,
    UNQUOTED_END,
    SetForm,
    find_set_names,
)
from wakeyscan.decoders.concatenation.operators import CLOSING_QUOTE, QUOTE, QUOTE_BACKWARDS
from wakeyscan.decoders.concatenation.prefix import QUOTES
from wakeyscan.decoders.concatenation.tuples import find_tuple_name

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

NAME = rb"[A-Za-z_][\w$]{0,60}"

_MAX_DECLARATION = 160
"""Maximum bytes before a literal that are searched for the name it is assigned to."""
_CLOSED = lazy_pattern(rb"[ \t]{0,8}[)<]")
_ENDED = lazy_pattern(rb"(?x) " + QUOTE + rb" | " + LINE_END + rb" | [ \t]{0,8} [;)<]")
"""The end of a value without quotes in the arguments of a command, or in an element of XML."""
_ENDS = frozenset((*QUOTES, b"\r", b"\n", b";", b")", b"<"))
"""Characters that are such an end."""
_DECLARATION_BACKWARDS = lazy_pattern(
    rb"(?x) (?P<quote> " + QUOTE_BACKWARDS + rb" )?"
    rb" (?: [ \t]{1,64} (?P<macro> \w{1,60} ) [ \t]{1,16} enifed\#"
    rb" | [({] (?P<constructed> \w{1,60}+ ) [ \t]{1,4} gnirt[sS]"
    rb" | \s{0,8} (?: , \s? )? [\"']? (?P<constant> \w{1,60}+ ) \$?"
    rb"   (?: [\"'`]? \s? \( enifed | \s? \( tes | [@&]"
    rb"   | (?: [ ] \w{1,20} :? \^ )? [ ] \w{0,8} fed\( | \s? \(? [\[(] \s? \*? tel\("
    rb"   | [\"']? (?: \s{1,8} \w{1,20}- ){0,4}"
    rb"     \s{1,64} (?: \w{0,20} fed | enifeD | [qx]?tes | vnetes | VNE | GRA | elbairaV-teS ) )"
    rb"   (?! \w )"
    rb" | (?: \( [\w:]{0,16} (?i: gnirts ) [\w:]{0,16} (?: [ ] wen )? | \+ )?"
    rb"   \s{0,8} (?: >= | =: | =\? | =:: | = | -< | : ) \s{0,8}"
    rb"   (?: (?P<scoped> \w{1,60}+ ) : (?: vne | labolg | tpircs ) [$] |"
    rb"   (?: \} [\s\w;]{1,40} \{ \s? | \) \w{1,8} \( )?"
    rb"   (?: (?P<type> (?: [\w.<>\[\]& ] | ' (?= & ) ){1,40} ) : [ \t]{0,4} )?"
    rb"   (?: \] \w{0,12} \[ | \] )? [\"']? \\{0,3}"
    rb"   (?P<words> [\w$.]{1,60} (?: [ \t]{1,8} [\w$.]{1,60} ){0,5} ) ) )"
)
"""The text from a literal back to the name it is assigned to: a forward search is slow."""
_SCOPE = lazy_pattern(rb"[sglbwt][ \t]{1,8}tel\b")
"""The letter of a scope of Vim script, read backwards."""
_SINGLE_NAMES = ("macro", "constructed", "constant", "scoped")
_KEYWORDS = frozenset(
    b"const let var val final static private public protected internal readonly export local my our"
    b" def auto mut set type string String char str pub global declare byte bytes wchar_t".split()
)
"""Keywords and types, which are not names."""


class Variable(NamedTuple):
    """A variable or constant whose value is concatenated."""

    name: bytes
    owner: bytes = b""
    """Name of the object or class that it is a member of, if any."""
    is_expanded: bool = False
    """Whether it is expanded inside text, as in a shell, so that its value needs no quotes."""
    is_template: bool = False
    """Whether it is in brackets there, so that a map in YAML may give its value."""


def find_names(
    content: bytes, start: int, end: int, set_forms: Sequence[SetForm] = SET_FORMS
) -> list[bytes]:
    """Return the names that the literal at `start:end` may be assigned to.

    A name may precede its type (`P string`) or follow it (`string P`), so both words count.
    `set_forms` are those that `content` may have.
    """
    if content[end : end + 1] not in _ENDS and not _ENDED.match(content, end):
        return []  # the pattern of a declaration takes 1 µs
    before = content[max(0, start - _MAX_DECLARATION) : start]
    if b"," in before and (listed := find_tuple_name(content, start)):
        declared = [listed]
    else:
        found = _DECLARATION_BACKWARDS.match(before[::-1])
        declared = _read_declared(content, end, found) if found else []
    return [*declared, *find_set_names(content, start, set_forms)] if set_forms else declared


def _read_declared(content: bytes, end: int, found: re.Match[bytes]) -> list[bytes]:
    """Return the names in the text before a literal that ends at an offset."""
    name = next(filter(None, map(found.__getitem__, _SINGLE_NAMES)), None)
    is_bare = UNQUOTED_END.match(content, end) or (name and _CLOSED.match(content, end))
    if not (CLOSING_QUOTE.match(content, end) if found["quote"] else is_bare):
        return []
    if name:
        return [name[::-1]]
    if found["type"] and _SCOPE.match(found["words"]):
        return [found["type"][::-1].strip()]
    words = [word.rpartition(b".")[2].lstrip(b"$") for word in found["words"][::-1].split()]
    return [word for word in words if word and word not in _KEYWORDS and not word.isdigit()]

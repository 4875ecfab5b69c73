"""Values that later statements write to the same target as a key: a buffer, a builder, a list.

`strcpy(k, "…"); strcat(k, rest)` and `b.append("…"); b.append(rest)` give the key a rest that is
only known at run time. The first value that is added after the key decides: if it begins with
something that no key contains, the key is whole. Items of a list count if the list is joined.
"""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.scanner.ends.joined_values import VALUE
from wakeyscan.scanner.later_pieces import may_be_piece

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from wakeyscan.decoders.concatenation.words import WordIndex

_MAX_BEFORE = 160
_MAX_WRITER = 16
_MAX_AFTER = 1 << 11
_MAX_USES = 8
_MAX_USE = 240
_NAME = rb"[A-Za-z_] \w{0,60}"
_MEMBERS = rb"(?: [\w$]{1,40} (?: \.\.? | -> | :: ) ){0,4}?"
_OWNER = rb"(?: [\w$]{1,40} (?: \. | -> ) ){0,4}+"
_ADDERS = rb"""(?i: append\w{0,8} | write\w{0,12} | concat | push_str | push\w{0,8} | add | print
    | puts? | extend | insert | Set )"""
_WRITERS = rb"""(?: \w{0,12} (?: cpy | cat | Copy | Cat ) (?: _s | \w )? | io\.WriteString
    | array_push | table\.insert | fmt\.Fprint\w? | \w{1,16}_append\w{0,6}
    | Buffer\.add_string )"""
_TARGET = lazy_pattern(
    rb"(?x) (?: \A | (?<= [;{}\n] ) ) \s*+ (?:"
    rb" (?: let [ ] \(\) \s* = \s* | (?P<result> \w+ ) \s* = \s* (?= (?: stp | mem ) p?cpy ) )?"
    rb" (?: "
    + _WRITERS
    + rb" \s* [(\s] \s* [&*]?"
    + _OWNER
    + rb" (?P<argument> "
    + _NAME
    + rb" ) \s* ,? [^\"'`;]{0,24}"
    rb" | (?i: set ) \( \s* (?P<variable> " + _NAME + rb" ) \s+"
    rb" | push \s+ @ (?P<pushed> " + _NAME + rb" ) \s* , \s* )"
    rb" | (?: [\w:<>*&]{1,40} [ \t*&]+ ){0,4} [$@*]?"
    + _MEMBERS
    + rb" (?P<receiver> "
    + _NAME
    + rb" ) \s* (?:"
    rb"   (?: \.{1,2} | -> | :: ) (?P<method> " + _ADDERS + rb" ) [!?]? \s* [(\s] \s*"
    rb"   | \[ [^\]\n]{0,24} \] \s* = \s* | (?: [:+.&|~]?= | <- ) \s* (?: new \s+ )? [\w.:]{0,40}"
    rb"     (?: \( \s* (?: \[\]byte\( )? | \s* ) | \s* << \s* ) )"
    rb" [bLNr@]? \\{0,3} [\"'`] \Z"
)
"""A statement that writes a literal, from its start to the literal."""
_FILE = lazy_pattern(rb"""(?x) \\{0,3} ["'`] \s* , \s* (?P<file> """ + _NAME + rb""" ) \s* \)""")
_FILE_WRITER = lazy_pattern(rb"\bf(?:puts|putws|write)\s*\(\s*L?\"\Z")
_BARE_APPEND = lazy_pattern(rb"(?:^|[\s{;])append\(\s*\"\Z")
_BARE_APPENDED = lazy_pattern(rb"(?x) \" \s* \) \s* ;? \s+ append\( \s* " + VALUE)
_CLOSED = lazy_pattern(rb"\\{0,3}[\"'`]")
_NEXT_ITEM = lazy_pattern(rb"(?x) \\{0,3} [\"'`] \s* , \s* " + VALUE)
_LISTS = (b"push", b"push_back", b"add", b"insert", b"append_to", b"extend")
_WRITER_BEFORE = lazy_pattern(
    rb"(?x) (?: "
    + _WRITERS
    + rb" \s* [(\s] | push \s+ @ | string\( \s* APPEND \s ) \s* [&*]?"
    + _MEMBERS
    + rb" \Z"
)
_ADDED_ARGUMENT = lazy_pattern(
    rb"(?x) (?: [^,;\n\"']{0,24} , | \s+ )"
    rb" (?: \s* (?: sizeof [^,;\n]{0,40} | \d+ | \w+_SIZE ) \s* , )? \s* (?P<value> "
    + VALUE
    + rb" )?"
)
_ADDED_VALUE = lazy_pattern(
    rb"(?x) (?: \s* (?: \.{1,2} | -> | :: ) "
    + _ADDERS
    + rb" [!?]? \s* [(\s] | \s* (?: [+.&|~*^]{1,2}= | << )"
    rb" | \[ [^\]\n]{0,24} \] \s* = (?! = ) | \s* = \s* \w*cat\w* \( [^,;\n]{1,40} , )"
    rb" \s* (?P<value> " + VALUE + rb" )?"
)
_WORD_LITERAL = lazy_pattern(rb"[\"'`]?([A-Za-z0-9_-]+)[\"'`]")
_OVERWRITER = lazy_pattern(rb"(?:str|mem|wcs|lstr)[nl]?cpy\w{0,2}\(\s*\Z")
_FILE_BEFORE = lazy_pattern(
    rb"(?x) \bf (?: puts | putws | write ) \s* \( \s* (?P<value> "
    + VALUE
    + rb" )? [^;\n]{0,80} , \s* \Z"
)
_CLEARED = lazy_pattern(rb"\s*(?::?=(?!=)|\.(?:clear|reset|Reset|setLength|truncate)\b)")
_STRING_PATHS = (".py", ".pyi", ".pyw")


class _Target(NamedTuple):
    """What a statement writes a key to."""

    name: bytes
    is_list: bool = False
    is_end: bool = False
    """Whether it is the end of a buffer, to which the next copy adds."""
    size: int = 0
    """Bytes from the end of the key to that of the name, if the name follows the key."""


def adds_value(
    content: bytes,
    words: WordIndex,
    start: int,
    end: int,
    *,
    path: str,
    is_joined: Callable[[bytes], bool],
) -> bool:
    """Return whether a later statement adds a value to what `start:end` is written to.

    `is_joined` tells whether the items of a list with a name are joined.
    """
    before, after = content[max(0, start - _MAX_BEFORE) : start], content[end : end + _MAX_USE]
    if not _CLOSED.match(after):
        return False
    if before.endswith(b'append("') and _BARE_APPEND.search(before) and _BARE_APPENDED.match(after):
        return True
    target = _find_target(before, after, path)
    if not target or (
        target.is_list and not _is_joiner(content, target) and not is_joined(target.name)
    ):
        return False
    if target.is_list and _NEXT_ITEM.match(after):
        return True
    return _is_added_to(content, words, target, end + target.size)


def _find_target(before: bytes, after: bytes, path: str) -> _Target | None:
    if not before.rstrip(b"\\LbNr@").endswith((b'"', b"'", b"`")):
        return None
    if _FILE_WRITER.search(before[-_MAX_WRITER:]):
        file = _FILE.match(after)
        return _Target(file["file"], size=file.end()) if file else None
    at = max(before.rfind(sign, 0, len(before)) for sign in (b";", b"\n", b"{", b"}")) + 1
    found = _TARGET.match(before, at)
    if not found:
        return None
    names = found.group("result", "argument", "variable", "pushed", "receiver")
    name = next(filter(None, names))
    method = (found["method"] or b"").lower()
    is_list = method in _LISTS or (method == b"append" and path.endswith(_STRING_PATHS))
    is_list |= bool(found["pushed"]) or b"[" in found[0] or b"table.insert" in found[0]
    return _Target(name, is_list, is_end=found["result"] is not None)


def _is_joiner(content: bytes, target: _Target) -> bool:
    return content.find(b"StringJoiner " + target.name) >= 0


def _is_added_to(content: bytes, words: WordIndex, target: _Target, low: int) -> bool:
    """Return whether the first value that is added to a target may go on with a key."""
    size = len(target.name)
    for at in words.find_between(target.name, low, low + _MAX_AFTER, _MAX_USES):
        end = at + size
        before = content[max(0, at - 64) : at]
        if _OVERWRITER.search(before) and content.startswith(b",", end) and not target.is_end:
            return False
        found = None
        if _WRITER_BEFORE.search(before):
            found = _ADDED_ARGUMENT.match(content, end, end + _MAX_USE)
        elif file := _FILE_BEFORE.search(before):
            found = file
        found = found or _ADDED_VALUE.match(content, end, end + _MAX_USE)
        if found:
            return found["value"] is not None and _may_be_added(found)
        if _CLEARED.match(content, end):
            return False
    return False


def _may_be_added(found: re.Match[bytes]) -> bool:
    """Return whether a value is no literal, or one that may be a part of a key."""
    word = _WORD_LITERAL.match(found.string, found.start("value"))
    return word is None or may_be_piece(word[1])

"""Pieces that later statements add to a key: to its variable, its builder or its stream.

A key may be assembled one statement after another: `k = "…"; k += "…"`, `b.append("…")` again and
again, `K=$K…`. Its parts so far end like a whole key. So the name that a part is given to is
followed: a literal or a word that a later use of the name adds, and that no person has named, is a
piece too. The next value of the same name ends the search.
"""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.ends.next_literal import find_next_literal
from wakeyscan.scanner.ends.text_end import KEY_PREFIX, read_end
from wakeyscan.scanner.ends.words import is_name, may_be_rest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wakeyscan.decoders.concatenation.words import WordIndex
    from wakeyscan.decoders.decoder import Span

_MAX_AFTER = 1 << 12
"""Bytes after a key that are searched for statements."""
_MAX_USES = 16
_MAX_PIECES = 8
_MAX_STATEMENT = 160
"""Bytes before a literal that hold the start of its statement."""
_MAX_BEFORE, _MAX_USE = 64, 320
_STATEMENT_ENDS = (b"\n", b";")
_QUOTES = (b'"', b"'", b"`")
_CALL_STARTS = (b"(", b"<<")
_MEMBERS = rb"[$@&*]{0,2} (?: [\w$]{1,60} (?: \.\.? | -> | :: ) ){0,4}?"
_NAME = rb"[A-Za-z_] \w{0,60}"
_TARGET = lazy_pattern(
    rb"(?x) \s*+ (?: [{\[]? \s* (?: \"\w{1,40}\" \s? : \s? )? \" )?+"
    rb" (?: \#define [ \t]+ (?P<macro> " + _NAME + rb" ) [ \t]"
    rb" | (?: \w{0,8} (?: cat | cpy ) \w? \( \s? | (?: append | setenv | set (?: [ ] -\w+ )* )"
    rb"     [ \t]+ | (?i: set ) \( \s? | (?i: string ) \( \s? APPEND \s+ )"
    rb"   [\"'&$]? (?P<argument> " + _NAME + rb" )"
    rb" | (?: [\w:]{1,40} (?: < [\w<>, ]{0,40} > )? [&*]? [ \t]+ ){0,4}"
    + _MEMBERS
    + rb" (?P<receiver> " + _NAME + rb" ) [\"'\]]{0,2} \s*"
    rb"   (?: [:?+.&|~*^]{0,2} = (?! = ) | <- | << | \( | (?: \.\.? | -> | :: ) \w+ [!?]? [(]"
    rb"     | : \s ) )"
)  # fmt: skip
"""The start of a statement, up to the name that it gives a value to."""
_WORD = rb"(?P<word> [A-Za-z0-9_-]{1,128}+ )"
_LITERAL = rb"(?: [A-Za-z@$]{1,2} )? \\{0,3} [\"'`]"
_ADDED = lazy_pattern(
    rb"(?x) [\"'`]? [)\]}]{0,2} (?:"
    # NAME += "…", NAME << "…", NAME + "…"
    rb" \s{0,16} (?: [-+.&|~*^<>/]{1,3}=? | \.\.= ) \s{0,64} (?: \( \s? )? (?: " + _LITERAL + rb" )"
    # NAME.append("…")
    rb" | \s{0,64} (?: \.\.? | -> | :: ) (?i: append | add | concat | insert | plus | print | push"
    rb"   | put | write ) \w{0,12} [!?]? [ (] \s{0,16} (?: " + _LITERAL + rb" )"
    # NAME+=…
    rb" | \+= (?= [\w-] ) ) " + _WORD
)
_ARGUMENT = lazy_pattern(rb"(?x) (?: cat \w? \( \s? [&]? | (?: append | APPEND ) [ \t]+ ) \Z")
"""A call or a command that adds to its first argument."""
_AFTER_ARGUMENT = lazy_pattern(rb"(?x) \s? ,? \s* (?: " + _LITERAL + rb" )? " + _WORD)
_OPENING = lazy_pattern(
    rb"(?x) (?P<open> [$\#@]?\{\{? | [$\\]\( | [%!] ) [ ]? \$? (?: [\w$]+ [.:] ){0,3} \Z"
)
_CLOSINGS = {
    closing: lazy_pattern(rb"(?x) [ ]? " + pattern + rb" [\"']{0,2} " + _WORD)
    for closing, pattern in ((b"{", rb"\}{1,2}"), (b"(", rb"\)"), (b"%", rb"%"), (b"!", rb"!"))
}
_DEFINE = b"#define "
_ADJACENT = lazy_pattern(rb"(?x) [ \t]+ " + _LITERAL + _WORD)
"""A literal after a macro."""
_EXPANDED = lazy_pattern(rb"(?x) \"? " + _WORD)
"""A word after `$NAME` that begins with a hyphen or follows a quote."""
_GLUED = lazy_pattern(rb"[A-Za-z0-9_-]{8,128}")
_MIN_LONG = 9
"""Letters of a word that is a name only if its parts are long (see `may_be_rest`)."""
_NEW_VALUE = lazy_pattern(rb"[\"']?[ \t]{0,8}(?::?=(?!=)|:[ \t])")


def find_later_pieces(
    content: bytes, words: WordIndex, spans: Sequence[Span], names: Sequence[bytes], path: str
) -> list[Span]:
    """Return the pieces that are added to a key with its parts at `spans`, in their order.

    They may also be between its parts, where it was joined in another way. `names` are those that
    an assignment gives its first part.
    """
    if not names and len(spans) == 1 and not _is_argument(content, spans[0][0]):
        return []  # as most keys
    targets = dict.fromkeys([*names, *_list_targets(content, spans)])
    pieces = {piece for name in targets for piece in _find_added(content, words, name, spans)}
    if len(spans) > 1:
        pieces.update(_follow_literals(content, max(spans), path))
    return sorted(pieces.difference(spans))


def _list_targets(content: bytes, spans: Sequence[Span]) -> Iterator[bytes]:
    """Yield the names that the first part and the last one are given to."""
    first, last = spans[0], max(spans)
    if last == first and not _is_argument(content, first[0]):
        return
    for start, _ in {first, last}:
        before = content[max(0, start - _MAX_STATEMENT) : start]
        at = max(map(before.rfind, _STATEMENT_ENDS)) + 1
        if target := _TARGET.match(before, at):
            yield target["macro"] or target["argument"] or target["receiver"]


def _is_argument(content: bytes, start: int) -> bool:
    """Return whether a literal is the argument of a call or is written to a stream."""
    if content[start - 1 : start] not in _QUOTES:
        return False
    before = content[max(0, start - 16) : start]
    stripped = before.rstrip(b"\"'`\\@$bfFLNrRuU")
    return stripped.rstrip().endswith(_CALL_STARTS) or b", " in stripped[-2:]


def _find_added(
    content: bytes, words: WordIndex, name: bytes, spans: Sequence[Span]
) -> Iterator[Span]:
    """Yield what uses of a name add, up to its next value."""
    low, last = spans[0][1], max(spans)[1]
    high = last + _MAX_AFTER
    for at in words.find_between(name, low, high, _MAX_USES):
        end = at + len(name)
        found = _find_piece(content, at, end)
        if found and (may_be_piece(word := content[slice(*found)]) or at < last):
            if not word.startswith(KEY_PREFIX):
                yield found
        elif found and content.startswith(KEY_PREFIX, found[0]):
            high = at  # as in a list of keys
            break
        elif at > last and _is_new_value(content, name, end):
            high = at
            break
    yield from _find_glued(content, words, name, low, high)


def _find_glued(
    content: bytes, words: WordIndex, name: bytes, low: int, high: int
) -> Iterator[Span]:
    """Yield the words directly after `$NAME`: a person means that, a shell reads a longer name."""
    for at in words.find_variable(name, low, high, _MAX_USES):
        glued = _GLUED.match(content, at + 1 + len(name))
        if glued and may_be_piece(glued[0]):
            yield glued.span()


def _is_new_value(content: bytes, name: bytes, end: int) -> bool:
    """Return whether a name is given a value in which it does not occur."""
    if not _NEW_VALUE.match(content, end):
        return False
    line_end = content.find(b"\n", end, end + _MAX_USE)
    return content.find(name, end, line_end if line_end >= 0 else end + _MAX_USE) < 0


def _find_piece(content: bytes, at: int, end: int) -> Span | None:
    """Return the word that the use of a name at `at:end` adds to its value."""
    before = content[max(0, at - _MAX_BEFORE) : at]
    found = None
    if _ARGUMENT.search(before):
        found = _AFTER_ARGUMENT.match(content, end)
    elif opening := _OPENING.search(before):
        found = _CLOSINGS[opening["open"][-1:]].match(content, end)
    elif before.endswith(b"$"):
        found = _EXPANDED.match(content, end)
    elif _DEFINE in before:
        found = _ADJACENT.match(content, end)
    found = found or _ADDED.match(content, end)
    return found.span("word") if found else None


def may_be_piece(word: bytes) -> bool:
    """Return whether a word that is added to a key may be a part of it, and is no name."""
    return may_be_rest(word) and (len(word) >= _MIN_LONG or not is_name(word.strip(b"-_")))


def _follow_literals(content: bytes, last: Span, path: str) -> Iterator[Span]:
    """Yield the literals after the last part that may be the rest, one after the other."""
    for _ in range(_MAX_PIECES):
        rest = find_next_literal(read_end(content, *last, path))
        if not rest:
            return
        last = last[1] + rest.start, last[1] + rest.end
        yield last

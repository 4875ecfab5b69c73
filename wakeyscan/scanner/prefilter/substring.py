"""Looks for anchors with `bytes.find`, for wrappings in the parts that `sieves` leaves.

That costs nothing to load, and 15 ms for a MB of code; ten times as much where all is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.line_index import find_all
from wakeyscan.scanner.prefilter.base64_words import around
from wakeyscan.scanner.prefilter.candidates import CandidateFilters
from wakeyscan.scanner.prefilter.keywords import AnchorHit, AnchorIndex, AnchorSearch, EncodedAnchor

_BEFORE, _BEHIND = 64, 192
"""Bytes around an anchor in which what wraps a part of its key is looked for."""


def build_substring_search(catalog: AnchorIndex) -> AnchorSearch:
    """Make a look for all forms of a catalogue."""
    wanted = [(f, f.text if f.exact_case else f.text.lower()) for f in catalog.plain()]
    sieves = CandidateFilters(catalog.exact(), min((len(mark) for _, mark in wanted), default=1))

    def look(content: bytes | memoryview) -> list[AnchorHit]:
        text = bytes(content)
        lowered = text.lower()
        hits = [
            AnchorHit(form, at)
            for form, mark in wanted
            for at in find_all(text if form.exact_case else lowered, mark)
        ]
        if len(text) < sieves.least:
            return hits
        # What comes behind an anchor may be wrapped though it is not.
        anchors = sorted(at for form, at in hits if form.exact_case)
        near = around(text, [(at, at + _BEHIND) for at in anchors], _BEFORE)
        words = sieves.words(text)
        for name in catalog.names():
            sieve = sieves.by_name.get(name)
            part = text if sieve is None else sieve(text, words)
            if near or part:
                hits += _in_part(near + b"\n" + part, catalog.of(name))
        return hits + find_in_utf16(text, look) if b"\0" in text and not hits else hits

    return look


def _in_part(part: bytes, listed: tuple[EncodedAnchor, ...]) -> Iterator[AnchorHit]:
    lowered = part.lower()
    for form in listed:
        if form.text in part if form.exact_case else form.text.lower() in lowered:
            yield AnchorHit(form, 0)


_HEAD = 64
"""Bytes that tell whether a text is in UTF-16."""


def find_in_utf16(text: bytes | memoryview, look: AnchorSearch) -> list[AnchorHit]:
    """Say whether a text that is in UTF-16 has anything in it that is not plain there, either."""
    mark = wide_beginning(bytes(text[:_HEAD]))
    if not mark or not look(bytes(text).replace(b"\0", b"")):
        return []
    return [AnchorHit(EncodedAnchor(mark, "utf16", mark, True), 0)]


def wide_beginning(head: bytes) -> bytes:
    """Give what a text in UTF-16 begins with, or nothing if it is none by its first bytes."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head[:2] if head[2:4] != b"\0\0" else b""  # else it is UTF-32
    for first in (0, 1):
        letters, nuls = head[first:32:2], head[1 - first : 32 : 2]
        if len(letters) >= 8 and not nuls.strip(b"\0") and b"\0" not in letters:
            return head[first : first + 8]
    return b""

"""Looks for anchors with `bytes.find`, for wrappings in the parts that `sieves` leaves.

That costs nothing to load, and 15 ms for a MB of code; ten times as much where all is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.catalog import Catalog, Form, Hit, Look
from wakeyscan.core.line_index import places
from wakeyscan.sieves import Sieves
from wakeyscan.wide import in_utf16
from wakeyscan.words import around

_BEFORE, _BEHIND = 64, 192
"""Bytes around an anchor in which what wraps a part of its key is looked for."""


def finder(catalog: Catalog) -> Look:
    """Make a look for all forms of a catalogue."""
    wanted = [(f, f.text if f.exact_case else f.text.lower()) for f in catalog.plain()]
    sieves = Sieves(catalog.exact(), min((len(mark) for _, mark in wanted), default=1))

    def look(content: bytes | memoryview) -> list[Hit]:
        text = bytes(content)
        lowered = text.lower()
        hits = [
            Hit(form, at)
            for form, mark in wanted
            for at in places(text if form.exact_case else lowered, mark)
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
        return hits + in_utf16(text, look) if b"\0" in text and not hits else hits

    return look


def _in_part(part: bytes, listed: tuple[Form, ...]) -> Iterator[Hit]:
    lowered = part.lower()
    for form in listed:
        if form.text in part if form.exact_case else form.text.lower() in lowered:
            yield Hit(form, 0)

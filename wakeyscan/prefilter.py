"""Says which anchors stand in a text, in whatever wrapping, before any pattern is run.

Few bytes are looked through with `bytes.find`, for wrappings in the parts that `sieves` leaves,
which costs nothing to load; many with hyperscan, which looks for everything at once (1.7 to
4.2 GB/s; `find` takes a pass for each).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from wakeyscan.catalog import Catalog, Form
from wakeyscan.locate import places
from wakeyscan.sieves import Sieves, wide_beginning
from wakeyscan.words import around

MANY = 1 << 22
"""Bytes after which loading hyperscan, and all forms into it (40 ms), has paid for itself."""

_BEFORE, _BEHIND = 64, 192
"""Bytes around an anchor in which what wraps a part of its key is looked for."""

_HEAD = 64
"""Bytes that tell whether a text is in UTF-16."""


class Hit(NamedTuple):
    """A form that stands at an offset of a text."""

    form: Form
    at: int
    """Of a wrapped form it is not always known, and then 0."""


Look = Callable[["bytes | memoryview"], "list[Hit]"]


class Prefilter:
    """Looks for anchors; counts what it has seen, to know when hyperscan is worth its loading.

    Forms that hold a NUL are looked for only where there is one, which costs next to nothing to
    know and spares most texts a second look.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._seen = 0
        self._catalog = catalog
        self._look_narrow = _finder(catalog)
        self._look_wide: Look = lambda content: []  # the finder looks for everything

    def __call__(self, content: bytes) -> list[Hit]:
        """List which forms stand in `content`, and where."""
        self.expect(len(content))
        hits = self._look_narrow(content)
        return hits + self._look_wide(content) if b"\0" in content else hits

    def looks(self) -> tuple[Look, Look]:
        """Give the two looks themselves, without and with a NUL, for a loop that is in a hurry."""
        return self._look_narrow, self._look_wide

    def expect(self, size: int) -> None:
        """Get ready for so many more bytes."""
        before, self._seen = self._seen, self._seen + size
        if before < MANY <= self._seen:
            listed = self._catalog.all()
            narrow = _hyperscan(tuple(form for form in listed if b"\0" not in form.text))
            if narrow:
                self._look_narrow = narrow
                wide = tuple(form for form in listed if b"\0" in form.text)
                self._look_wide = _when_asked(wide, narrow)


def _finder(catalog: Catalog) -> Look:
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
        return hits + _in_utf16(text, look) if b"\0" in text and not hits else hits

    return look


def _in_utf16(text: bytes, look: Look) -> list[Hit]:
    """Say whether a text that is in UTF-16 has anything in it that is not plain there, either."""
    mark = wide_beginning(text[:_HEAD])
    if not mark or not look(text.replace(b"\0", b"")):
        return []
    return [Hit(Form(mark, "utf16", mark, True), 0)]


def _in_part(part: bytes, listed: tuple[Form, ...]) -> Iterator[Hit]:
    lowered = part.lower()
    for form in listed:
        if form.text in part if form.exact_case else form.text.lower() in lowered:
            yield Hit(form, 0)


def _when_asked(listed: tuple[Form, ...], narrow: Look) -> Look:
    """Make a look when it is first wanted: many a tree has no NUL in it."""
    made: list[Look] = []

    def look(content: bytes | memoryview) -> list[Hit]:
        if not made:
            made.append(_hyperscan(listed) or (lambda content: []))
        if hits := made[0](content):
            return hits
        return _in_utf16(bytes(content), narrow) if wide_beginning(bytes(content[:_HEAD])) else []

    return look


_RAREST = b"zqxjkvwy_-bpg"
"""Bytes that are rare in code and prose, the rarest first."""

_SHORTEST = 5
"""Bytes of a head that are enough to look for."""


def head(text: bytes) -> bytes:
    """Give the beginning of a literal that is looked for in its place.

    Hyperscan goes by the last bytes of a literal: 1.4 times as fast where none of them is as common
    as those of `-ization` or `key` are (4.3 to 3.0 GB/s on the sources of curl).
    """
    ends = range(min(_SHORTEST, len(text)), len(text) + 1)
    rank = {end: _RAREST.find(text[end - 1 : end].lower()) for end in ends}
    rare = [end for end in ends if rank[end] >= 0]
    return text[: min(rare, key=lambda end: (rank[end], -end))] if rare else text


def _hyperscan(listed: tuple[Form, ...]) -> Look | None:
    try:
        import hyperscan
    except ImportError:  # no wheel for this machine
        return None
    if not listed:
        return None
    same: dict[tuple[bytes, bool], list[Form]] = {}
    for form in listed:
        same.setdefault((form.text, form.exact_case), []).append(form)
    groups = list(same.values())
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    heads = [text if exact_case else head(text) for text, exact_case in same]
    database.compile(
        # Not `literal=True`: that one cuts a literal at its first NUL (python-hyperscan 0.9).
        expressions=[_expression(text) for text in heads],
        ids=list(range(len(groups))),
        flags=[0 if exact_case else hyperscan.HS_FLAG_CASELESS for _, exact_case in same],
    )
    ends: list[tuple[int, int]] = []
    scan: Callable[..., object] = database.scan

    def note(number: int, start: int, end: int, *_: object) -> None:
        ends.append((number, end))

    def look(content: bytes | memoryview) -> list[Hit]:
        scan(content, note)
        if not ends:
            return []
        found = [Hit(form, end - len(heads[n])) for n, end in sorted(ends) for form in groups[n]]
        ends.clear()
        return [hit for hit in found if _is_there(hit, content)]

    return look


def _expression(text: bytes) -> bytes:
    """Write a literal; what a line's end is before stands at the beginning of a text, too."""
    first = b"(?:\\A|\\n)" if text[:1] == b"\n" else b"\\x%02x" % text[0]
    return first + b"".join(b"\\x%02x" % byte for byte in text[1:])


def _is_there(hit: Hit, content: bytes | memoryview) -> bool:
    """Say whether the whole form stands where its head was seen."""
    form, at = hit
    if form.exact_case:
        return True
    return bytes(content[at : at + len(form.text)]).lower() == form.text.lower()

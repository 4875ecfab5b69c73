"""Looks for all anchors at once with hyperscan, at 1.7 to 4.2 GB/s."""

from __future__ import annotations

import os
import sys
from binascii import crc32
from collections.abc import Callable, Iterable
from typing import Any

from wakeyscan.scanner.prefilter.keywords import AnchorHit, AnchorSearch, EncodedAnchor

_RAREST = b"zqxjkvwy_-bpg"
"""Bytes that are rare in code and prose, the rarest first."""

_SHORTEST = 5
"""Bytes of a head that are enough to look for."""

_BEGUN = 4
"""Bytes of a form that begins with the end of a line."""

_STOCK = (b"\\u00", b"\\U00")
"""Beginnings of escapes that tell next to nothing: all of them have one."""


def head(text: bytes) -> bytes:
    """Give the beginning of a literal that is looked for in its place.

    Hyperscan goes by the last bytes of a literal: 1.4 times as fast where none of them is as common
    as those of `-ization` or `key` are (4.3 to 3.0 GB/s on the sources of curl).
    """
    ends = range(min(_SHORTEST, len(text)), len(text) + 1)
    rank = {end: _RAREST.find(text[end - 1 : end].lower()) for end in ends}
    rare = [end for end in ends if rank[end] >= 0]
    return text[: min(rare, key=lambda end: (rank[end], -end))] if rare else text


def build_hyperscan_search(
    listed: Iterable[EncodedAnchor], longest: int | None = None
) -> AnchorSearch | None:
    """Make a look for forms; `None` where there is no hyperscan, or nothing to look for.

    What counts in its own case alone is looked for by `longest` bytes at the most. Of what counts
    in any case there is little, and `auth` is a word of all code.
    """
    same = _by_mark(listed, longest)
    scan = build_scanner(list(same)) if same else None
    return _looking(scan, same) if scan else None


def list_literals(listed: Iterable[EncodedAnchor], longest: int | None = None) -> list[Literal]:
    """List what an automaton looks for in the place of forms."""
    return list(_by_mark(listed, longest))


def _by_mark(
    listed: Iterable[EncodedAnchor], longest: int | None
) -> dict[Literal, list[EncodedAnchor]]:
    same: dict[Literal, list[EncodedAnchor]] = {}
    for form in listed:
        mark = _beginning(form.text, longest) if form.exact_case else head(form.text).lower()
        same.setdefault((mark, form.exact_case), []).append(form)
    return same


def _looking(scan: ScanFunction, same: dict[Literal, list[EncodedAnchor]]) -> AnchorSearch:
    listed = list(same)
    groups: dict[int, _Group] = {}
    begun = _begun(form for forms in same.values() for form in forms)
    ends: list[tuple[int, int]] = []

    def note(number: int, start: int, end: int, *_: object) -> None:
        ends.append((number, end))

    def group(number: int) -> _Group:
        if number not in groups:
            mark, exact_case = listed[number]
            groups[number] = _Group(len(mark), exact_case, tuple(same[mark, exact_case]))
        return groups[number]

    def look(content: bytes | memoryview) -> list[AnchorHit]:
        scan(content, note)
        found = []
        if ends:
            found = [hit for n, end in sorted(ends) for hit in group(n).hits(content, end)]
            ends.clear()
        if (form := begun.get(bytes(content[: _BEGUN - 1]))) is not None:
            found.append(AnchorHit(form, 0))
        return found

    return look


def _begun(listed: Iterable[EncodedAnchor]) -> dict[bytes, EncodedAnchor]:
    r"""Give the forms that stand at the beginning of a line, by what they begin a text with.

    A text begins as a line does; to say so with `\A` costs hyperscan 25 ms.
    """
    return {form.text[1:_BEGUN]: form for form in listed if form.decoder and form.text[:1] == b"\n"}


def _beginning(text: bytes, longest: int | None) -> bytes:
    return text if longest is None else text[: longest + 2 * text.startswith(_STOCK)]


class _Group:
    """Forms that are looked for by one mark."""

    def __init__(self, width: int, exact_case: bool, forms: tuple[EncodedAnchor, ...]) -> None:
        self._width, self._exact_case, self._forms = width, exact_case, forms
        self._texts = tuple(f.text if exact_case else f.text.lower() for f in forms)
        self._before = tuple(f.before for f in forms)
        self._longest = max(map(len, self._texts))

    def hits(self, content: bytes | memoryview, end: int) -> list[AnchorHit]:
        """List the forms that stand whole where their mark, which ends at `end`, was seen."""
        at = end - self._width
        there = bytes(content[at : at + self._longest])
        if not self._exact_case:
            there = there.lower()
        if not there.startswith(self._texts):
            return []
        each = zip(self._forms, self._texts, self._before, strict=True)
        return [
            AnchorHit(form, at)
            for form, text, before in each
            if there.startswith(text) and (before is None or before.is_before(content, at))
        ]


Literal = tuple[bytes, bool]
"""A literal to look for, and whether in its own case alone."""


ScanFunction = Callable[..., object]
"""Calls back for each mark in a text, with its number and where it ends."""


_FOLDER = "_databases"


def build_scanner(marks: list[Literal]) -> ScanFunction | None:
    """Make what looks for at least one mark; `None` where there is no hyperscan."""
    try:
        import hyperscan
    except ImportError:  # no wheel for this machine
        return None
    scan: ScanFunction = (_kept(hyperscan, marks) or _compiled(hyperscan, marks)).scan
    return scan


def serialize_database(marks: list[Literal]) -> tuple[str, bytes]:
    """Give the database of marks to put into the package, with its path there.

    Raises `ImportError` where there is no hyperscan.
    """
    import hyperscan

    key = _key(hyperscan, marks)
    serialized: bytes = hyperscan.dumpb(_compiled(hyperscan, marks))
    return f"scanner/prefilter/{_FOLDER}/{_name(key)}", key + serialized


def _kept(hyperscan: Any, marks: list[Literal]) -> Any | None:
    key = _key(hyperscan, marks)
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), _FOLDER)
    try:
        with open(os.path.join(folder, _name(key)), "rb") as file:
            if file.read(len(key)) != key:
                return None
            database = hyperscan.loadb(file.read(), hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
    except (OSError, hyperscan.error):  # hyperscan proves version, processor and a checksum
        return None
    return database


def _compiled(hyperscan: Any, marks: list[Literal]) -> Any:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        # Not `literal=True`: that one cuts a literal at its first NUL (python-hyperscan 0.9).
        expressions=[_escaped(text) for text, _ in marks],
        ids=list(range(len(marks))),
        flags=[0 if exact_case else hyperscan.HS_FLAG_CASELESS for _, exact_case in marks],
    )
    return database


def _key(hyperscan: Any, marks: list[Literal]) -> bytes:
    """Tell all that a database depends on."""
    machine = os.uname().machine if sys.platform != "win32" else ""  # there is but one with a wheel
    made = hyperscan.__version__, sys.platform, machine, sys.byteorder
    return repr((made, marks)).encode()


def _name(key: bytes) -> str:
    return f"{crc32(key):08x}"


def _escaped(text: bytes) -> bytes:
    r"""Write a literal as `\x61\x62`."""
    return b"\\x" + text.hex(":").encode().replace(b":", b"\\x")

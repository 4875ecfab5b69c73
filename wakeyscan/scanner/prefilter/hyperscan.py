"""Search for all anchors at once with hyperscan, at 1.7 to 4.2 GB/s.

Compiling a database takes 6 to 70 ms, loading one 0.1 ms, so a wheel contains compiled databases.
A stored database starts with its literals and the version and machine that compiled it. For other
literals, another hyperscan or another machine, a database is compiled again.
"""

from __future__ import annotations

import os
import sys
from array import array
from binascii import crc32
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import NamedTuple
from wakeyscan.scanner.prefilter.anchors import AnchorHit, AnchorSearch, EncodedAnchor
from wakeyscan.scanner.prefilter.form_search import Literal, build_form_search

hyperscan: Any = lazy_import("hyperscan")  # some machines have no wheel; it has no types

_ScanFunction = Callable[..., object]
"""Searches a content; calls back for each literal with its number, its start and its end."""

_FOLDER = "_databases"

_RARE_BYTES = b"zqxjkvwy_-bpg"
"""Bytes that are rare in code and prose, the rarest first."""

_MIN_PREFIX = 7
"""Bytes of the shortest prefix that replaces a literal."""

_LINE_START = 4
"""Bytes of a form that starts with a line break."""

_COMMON_STARTS = (b"\\u00", b"\\U00")
"""Starts that all escapes of a kind share, and that are therefore useless for filtering."""


class LiteralSearch(NamedTuple):
    """A search for the literals of forms, without the forms themselves.

    A content whose literals are not searched in one piece can be searched by it: whether a content
    holds a literal depends on no byte around it.
    """

    scan: _ScanFunction
    by_literal: dict[Literal, list[EncodedAnchor]]

    @property
    def widths(self) -> list[int]:
        """The number of bytes of each literal."""
        return [len(text) for text, _ in self.by_literal]

    @property
    def line_starts(self) -> dict[bytes, EncodedAnchor]:
        r"""The encoded forms that start a line, by the first bytes of a content that has one.

        A content starts like a line; `\A` in a pattern would cost hyperscan 25 ms.
        """
        return {
            form.text[1:_LINE_START]: form
            for forms in self.by_literal.values()
            for form in forms
            if form.decoder and form.text[:1] == b"\n"
        }

    def find_ends(self, text: bytes) -> list[tuple[int, int]]:
        """Return the number and the end of each literal in a text."""
        ends: list[tuple[int, int]] = []

        def add_end(number: int, start: int, end: int, *_: object) -> None:
            ends.append((number, end))

        self.scan(text, add_end)
        return ends


def build_literal_search(
    forms: Iterable[EncodedAnchor], longest: int | None = None
) -> LiteralSearch | None:
    """Return a search for forms; `None` without hyperscan, or if there is nothing to search for.

    A case-sensitive form is searched by its first `longest` bytes. The other forms are few, and
    `auth` is a word of all code.
    """
    by_literal = _group_by_literal(forms, longest)
    scan = _build_scan(list(by_literal)) if by_literal else None
    return LiteralSearch(scan, by_literal) if scan else None


def list_literals(forms: Iterable[EncodedAnchor], longest: int | None = None) -> list[Literal]:
    """Return the literals that are searched in place of forms."""
    return list(_group_by_literal(forms, longest))


def serialize_database(literals: list[Literal]) -> tuple[str, bytes]:
    """Return the path in the package and the content of a stored database.

    Raise `ImportError` without hyperscan.
    """
    key = _build_key(literals)
    serialized: bytes = hyperscan.dumpb(_compile(literals))
    return f"scanner/prefilter/{_FOLDER}/{_build_name(key)}", key + serialized


def _group_by_literal(
    forms: Iterable[EncodedAnchor], longest: int | None
) -> dict[Literal, list[EncodedAnchor]]:
    groups: dict[Literal, list[EncodedAnchor]] = {}
    for form in forms:
        exact_case = form.exact_case
        text = _cut(form.text, longest) if exact_case else _find_rare_prefix(form.text).lower()
        groups.setdefault((text, exact_case), []).append(form)
    return groups


def _cut(text: bytes, longest: int | None) -> bytes:
    return text if longest is None else text[: longest + 2 * text.startswith(_COMMON_STARTS)]


def _find_rare_prefix(text: bytes) -> bytes:
    """Return a prefix of a literal that ends with a rare byte, or the literal.

    Hyperscan matches the last bytes of a literal first: it is 1.4 times as fast if none of them is
    as common as `-ization` or `key` (4.3 instead of 3.0 GB/s on the sources of curl).
    """
    ends = range(min(_MIN_PREFIX, len(text)), len(text) + 1)
    rank = {end: _RARE_BYTES.find(text[end - 1 : end].lower()) for end in ends}
    rare = [end for end in ends if rank[end] >= 0]
    return text[: min(rare, key=lambda end: (rank[end], -end))] if rare else text


def build_anchor_search(literal_search: LiteralSearch) -> AnchorSearch:
    """Return a search for the forms whose literals are searched."""
    find_forms = build_form_search(literal_search.by_literal)
    at_start = literal_search.line_starts
    ends: defaultdict[int, array[int]] = defaultdict(lambda: array("Q"))

    def add_end(number: int, start: int, end: int, *_: object) -> None:
        ends[number].append(end)

    def search(content: bytes | memoryview) -> list[AnchorHit]:
        literal_search.scan(content, add_end)
        hits = []
        if ends:
            hits = [hit for n in sorted(ends) for hit in find_forms(n, content, ends[n])]
            ends.clear()
        if (form := at_start.get(bytes(content[: _LINE_START - 1]))) is not None:
            hits.append(AnchorHit(form, 0))
        return hits

    return search


def _build_scan(literals: list[Literal]) -> _ScanFunction | None:
    """Return the scan function of a database; `None` without hyperscan."""
    try:
        scan: _ScanFunction = (_load(literals) or _compile(literals)).scan
    except ImportError:
        return None
    return scan


def _load(literals: list[Literal]) -> Any | None:
    key = _build_key(literals)
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), _FOLDER)
    try:
        with open(os.path.join(folder, _build_name(key)), "rb") as file:
            if file.read(len(key)) != key:
                return None
            database = hyperscan.loadb(file.read(), hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
    except (OSError, hyperscan.error):  # hyperscan checks version, processor and a checksum
        return None
    return database


def _compile(literals: list[Literal]) -> Any:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        # Not `literal=True`, which cuts a literal at its first NUL (python-hyperscan 0.9).
        expressions=[_escape(text) for text, _ in literals],
        ids=list(range(len(literals))),
        flags=[0 if exact_case else hyperscan.HS_FLAG_CASELESS for _, exact_case in literals],
    )
    return database


def _build_key(literals: list[Literal]) -> bytes:
    """Return everything on which a database depends."""
    machine = os.uname().machine if sys.platform != "win32" else ""  # Windows has only one wheel
    compiler = hyperscan.__version__, sys.platform, machine, sys.byteorder
    return repr((compiler, literals)).encode()


def _build_name(key: bytes) -> str:
    return f"{crc32(key):08x}"


def _escape(text: bytes) -> bytes:
    r"""Return a literal as a pattern such as `\x61\x62`."""
    return b"\\x" + text.hex(":").encode().replace(b":", b"\\x")

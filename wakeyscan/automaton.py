"""Looks for all anchors at once with hyperscan, at 1.7 to 4.2 GB/s."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from wakeyscan.catalog import Form, Hit, Look

_Mark = tuple[bytes, bool]
"""What is looked for in the place of forms, and whether in its own case alone."""

_Scan = Callable[..., object]

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


def automaton(listed: tuple[Form, ...], longest: int | None = None) -> Look | None:
    """Make a look for forms; `None` where there is no hyperscan.

    What counts in its own case alone is looked for by `longest` bytes at the most. Of what counts
    in any case there is little, and `auth` is a word of all code.
    """
    same: dict[_Mark, list[Form]] = {}
    for form in listed:
        mark = _beginning(form.text, longest) if form.exact_case else head(form.text).lower()
        same.setdefault((mark, form.exact_case), []).append(form)
    scan = _compiled(list(same))
    return _looking(scan, same) if scan else None


def _compiled(marks: list[_Mark]) -> _Scan | None:
    """Make what calls back for each mark in a text, with its number and where it ends."""
    try:
        import hyperscan
    except ImportError:  # no wheel for this machine
        return None
    if not marks:
        return None
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        # Not `literal=True`: that one cuts a literal at its first NUL (python-hyperscan 0.9).
        expressions=[_escaped(mark) for mark, _ in marks],
        ids=list(range(len(marks))),
        flags=[0 if exact_case else hyperscan.HS_FLAG_CASELESS for _, exact_case in marks],
    )
    scan: _Scan = database.scan
    return scan


def _looking(scan: _Scan, same: dict[_Mark, list[Form]]) -> Look:
    marks = list(same)
    groups: dict[int, _Group] = {}
    begun = _begun(form for forms in same.values() for form in forms)
    ends: list[tuple[int, int]] = []

    def note(number: int, start: int, end: int, *_: object) -> None:
        ends.append((number, end))

    def group(number: int) -> _Group:
        if number not in groups:
            mark, exact_case = marks[number]
            groups[number] = _Group(len(mark), exact_case, tuple(same[mark, exact_case]))
        return groups[number]

    def look(content: bytes | memoryview) -> list[Hit]:
        scan(content, note)
        found = []
        if ends:
            found = [hit for n, end in sorted(ends) for hit in group(n).hits(content, end)]
            ends.clear()
        if (form := begun.get(bytes(content[: _BEGUN - 1]))) is not None:
            found.append(Hit(form, 0))
        return found

    return look


def _begun(listed: Iterable[Form]) -> dict[bytes, Form]:
    r"""Give the forms that stand at the beginning of a line, by what they begin a text with.

    A text begins as a line does; to say so with `\A` costs hyperscan 25 ms.
    """
    return {form.text[1:_BEGUN]: form for form in listed if form.decoder and form.text[:1] == b"\n"}


def _beginning(text: bytes, longest: int | None) -> bytes:
    return text if longest is None else text[: longest + 2 * text.startswith(_STOCK)]


def _escaped(mark: bytes) -> bytes:
    r"""Write a literal as `\x61\x62`."""
    return b"\\x" + mark.hex(":").encode().replace(b":", b"\\x")


class _Group:
    """Forms that are looked for by one mark."""

    def __init__(self, width: int, exact_case: bool, forms: tuple[Form, ...]) -> None:
        self._width, self._exact_case, self._forms = width, exact_case, forms
        self._texts = tuple(f.text if exact_case else f.text.lower() for f in forms)
        self._longest = max(map(len, self._texts))

    def hits(self, content: bytes | memoryview, end: int) -> list[Hit]:
        """List the forms that stand whole where their mark, which ends at `end`, was seen."""
        at = end - self._width
        there = bytes(content[at : at + self._longest])
        if not self._exact_case:
            there = there.lower()
        if not there.startswith(self._texts):
            return []
        both = zip(self._forms, self._texts, strict=True)
        return [Hit(form, at) for form, text in both if there.startswith(text)]

"""Says which anchors stand in a text, in whatever wrapping, before any pattern is run.

Few bytes are looked through with `bytes.find`, which costs nothing to load; many with hyperscan,
which looks for all anchors at once (1.7 to 3.6 GB/s; `find` takes a pass for each).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from wakeyscan.layer import Decoder
from wakeyscan.rule import Rule

PLAIN = ""
"""The name of no wrapping."""

MANY = 1 << 21
"""Bytes after which loading hyperscan (10 ms) has paid for itself."""


class Form(NamedTuple):
    """One anchor as it looks in one wrapping."""

    text: bytes
    decoder: str
    """The wrapping that can be taken off where this stands, or `PLAIN`."""
    anchor: bytes
    exact_case: bool


def forms(rules: Iterable[Rule], wrappings: Mapping[str, Decoder]) -> tuple[Form, ...]:
    """List all anchors of all rules in all wrappings, without repetition."""
    listed = []
    for rule in rules:
        for anchor in rule.anchors:
            listed.append(Form(anchor, PLAIN, anchor, rule.exact_case))
            for name, wrapping in wrappings.items():
                texts = wrapping.disguise(anchor, rule.exact_case)
                listed += [Form(text, name, anchor, rule.exact_case) for text in texts]
    return tuple(dict.fromkeys(listed))


class Hit(NamedTuple):
    """A form that stands at an offset of a text."""

    form: Form
    at: int


Look = Callable[["bytes | memoryview"], "list[Hit]"]


class Prefilter:
    """Looks for anchors; counts what it has seen, to know when hyperscan is worth its loading.

    Forms that hold a NUL are looked for only where there is one, which costs next to nothing to
    know and spares most texts a second look.
    """

    def __init__(self, listed: tuple[Form, ...]) -> None:
        self._seen = 0
        self._narrow = tuple(form for form in listed if b"\0" not in form.text)
        self._wide = tuple(form for form in listed if b"\0" in form.text)
        self._look_narrow = _finder(self._narrow)
        self._look_wide = _finder(self._wide)

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
            self._look_narrow = _hyperscan(self._narrow) or self._look_narrow
            self._look_wide = _hyperscan(self._wide) or self._look_wide


def _finder(listed: tuple[Form, ...]) -> Look:
    wanted = [(form, form.text if form.exact_case else form.text.lower()) for form in listed]

    def look(content: bytes | memoryview) -> list[Hit]:
        text = bytes(content)
        lowered = text.lower()
        return [
            Hit(form, at)
            for form, mark in wanted
            for at in _places(text if form.exact_case else lowered, mark)
        ]

    return look


def _places(text: bytes, mark: bytes) -> Iterator[int]:
    at = text.find(mark)
    while at >= 0:
        yield at
        at = text.find(mark, at + 1)


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
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    heads = [form.text if form.exact_case else head(form.text) for form in listed]
    database.compile(
        # Not `literal=True`: that one cuts a literal at its first NUL (python-hyperscan 0.9).
        expressions=[b"".join(b"\\x%02x" % byte for byte in text) for text in heads],
        ids=list(range(len(listed))),
        flags=[0 if form.exact_case else hyperscan.HS_FLAG_CASELESS for form in listed],
    )
    ends: list[tuple[int, int]] = []
    scan: Callable[..., object] = database.scan

    def note(number: int, start: int, end: int, *_: object) -> None:
        ends.append((number, end))

    def look(content: bytes | memoryview) -> list[Hit]:
        scan(content, note)
        if not ends:
            return []
        found = [Hit(listed[n], end - len(heads[n])) for n, end in sorted(ends)]
        ends.clear()
        return [hit for hit in found if _is_there(hit, content)]

    return look


def _is_there(hit: Hit, content: bytes | memoryview) -> bool:
    """Say whether the whole form stands where its head was seen."""
    form, at = hit
    if form.exact_case:
        return True
    return bytes(content[at : at + len(form.text)]).lower() == form.text.lower()

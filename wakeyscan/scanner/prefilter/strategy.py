"""Says which anchors stand in a text, in whatever wrapping, before any pattern is run.

What looks is chosen by how much there is to look at, since none is loaded for nothing: `build_substring_search` for
a few bytes; for more `build_hyperscan_search`, at first by the beginnings of forms, which is compiled in 6 ms;
for many by whole forms, which takes 40 ms and spares most second looks. A wheel holds both compiled
(see `database`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from wakeyscan.scanner.prefilter.keywords import AnchorHit, AnchorIndex, AnchorSearch, EncodedAnchor

if TYPE_CHECKING:
    from wakeyscan.scanner.prefilter.hyperscan import Literal

MORE = 1 << 17
"""Bytes from which on hyperscan has paid for its loading (9 ms), with beginnings of forms."""

MANY = 1 << 24
"""Bytes from which on whole forms have paid for theirs."""

_BEGINNING = 4
"""Bytes of a beginning: 140 stand in a MB of code, of 3 bytes 520."""


class Prefilter:
    """Looks for anchors; counts what it has seen, to know what is worth its loading.

    Forms that hold a NUL are looked for only where there is one, which costs next to nothing to
    know and spares most texts a second look.
    """

    def __init__(self, catalog: AnchorIndex) -> None:
        self._seen, self._next = 0, MORE
        self._catalog = catalog
        self._look_narrow = _when_asked(partial(_finder, catalog))
        self._look_wide: AnchorSearch = lambda content: []  # the finder looks for everything

    def __call__(self, content: bytes) -> list[AnchorHit]:
        """List which forms stand in `content`, and where."""
        self._seen += len(content)
        if self._seen >= self._next:
            self.expect(self._seen)
        hits = self._look_narrow(content)
        return hits + self._look_wide(content) if b"\0" in content else hits

    @property
    def searches(self) -> tuple[AnchorSearch, AnchorSearch]:
        """Give the two looks themselves, without and with a NUL, for a loop that is in a hurry."""
        return self._look_narrow, self._look_wide

    def expect(self, size: int) -> None:
        """Get ready for so many bytes in all."""
        if size < self._next:
            return
        from wakeyscan.scanner.prefilter.hyperscan import build_hyperscan_search

        self._next, longest = (MANY, _BEGINNING) if size < MANY else (sys.maxsize, None)
        without_nul, with_nul = _apart(self._catalog.all())
        narrow = build_hyperscan_search(without_nul, longest)
        if narrow:
            self._look_narrow = narrow
            self._look_wide = _when_asked(partial(_wide, with_nul, longest, narrow))


def list_searches(catalog: AnchorIndex) -> Iterator[list[Literal]]:
    """List what is looked for at once, in little and in much, so that it can be compiled before."""
    from wakeyscan.scanner.prefilter.hyperscan import list_literals

    for longest in (_BEGINNING, None):
        yield from (list_literals(forms, longest) for forms in _apart(catalog.all()))


def _apart(listed: Iterable[EncodedAnchor]) -> tuple[list[EncodedAnchor], list[EncodedAnchor]]:
    """Tell the forms without a NUL from those that hold one."""
    apart: tuple[list[EncodedAnchor], list[EncodedAnchor]] = ([], [])
    for form in listed:
        apart[b"\0" in form.text].append(form)
    return apart


def _finder(catalog: AnchorIndex) -> AnchorSearch:
    from wakeyscan.scanner.prefilter.substring import (
        build_substring_search,  # 2 ms that much to look at never pays
    )

    return build_substring_search(catalog)


def _wide(listed: list[EncodedAnchor], longest: int | None, narrow: AnchorSearch) -> AnchorSearch:
    """Make a look for forms that hold a NUL, and for what is only found without its NULs."""
    from wakeyscan.scanner.prefilter.hyperscan import build_hyperscan_search
    from wakeyscan.scanner.prefilter.substring import find_in_utf16

    wide = build_hyperscan_search(listed, longest)

    def look(content: bytes | memoryview) -> list[AnchorHit]:
        return (wide(content) if wide else []) or find_in_utf16(content, narrow)

    return look


def _when_asked(make: Callable[[], AnchorSearch]) -> AnchorSearch:
    """Put off making a look until it is first wanted: many a tree has no NUL in it."""
    made: list[AnchorSearch] = []

    def look(content: bytes | memoryview) -> list[AnchorHit]:
        if not made:
            made.append(make())
        return made[0](content)

    return look

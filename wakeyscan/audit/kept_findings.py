"""The findings that an audit holds, up to a number of places.

A place of a secret takes 400 bytes, and each version of a file may have thousands of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.audit.object_findings import ObjectFindings
    from wakeyscan.scanner.context import ScanContext

ObjectOrder = tuple[int, int]
"""The number of a pack and of an entry in it; for other objects -1 and the id."""

_RUN_FACTOR = 10
"""An audit holds this many times as many places as a file may have findings."""

LEFT_OUT = (
    "{:,} objects with keys are not listed: an audit holds at most {:,} places of keys; scan parts "
    "of the history, as in wakeyscan scan git:v1..v2"
)


class KeptFindings:
    """The findings of the first objects, whatever order they come in.

    So the same ones are left out with any number of processes.
    """

    def __init__(self, context: ScanContext) -> None:
        self.maximum = _RUN_FACTOR * context.max_findings
        self.left_out = 0
        """Number of objects with findings that are not held."""
        self._held: list[tuple[ObjectOrder, ObjectFindings]] = []
        self._places = 0
        self._end: ObjectOrder | None = None
        """The first object that is left out, if any is."""

    def add(self, pack: int, findings: ObjectFindings) -> None:
        """Add the findings of an object; `pack` is the number of its pack, or -1."""
        order = (pack, int(findings.object_id, 10 if pack >= 0 else 16))
        if self._end is not None and order >= self._end:
            self.left_out += 1
            return
        self._held.append((order, findings))
        self._places += len(findings.refs)
        if self._places > 2 * self.maximum:  # rarely, as each cut sorts all of them
            self._cut()

    def release(self) -> Iterator[tuple[int, ObjectFindings]]:
        """Yield the number of the pack and the findings of each object, and hold them no longer."""
        self._cut()
        held, self._held, self._places = self._held, [], 0
        return ((pack, findings) for (pack, _), findings in held)

    def _cut(self) -> None:
        if self._places <= self.maximum:
            return
        self._held.sort(key=lambda item: item[0])
        places = 0
        for number, (order, findings) in enumerate(self._held):
            if places + len(findings.refs) > self.maximum:
                self._end = order
                self.left_out += len(self._held) - number
                del self._held[number:]
                break
            places += len(findings.refs)
        self._places = places

"""RAR: nothing free reads it that is small enough to come along, so it is said and not opened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from wakeyscan.member import UNREAD, Budget, Closed, Member

SEEKS = False


def open(file: BinaryIO, budget: Budget) -> Iterator[Member]:
    """Raise `Closed`."""
    raise Closed(UNREAD)

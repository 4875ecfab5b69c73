"""7-Zip: what reads it is too heavy to come along, so it is said and not opened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from wakeyscan.member import UNREAD, Budget, Closed, Member

SEEKS = False


def open(file: BinaryIO, budget: Budget) -> Iterator[Member]:
    """Raise `Closed`."""
    raise Closed(UNREAD)

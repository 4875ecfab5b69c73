"""Sums up what is said of many things in one file in the same words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from wakeyscan.core.document import Origin, Skipped

_LISTED = 3
"""Of things alike, so many are listed by themselves; the rest are summed up, two or more."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def summed(skipped: Iterable[Skipped], file: Origin) -> tuple[Skipped, ...]:
    """List the first few of each kind, and for the rest of it one that is about their file.

    Of a kind are those whose reasons are the same but for numbers.
    """
    kinds: dict[str, list[Skipped]] = {}
    for item in dict.fromkeys(skipped):
        kinds.setdefault(_NUMBER.sub("…", item.reason), []).append(item)
    return tuple(told for kind, items in kinds.items() for told in _few(kind, items, file))


def _few(kind: str, items: list[Skipped], file: Origin) -> Iterator[Skipped]:
    listed, rest = items[:_LISTED], items[_LISTED:]
    if len(rest) < 2:
        yield from items
        return
    yield from listed
    same = len({item.reason for item in rest}) == 1
    times = sum(item.times for item in rest)
    reason = f"{times:,} more members: {rest[0].reason if same else kind}"
    yield Skipped(file, reason, any(item.gap for item in rest), times)

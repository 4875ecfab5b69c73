"""What reaches a secret: the refs, reflogs and so on whose histories ever had it."""

from __future__ import annotations

from typing import NamedTuple

from wakeyscan.audit import propagation
from wakeyscan.core.finding import Occurrence


class Reach(NamedTuple):
    """What the histories of labels ever had: bits, by the label."""

    had: dict[str, int]
    naming: dict[str, list[str]]
    """The labels that name an object, by its id."""
    remote: int | None
    """What all remote-tracking branches together ever had; `None`: there are none."""


def find_reach(labels: dict[str, frozenset[str]], history: propagation.TreeHistory) -> Reach:
    """Say what the histories of labels, with the objects that each names, ever had."""
    had: dict[str, int] = {}
    naming: dict[str, list[str]] = {}
    remote: int | None = None
    for label, ids in labels.items():
        bits = 0
        for name in ids:
            bits |= history.held.get(name, propagation.NOTHING).ever
            naming.setdefault(name, []).append(label)
        had[label] = bits
        if label.startswith("refs/remotes/"):
            remote = (remote or 0) | bits
    return Reach(had, naming, remote)


def is_reached(bit: int, places: list[Occurrence], reach: Reach) -> tuple[str, ...]:
    """List what reaches a secret: a history that had it, or the very object that holds it."""
    direct = {label for place in places for label in reach.naming.get(place.blob, ())}
    direct |= {place.path for place in places if not place.blob}
    labels = (label for label, bits in reach.had.items() if bits & bit or label in direct)
    return tuple(labels) or ("unreachable",)

"""Sift of objects: nearly all of them need no look, because they hold no anchor.

`PackSift` is the seam for an implementation that sifts packs without Python. It may yield more
objects than need a look, never fewer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple, Protocol
from wakeyscan.git.objects import COMMIT, parse_commit_links
from wakeyscan.git.pack_walk import walk_pack

if TYPE_CHECKING:
    from wakeyscan.git.pack import Pack
    from wakeyscan.scanner.prefilter.anchors import AnchorHit

ObjectTest = Callable[[int, bytes], "list[AnchorHit] | None"]
"""Returns the anchors in an object of a kind; `None` if the object needs no look."""


class Suspect(NamedTuple):
    """An object that needs a look."""

    name: int | str
    """The number of the entry in its pack, or the id of a loose object."""
    kind: int
    content: bytes
    hits: list[AnchorHit] | None = None
    """The anchors that need a look; `None` if they are not known."""


class SiftTally:
    """Results of a sift for all objects that it processes."""

    def __init__(self) -> None:
        self.objects = self.bytes = 0
        """The objects that were built, and the sum of their sizes."""
        self.commits: list[bytes] = []
        """A line per commit: the name of the object, and the result of `parse_commit_links`."""
        self.unread: list[int | str] = []
        """Objects for git to read: too large for our reader, or with an invalid format."""
        self.refused: list[tuple[int, str]] = []
        """Entries that are too large to build, each with the reason."""
        self.gap_bytes = 0
        """Bytes that belong to no object."""
        self.details: list[str] = []
        """What the native core left to Python, and why."""

    def add_commit(self, name: int | str, content: bytes, width: int) -> None:
        """Record the tree and the parents of a commit."""
        self.commits.append(b"%b %b" % (str(name).encode(), parse_commit_links(content, width)))

    def refuse(self, entry: int, reason: str) -> None:
        """Record an entry that is too large to build."""
        self.refused.append((entry, reason))

    def add_gap(self, size: int) -> None:
        """Count bytes after an object that belong to no object."""
        self.gap_bytes += size


class PackSift(Protocol):
    """Sifts the objects that are built from some entries of a pack, the roots of delta families."""

    def __call__(self, pack: Pack, roots: Sequence[int], tally: SiftTally, /) -> Iterator[Suspect]:
        """Yield the objects that need a look, and record all others; raise nothing."""
        ...


def build_pack_sift(test: ObjectTest) -> PackSift:
    """Return a sift that builds each object and tests it."""

    def sift(pack: Pack, roots: Sequence[int], tally: SiftTally) -> Iterator[Suspect]:
        objects = walk_pack(pack, roots, tally.refuse, tally.add_gap)
        return sift_objects(objects, pack.pack_index.id_width, test, tally)

    return sift


def sift_objects(
    objects: Iterable[tuple[int | str, int, bytes | None]],
    width: int,
    test: ObjectTest,
    tally: SiftTally,
) -> Iterator[Suspect]:
    """Yield the objects that need a look; ids have `width` bytes."""
    count = size = 0  # in the loop, attributes would take a tenth of its time
    for name, kind, content in objects:
        if content is None:
            tally.unread.append(name)
            continue
        count += 1
        size += len(content)
        if kind == COMMIT:
            tally.add_commit(name, content, width)
        hits = test(kind, content)
        if hits is not None:
            yield Suspect(name, kind, content, hits)
    tally.objects += count
    tally.bytes += size

"""Sift of packs by the native core: it finds candidate places, and Python scans them.

The core builds the objects of a pack, and searches the anchors of the prefilter only in what the
deltas change: an eighth of all bytes. A family of deltas that it refuses is sifted in Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wakeyscan.audit.cleared_texts import LEFT, RIGHT
from wakeyscan.audit.native_packs import has_native_core, native, open_natively
from wakeyscan.audit.object_sift import (
    ObjectTest,
    PackSift,
    SiftTally,
    Suspect,
    build_pack_sift,
)
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.extractors.file_types import SIGNATURES, UNREAD_SIGNATURES
from wakeyscan.git.objects import BLOB
from wakeyscan.scanner.prefilter.form_search import build_form_search

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.audit.object_findings import ObjectScan
    from wakeyscan.git.pack import Pack
    from wakeyscan.scanner.prefilter.hyperscan import LiteralSearch

_MAX_HELD = 64 << 20
"""Bytes of suspects that may be held; with more, fewer delta families are sifted at once."""


class _TooManySuspects(Exception):
    pass


def choose_pack_sift(literals: LiteralSearch | None, scan: ObjectScan) -> PackSift:
    """Return the sift of the native core, or that of Python where the core cannot be used.

    The core needs a search for literals, which only hyperscan is.
    """
    if literals is None or not has_native_core():
        return build_pack_sift(scan.find_hits)
    return build_native_sift(literals, scan)


def build_native_sift(literals: LiteralSearch, scan: ObjectScan) -> PackSift:
    """Return a sift that builds objects in the native core."""
    find_forms, widths = build_form_search(literals.by_literal), literals.widths
    by_format = (SIGNATURES | UNREAD_SIGNATURES).values()
    containers = [signature for some in by_format for signature in some]
    request = native.Request(literals.widths, list(literals.line_starts), containers, LEFT, RIGHT)
    sift_in_python = build_pack_sift(scan.find_hits)
    opened: dict[str, Any] = {}

    def is_clear(literal: int, text: bytes, at: int, is_cut: bool) -> bool:
        hits = find_forms(literal, text, (at + widths[literal],))
        return scan.is_clear_text(text, hits, is_cut)

    def sift(pack: Pack, roots: Sequence[int], tally: SiftTally) -> Iterator[Suspect]:
        if not roots:
            return
        found = _Suspects(scan.find_hits)
        path = pack.pack_index.pack_path
        try:
            if path not in opened:
                opened[path] = open_natively(pack)
            answer = native.sieve(
                opened[path], roots, request, literals.find_ends, is_clear, found.add
            )
        except OSError:  # a concurrent `git gc` has removed the pack, whose content is still mapped
            yield from sift_in_python(pack, roots, tally)
            return
        except _TooManySuspects:
            if len(roots) == 1:
                yield from sift_in_python(pack, roots, tally)
            else:
                middle = len(roots) // 2
                yield from sift(pack, roots[:middle], tally)
                yield from sift(pack, roots[middle:], tally)
            return
        objects, size, commits, refused = answer
        tally.objects += objects
        tally.bytes += size
        tally.commits += commits
        tally.details += [
            f"{path}, offset {pack.offsets[entry]}: left to Python by the native core: {reason}"
            for _, entry, reason in refused
        ]
        lost = {number for root, *_ in refused for number in pack.find_tree(root)}
        yield from found.release(lost)
        yield from sift_in_python(pack, [root for root, *_ in refused], tally)

    return sift


class _Suspects:
    """The objects of some delta families that the native core named."""

    def __init__(self, test: ObjectTest) -> None:
        self._test = test
        self._suspects: list[Suspect] = []
        self._bytes = 0

    def add(self, number: int, kind: int, content: bytes) -> None:
        """Add an object, unless it is a blob without suspicious text."""
        hits = self._test(kind, content) if kind == BLOB else None
        if kind == BLOB and hits is None:
            return
        self._suspects.append(Suspect(number, kind, content, hits))
        self._bytes += len(content)
        if self._bytes > _MAX_HELD:
            raise _TooManySuspects

    def release(self, lost: set[int]) -> Iterator[Suspect]:
        """Yield all suspects but those of refused families.

        Trees are tested only here, so that those of refused families are not.
        """
        for suspect in self._suspects:
            if suspect.name in lost:
                continue
            if suspect.kind == BLOB:
                yield suspect
            elif (hits := self._test(suspect.kind, suspect.content)) is not None:
                yield suspect._replace(hits=hits)

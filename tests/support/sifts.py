"""The two sifts of packs: in Python, and by the native core where it is installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from wakeyscan.audit.cache import HistoryCache
from wakeyscan.audit.native_packs import has_native_core
from wakeyscan.audit.native_sift import build_native_sift
from wakeyscan.audit.object_findings import ObjectScan
from wakeyscan.audit.object_sift import PackSift, SiftTally, Suspect, build_pack_sift
from wakeyscan.audit.object_tasks import open_store
from wakeyscan.git.pack import Pack
from wakeyscan.git.repository import find_repository
from wakeyscan.scanner.context import ScanContext


class Sifted(NamedTuple):
    """All that a sift tells about a pack, in an order of our own."""

    suspects: list[Suspect]
    objects: int
    size: int
    commits: list[bytes]
    unread: list[int | str]
    refused: list[tuple[int, str]]
    gap_bytes: int


def sift_in_python(pack: Pack, context: ScanContext) -> Sifted:
    return _sift(pack, context, lambda scan: build_pack_sift(scan.find_hits))


def sift_natively(pack: Pack, context: ScanContext) -> Sifted:
    literals = context.prefilter.literals
    assert literals is not None
    return _sift(pack, context, lambda scan: build_native_sift(literals, scan))


def _sift(pack: Pack, context: ScanContext, build: Callable[[ObjectScan], PackSift]) -> Sifted:
    tally = SiftTally()
    suspects = build(ObjectScan(context, pack.pack_index.id_width))(pack, pack.find_roots(), tally)
    return Sifted(
        sorted(suspects, key=lambda suspect: suspect.name),
        tally.objects,
        tally.bytes,
        sorted(tally.commits),
        sorted(tally.unread),
        sorted(tally.refused),
        tally.gap_bytes,
    )


def check_sifts(folder: str, context: ScanContext) -> None:
    """Check that both sifts tell the same of every pack of a repository."""
    if not has_native_core():
        return
    for pack in open_store(find_repository(folder), HistoryCache("", context.rules)).packs:
        assert sift_natively(pack, context) == sift_in_python(pack, context)

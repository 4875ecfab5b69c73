"""Objects that are too large to hold in memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from io import BytesIO

from tests.support.keys import MakeKey, fingerprint
from wakeyscan.audit.object_findings import scan_object
from wakeyscan.core.document import Origin
from wakeyscan.git.cat_file import Object
from wakeyscan.git.objects import MAX_IN_MEMORY
from wakeyscan.rules.loader import load_rules
from wakeyscan.scanner.context import build_scan_context
from wakeyscan.sources.options import SourceOptions


def make_blob(size: int, end: bytes) -> Object:
    """Return a blob with an end, and before it letters that no format of values begins with."""
    left, tail = size, BytesIO(end)

    def read(limit: int) -> bytes:
        nonlocal left
        piece = b"g" * min(limit, left)
        left -= len(piece)
        return piece or tail.read(limit)

    return Object("1" * 40, "blob", size + len(end), read)


def measure_peak(action: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_large_blob_is_scanned_in_chunks(make_key: MakeKey) -> None:
    context = build_scan_context(load_rules(), SourceOptions())
    context.prefilter.expect(1 << 30)
    key = make_key()
    blob = make_blob(MAX_IN_MEMORY * 2, b"\nkey = " + key.encode())
    found = []
    peak = measure_peak(lambda: found.append(scan_object(blob, context, 20, Origin("a"))))
    (finding,) = found[0].findings
    assert (finding.secret.fingerprint, finding.position.line) == (fingerprint(key), 2)
    assert peak < MAX_IN_MEMORY * 1.5

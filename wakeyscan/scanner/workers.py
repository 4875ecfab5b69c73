"""What other processes do for a scan: they say what they saw, and name the units with findings.

Only names and numbers pass between processes: no document, and no secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from wakeyscan.core.document import Skipped
from wakeyscan.core.worker_pool import run_tasks
from wakeyscan.scanner.documents import ScanResult
from wakeyscan.scanner.result import Coverage

_BATCH = 200

Answer = tuple[ScanResult, list[str]]
BatchScan = Callable[[list[str]], Answer]


def scan_in_workers(
    units: Iterator[str], build_worker: Callable[[], BatchScan], jobs: int
) -> Iterator[Answer]:
    """Yield what `jobs` processes say of the units, in batches, in no order (see `run_tasks`)."""
    batches = iter(lambda: list(islice(units, _BATCH)), [])
    return run_tasks(batches, build_worker, jobs)


def build_batch_scan(
    sift: Callable[[list[str]], tuple[int, int, list[str]]],
    look_at_unit: Callable[[str], ScanResult],
) -> BatchScan:
    """Make what a worker does with a batch of units: sift them, then look at what is left."""

    def look(units: list[str]) -> Answer:
        worthy = []
        skipped: list[Skipped] = []
        documents, size, left = sift(units)
        for unit in left:
            looked = look_at_unit(unit)
            if looked.findings:
                worthy.append(unit)
                continue
            documents += looked.coverage.documents
            size += looked.coverage.bytes
            skipped += looked.skipped
        return ScanResult((), tuple(skipped), Coverage(documents, size)), worthy

    return look

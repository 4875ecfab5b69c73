"""Holders of secrets in a history: objects, and the names of files and refs."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache as memoize
from functools import reduce
from operator import or_

from wakeyscan.audit.object_findings import ObjectFindings, SecretKey, build_refs
from wakeyscan.audit.propagation import SecretBits
from wakeyscan.core.document import Origin
from wakeyscan.core.secret_history import Occurrence
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git.objects import BLOB, COMMIT, TREE
from wakeyscan.scanner.detector import detect_in_name

if TYPE_CHECKING:
    from wakeyscan.audit.context import AuditContext, ReportedObjects, ReportFilter
    from wakeyscan.scanner.context import ScanContext


def find_in_ref_names(
    context: AuditContext, report_filter: ReportFilter
) -> dict[SecretKey, list[Occurrence]]:
    """Find the secrets in the names of refs."""
    found: dict[SecretKey, list[Occurrence]] = {}
    if not context.scan.prefilter(os.fsencode("\n".join(context.ref_names))):
        return found
    for name in context.ref_names:
        findings = detect_in_name(Origin(name), context.scan)[1]
        for ref in filter(report_filter.includes, build_refs(findings)):
            found.setdefault(ref.key, []).append(Occurrence(name, 1, "", ""))
    return found


def build_secret_bits(
    scan: ScanContext, objects: ReportedObjects, bits: dict[SecretKey, int]
) -> SecretBits:
    """Return the secrets of each object of a history, and those in the names of its files."""
    by_kind: dict[int, dict[str, int]] = {}
    for found in objects.by_id.values():
        if held := _combine_bits(found, bits):
            by_kind.setdefault(found.kind, {})[found.object_id] = held
    in_path = _build_path_bits(scan, bits) if TREE in by_kind else None
    return SecretBits(by_kind.get(BLOB, {}), by_kind.get(COMMIT, {}), in_path)


def _combine_bits(found: ObjectFindings, bits: dict[SecretKey, int]) -> int:
    return reduce(or_, (bits.get(ref.key, 0) for ref in found.refs), 0)


def _build_path_bits(scan: ScanContext, bits: dict[SecretKey, int]) -> Callable[[str], int]:
    """Return a function that finds the secrets in a path."""

    @memoize
    def find_in_path(path: str) -> int:
        findings = detect_in_name(Origin(path), scan)[1]
        return reduce(or_, (bits.get((f.rule, f.secret.fingerprint), 0) for f in findings), 0)

    return find_in_path

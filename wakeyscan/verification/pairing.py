"""Selection of keys to verify, each paired with an X-App-Key."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from heapq import nsmallest

from wakeyscan.core.finding import Bounds, Finding, Standing
from wakeyscan.core.secret import API_KEY, APP_KEY, Secret
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.verification.verdict import VerificationRequest

if TYPE_CHECKING:
    from wakeyscan.scanner.result import RunResult
    from wakeyscan.verification import VerifyOptions

_Distance = tuple[int, int]
"""Lines and columns between two findings."""

_FAR: _Distance = (sys.maxsize, 0)
_MAX_NEIGHBORS = 50
"""X-App-Keys of a document that may be the one of a key."""

_COUPLES = {(API_KEY, APP_KEY), (APP_KEY, API_KEY)}


def list_requests(result: RunResult, options: VerifyOptions) -> list[VerificationRequest]:
    """List a request for each distinct key, including ignored keys and placeholders.

    A key is paired with the nearest X-App-Key of the same document, else with that of the options.
    """
    paired: dict[Secret, list[tuple[_Distance, Secret | None]]] = {}
    for findings in _group_by_document(result.findings):
        for key, neighbors in _pair_keys(findings):
            pairs = [(_distance(key, one), one.secret) for one in neighbors]
            paired.setdefault(key.secret, []).extend(pairs or [(_FAR, options.app_key)])
    certain = {f.secret for f in result.findings if f.bounds is Bounds.CERTAIN}
    candidates: dict[Secret, dict[Secret, None]] = {}
    for finding in result.findings:
        candidates.setdefault(finding.secret, {}).update(dict.fromkeys(finding.candidates))
    return [
        VerificationRequest(
            secret,
            app_key,
            Bounds.CERTAIN if secret in certain else Bounds.OPEN,
            tuple(candidates[secret]),
            tuple(filter(None, others)),
        )
        for secret, pairs in sorted(paired.items(), key=lambda item: item[0].fingerprint)
        for app_key, *others in [_sort_app_keys(pairs)]
    ]


def _sort_app_keys(pairs: list[tuple[_Distance, Secret | None]]) -> list[Secret | None]:
    """Return each X-App-Key of a key once, the nearest one first."""
    nearest = sorted(pairs, key=lambda pair: pair[0])
    return [*dict.fromkeys(app_key for _, app_key in nearest)]


def _group_by_document(findings: tuple[Finding, ...]) -> list[list[Finding]]:
    documents: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        is_placeholder = finding.standing is Standing.PLACEHOLDER
        if finding.rule == API_KEY or (finding.rule == APP_KEY and not is_placeholder):
            documents.setdefault(finding.origin[:2], []).append(finding)
    return list(documents.values())


def _pair_keys(findings: list[Finding]) -> Iterator[tuple[Finding, list[Finding]]]:
    """Yield each key of one document with the X-App-Keys that may be its own.

    If keys and X-App-Keys alternate, neighbors in this order form the pairs, even if the X-App-Key
    of the next pair is nearer.
    """
    ordered = sorted(findings, key=lambda finding: finding.position)
    couples = list(zip(ordered[::2], ordered[1::2], strict=False))
    orders = {(first.rule, second.rule) for first, second in couples}
    if len(ordered) % 2 == 0 and len(orders) == 1 and orders <= _COUPLES:
        yield from ((a, [b]) if a.rule == API_KEY else (b, [a]) for a, b in couples)
        return
    app_keys = [finding for finding in ordered if finding.rule == APP_KEY]
    for key in (finding for finding in ordered if finding.rule == API_KEY):
        yield key, nsmallest(_MAX_NEIGHBORS, app_keys, partial(_distance, key))


def _distance(one: Finding, other: Finding) -> _Distance:
    """Return the lines between two findings, and on one line the columns."""
    first, second = sorted((one.position, other.position))
    lines = second.line - first.line
    return lines, 0 if lines else second.column - first.end_column

"""Findings of one document that a report lists: each once, and within limits.

The limits are there so that a report of any file fits into memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.finding import Standing

if TYPE_CHECKING:
    from wakeyscan.core.finding import Finding

MAX_FINDINGS = 100_000
"""Maximum number of findings per document, without placeholders; the rest is skipped."""

MAX_PLACEHOLDERS = 100_000
"""Maximum number of placeholders that are listed per document; they never hide a finding."""

TOO_MANY_FINDINGS = f"has over {MAX_FINDINGS:,} findings; the rest is skipped"
_TOO_MANY_PLACEHOLDERS = f"has over {MAX_PLACEHOLDERS:,} placeholders; the rest is not listed"


def limit_findings(found: list[Finding], origin: Origin) -> tuple[list[Finding], list[Skipped]]:
    """Return the findings that are listed, in order, and a note on the others.

    Placeholders that are not listed are no gap: they are known to be harmless.
    """
    if len(found) <= min(MAX_FINDINGS, MAX_PLACEHOLDERS):
        return found, []
    listed: list[Finding] = []
    findings = placeholders = 0
    for finding in found:
        is_placeholder = finding.standing is Standing.PLACEHOLDER
        findings, placeholders = findings + (not is_placeholder), placeholders + is_placeholder
        if placeholders <= MAX_PLACEHOLDERS if is_placeholder else findings <= MAX_FINDINGS:
            listed.append(finding)
    skipped = []
    if findings > MAX_FINDINGS:
        skipped.append(Skipped(origin, TOO_MANY_FINDINGS))
    if placeholders > MAX_PLACEHOLDERS:
        skipped.append(Skipped(origin, _TOO_MANY_PLACEHOLDERS, gap=False))
    return listed, skipped


def drop_repeated(
    in_raw_bytes: Iterable[Finding], in_members: Iterable[Finding]
) -> Iterator[Finding]:
    """Yield the findings in an archive's raw bytes that do not repeat a member's finding.

    In raw SQLite pages the bytes after a key may look like a part of it, and the end of a page cuts
    it. So a secret that starts with a known one, or the other way round, counts as the same.
    """
    known = {finding.secret for finding in in_members}
    for finding in in_raw_bytes:
        secret = finding.secret
        is_known = secret in known or any(
            secret.begins_with(other) or other.begins_with(secret) for other in known
        )
        if not is_known or finding.origin.part == "name":
            yield finding

"""Masks in the bytes of a file: each key is replaced in place, and JSON stays valid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from wakeyscan.core.document import MEMBER_SEPARATOR
from wakeyscan.core.finding import Standing
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.core.finding import Finding

_JSON = (".json", ".jsonl", ".ndjson", ".jsonc", ".code-workspace")

_STRING = re.compile(rb'"(?:[^"\\\n]|\\.)*+"')

_MIN_GLOBAL = 16
"""Bytes of a secret that is replaced in the whole file. A shorter one may be part of other text."""

IN_CONTAINER = "it is inside a database or an archive; delete the session in the assistant"
ENCODED = "it is encoded; delete the file, or the session in the assistant"

_Span = tuple[int, int, bytes]
"""Half-open range, and its replacement."""


def is_leak(finding: Finding) -> bool:
    """Return whether a finding is a secret; an accepted one is a secret too."""
    return finding.standing is not Standing.PLACEHOLDER


def build_mark(finding: Finding) -> str:
    """Return the text in place of a secret; it needs no quotes in JSON, YAML, TOML and shells."""
    return f"redacted-by-wakeyscan-{finding.secret.fingerprint[:6]}"


def mask_findings(
    content: bytes, findings: Iterable[Finding]
) -> tuple[bytes, list[tuple[Finding, str]]]:
    """Return the masked content, and the findings that cannot be masked, with the reason."""
    spans: list[_Span] = []
    left: list[tuple[Finding, str]] = []
    starts = [0, *(match.end() for match in re.finditer(b"\n", content))]
    for finding in findings:
        found = [*_find_spans(content, starts, finding)]
        spans += found
        if not found:
            is_member = MEMBER_SEPARATOR in finding.origin.path
            left.append((finding, IN_CONTAINER if is_member else ENCODED))
    return _replace(content, spans), left


def _find_spans(content: bytes, starts: list[int], finding: Finding) -> Iterator[_Span]:
    mark, line = build_mark(finding).encode(), finding.position.line
    if MEMBER_SEPARATOR in finding.origin.path or line > len(starts):
        return
    start, end = starts[line - 1], ([*starts, len(content)])[line]
    secret = finding.secret.reveal()
    if finding.encoding == "plain" and content.find(secret, start, end) >= 0:
        is_unique = len(secret) >= _MIN_GLOBAL
        low, high = (0, len(content)) if is_unique else (start, end)
        for match in re.compile(re.escape(secret)).finditer(content, low, high):
            yield (*match.span(), mark)
    elif finding.origin.path.lower().endswith(_JSON):
        offset = start + _count_bytes(content[start:end], finding.position.column)
        for match in _STRING.finditer(content, start, end):
            if match.start() <= offset < match.end():
                yield match.start() + 1, match.end() - 1, mark
                return


def _count_bytes(line: bytes, column: int) -> int:
    text = line.decode("utf-8", "surrogateescape")[: column - 1]
    return len(text.encode("utf-8", "surrogateescape"))


def _replace(content: bytes, spans: list[_Span]) -> bytes:
    """Replace ranges; overlapping ones become one range with the text of the first longest one."""
    parts, at = [], 0
    for start, end, mark in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= at:
            parts += [content[at:start], mark]
        at = max(at, end)
    return b"".join([*parts, content[at:]])

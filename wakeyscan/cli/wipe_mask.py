"""Masks in the bytes of a file: each key is replaced in place, and JSON stays valid."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE
from collections.abc import Iterable, Iterator

from wakeyscan.core.document import MEMBER_SEPARATOR
from wakeyscan.core.finding import Standing
from wakeyscan.core.line_index import find_positions
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.core.finding import Finding

_JSON = (".json", ".jsonl", ".ndjson", ".jsonc", ".code-workspace")

_STRING = re.compile(rb'"(?:[^"\\\n\r]|\\.)*+"')
_LINE_END, _ANY_LINE_END = re.compile(rb"\n"), re.compile(rb"\r\n?|\n")

_WIDE_MARKS = (BOM_UTF16_LE, BOM_UTF16_BE, BOM_UTF32_BE)
"""The mark of UTF-32 in little endian begins with that of UTF-16."""
_WIDE_ENCODINGS = ("utf-16", "utf-32")

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


def replaces_string(finding: Finding) -> bool:
    """Return whether the mask replaces the whole JSON string around a secret that is not plain.

    The parts of such a secret may be anywhere in the string.
    """
    return finding.encoding != "plain"


def mask_findings(
    content: bytes, findings: Iterable[Finding]
) -> tuple[bytes, list[tuple[Finding, str]]]:
    """Return the masked content, and the findings that cannot be masked, with the reason."""
    spans: list[_Span] = []
    left: list[tuple[Finding, str]] = []
    line_end = _ANY_LINE_END if b"\r" in content else _LINE_END  # the second one is faster
    starts = [0, *(match.end() for match in line_end.finditer(content))]
    for finding in findings:
        found = [] if _is_wide(content, finding) else [*_find_spans(content, starts, finding)]
        spans += found
        if not found:
            is_member = MEMBER_SEPARATOR in finding.origin.path
            left.append((finding, IN_CONTAINER if is_member else ENCODED))
    return _replace(content, spans), left


def _is_wide(content: bytes, finding: Finding) -> bool:
    """Return whether the position of a finding is in another text than the bytes of the file.

    In a file with the mark of such a text, a mask may also move the rest by an odd number of bytes.
    """
    return content.startswith(_WIDE_MARKS) or finding.encoding.startswith(_WIDE_ENCODINGS)


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
        yield from _find_string(content[start:end], start, finding)


def _find_string(text: bytes, offset: int, finding: Finding) -> Iterator[_Span]:
    """Yield the span of the JSON string that holds a finding; `text` is its line."""
    strings = [match.span() for match in _STRING.finditer(text)]
    bounds = [bound for span in strings for bound in span]
    line, column, _ = finding.position
    columns = [found for _, found in find_positions(text, bounds, line)]
    for (low, high), first, end in zip(strings, columns[::2], columns[1::2], strict=True):
        if first <= column < end:
            yield offset + low + 1, offset + high - 1, build_mark(finding).encode()


def _replace(content: bytes, spans: list[_Span]) -> bytes:
    """Replace ranges; overlapping ones become one range with the text of the first longest one."""
    parts, at = [], 0
    for start, end, mark in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= at:
            parts += [content[at:start], mark]
        at = max(at, end)
    return b"".join([*parts, content[at:]])

"""Masks in the bytes of a file: each key is replaced in place, and JSON stays valid."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE
from collections.abc import Callable, Collection, Iterator

from wakeyscan.cli.wipe_spans import EncodedMasks, Mask, Spans, apply_masks, build_mark
from wakeyscan.core.document import MEMBER_SEPARATOR
from wakeyscan.core.finding import Standing
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.core.finding import Finding

_JSON = (".json", ".jsonl", ".ndjson", ".jsonc", ".code-workspace")

_LINE_END, _ANY_LINE_END = re.compile(rb"\n"), re.compile(rb"\r\n?|\n")

_WIDE_MARKS = (BOM_UTF16_LE, BOM_UTF16_BE, BOM_UTF32_BE)
"""The mark of UTF-32 in little endian begins with that of UTF-16."""
_WIDE_ENCODINGS = ("utf-16", "utf-32")

_MIN_GLOBAL = 16
"""Bytes of a secret that is replaced in the whole file. A shorter one may be part of other text."""

IN_CONTAINER = "it is inside a database or an archive; delete the session in the assistant"
ENCODED = "it is encoded; delete the file, or the session in the assistant"


class MaskedContent(NamedTuple):
    """The content of a file behind masks."""

    content: bytes
    left: list[tuple[Finding, str]]
    """The findings that cannot be masked, with the reason."""
    in_strings: list[Finding]
    """Those for which the mask replaces the whole JSON string around them."""


def is_leak(finding: Finding) -> bool:
    """Return whether a finding is a secret; an accepted one is a secret too."""
    return finding.standing is not Standing.PLACEHOLDER


def mask_findings(
    content: bytes, findings: Collection[Finding], find_spans: Callable[[], Spans]
) -> MaskedContent:
    """Return the masked content; `find_spans` is only called for secrets that are not plain."""
    lines = _split_lines(content)
    masks: list[Mask] = []
    left: list[tuple[Finding, str]] = []
    encoded: list[Finding] = []
    for finding in findings:
        if MEMBER_SEPARATOR in finding.origin.path:
            left.append((finding, IN_CONTAINER))
        elif _is_wide(content, finding):
            left.append((finding, ENCODED))
        elif found := [*_find_plain(content, lines, finding)]:
            masks += found
        else:
            encoded.append(finding)
    in_strings: list[Finding] = []
    spans = EncodedMasks(content, lines, find_spans() if encoded else {})
    for finding in encoded:
        is_json = finding.origin.path.lower().endswith(_JSON)
        found = spans.find_masks(finding, is_json=is_json)
        masks += found
        left += [] if found else [(finding, ENCODED)]
        in_strings += [finding] * any(mask.replaces_string for mask in found)
    return MaskedContent(apply_masks(content, 0, len(content), masks), left, in_strings)


def _split_lines(content: bytes) -> list[int]:
    """Return the start of each line, and the end of the last one."""
    line_end = _ANY_LINE_END if b"\r" in content else _LINE_END  # the second one is faster
    return [0, *(match.end() for match in line_end.finditer(content)), len(content)]


def _is_wide(content: bytes, finding: Finding) -> bool:
    """Return whether the position of a finding is in another text than the bytes of the file.

    In a file with the mark of such a text, a mask may also move the rest by an odd number of bytes.
    """
    return content.startswith(_WIDE_MARKS) or finding.encoding.startswith(_WIDE_ENCODINGS)


def _find_plain(content: bytes, lines: list[int], finding: Finding) -> Iterator[Mask]:
    secret, line = finding.secret.reveal(), finding.position.line
    mark = build_mark(finding.secret).encode()
    if line >= len(lines) or finding.encoding != "plain":
        return
    if content.find(secret, lines[line - 1], lines[line]) >= 0:
        is_unique = len(secret) >= _MIN_GLOBAL
        low, high = (0, len(content)) if is_unique else (lines[line - 1], lines[line])
        for match in re.compile(re.escape(secret)).finditer(content, low, high):
            yield Mask(*match.span(), mark)

"""The bytes of encoded and split secrets in a file, and masks of only these.

In a JSON file, each string stays one. If a string would still show a part of a secret beside the
masks, the mask replaces all of it.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from wakeyscan.core.document import Document, Origin
from wakeyscan.core.line_index import find_positions
from wakeyscan.core.secret import Secret
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.scanner import decoding
from wakeyscan.scanner.secret_copies import holds_copy

if TYPE_CHECKING:
    from wakeyscan.core.finding import Finding
    from wakeyscan.scanner.context import ScanContext

_STRING = re.compile(rb'"(?:[^"\\\n\r]|\\.)*+"')

Place = tuple[Secret, int, int]
"""A secret, its line and its column."""

Spans = Mapping[Place, list[tuple[int, int]]]
"""Half-open ranges of the bytes of each secret, and of its parts."""


class Mask(NamedTuple):
    """Bytes to replace, and what replaces them."""

    start: int
    end: int
    mark: bytes
    replaces_string: bool = False
    """Whether they are a whole JSON string, and not only those of secrets."""


class _Span(NamedTuple):
    """The bytes of a secret, or of a part of it."""

    start: int
    end: int
    secret: Secret


_Masked = tuple[_Span, Mask]
"""The bytes of a secret, and the mask that covers them, or those on one line."""


def build_mark(secret: Secret) -> str:
    """Return the text in place of a secret; it needs no quotes in JSON, YAML, TOML and shells."""
    return f"redacted-by-wakeyscan-{secret.fingerprint[:6]}"


def find_spans(path: str, content: bytes, context: ScanContext) -> Spans:
    """Return the bytes of each secret of a text, and of its parts, by the place of its finding."""
    hits = context.prefilter(content)
    matches = [
        match
        for shown, text in decoding.decode_document(Document(Origin(path), content), hits, context)
        if shown.content == content
        for match in decoding.find_matches(text, context)
    ]
    starts = sorted({match.start for match in matches})
    positions = dict(zip(starts, find_positions(content, starts), strict=True))
    return {
        (match.secret, *positions[match.start]): [(match.start, match.end), *match.elsewhere]
        for match in matches
    }


class EncodedMasks:
    """The masks of a file's secrets that are encoded or split."""

    def __init__(self, content: bytes, lines: list[int], spans: Spans) -> None:
        """`lines` are the starts of the lines, and the end of the last one."""
        self._content, self._lines = content, lines
        self._spans = {
            place: [_Span(*span, place[0]) for span in found] for place, found in spans.items()
        }
        self._by_line: dict[int, list[_Span]] = {}
        for span in chain.from_iterable(self._spans.values()):
            for line in self._list_lines(span):
                self._by_line.setdefault(line, []).append(span)
        self._masks: dict[int, dict[_Span, list[Mask]]] = {}

    def find_masks(self, finding: Finding, *, is_json: bool) -> list[Mask]:
        """Return masks for the bytes of a secret; none if a part of it would remain.

        If its bytes are not known, the mask is that of the JSON string at its place.
        """
        line, column = finding.position.line, finding.position.column
        masks: list[Mask] = []
        for span in self._spans.get((finding.secret, line, column), ()):
            by_line = [self._mask_line(number, is_json) for number in self._list_lines(span)]
            found = [mask for masked in by_line for mask in masked.get(span, ())]
            if not found:
                return []
            masks += found
        return masks or (list(self._find_string(finding)) if is_json else [])

    def _find_string(self, finding: Finding) -> Iterator[Mask]:
        number, column, _ = finding.position
        mark = build_mark(finding.secret).encode()
        if number >= len(self._lines):
            return
        start = self._lines[number - 1]
        text = self._content[start : self._lines[number]]
        strings = [match.span() for match in _STRING.finditer(text)]
        bounds = [bound for span in strings for bound in span]
        columns = [found for _, found in find_positions(text, bounds, number)]
        for (low, high), first, end in zip(strings, columns[::2], columns[1::2], strict=True):
            if first <= column < end:
                yield Mask(start + low + 1, start + high - 1, mark, replaces_string=True)

    def _list_lines(self, span: _Span) -> range:
        first = bisect_right(self._lines, span.start) - 1
        return range(first, bisect_left(self._lines, span.end, first + 1))

    def _mask_line(self, line: int, is_json: bool) -> dict[_Span, list[Mask]]:
        """Return the masks of the secrets on a line."""
        if line not in self._masks:
            mask = _mask_json_line if is_json else _mask_text_line
            bounds = self._lines[line], self._lines[line + 1]
            found = self._masks[line] = {}
            for span, replacement in mask(self._content, *bounds, sorted(self._by_line[line])):
                found.setdefault(span, []).append(replacement)
        return self._masks[line]


def _mask_text_line(content: bytes, low: int, high: int, spans: list[_Span]) -> Iterator[_Masked]:
    """Yield masks of the secrets on a line of text; none if a part of one would remain."""
    masks = _clip(low, high, spans)
    masked = apply_masks(content, low, high, masks)
    if b"\0" not in masked and not holds_copy(masked, {span.secret for span in spans}):
        yield from zip(spans, masks, strict=True)


def _mask_json_line(content: bytes, low: int, high: int, spans: list[_Span]) -> Iterator[_Masked]:
    """Yield masks of the secrets in the strings on a line of JSON."""
    pending, inside = spans[::-1], list[_Span]()
    for string in _STRING.finditer(content, low, high):
        start, end = string.start() + 1, string.end() - 1
        while pending and pending[-1].start < end:
            inside.append(pending.pop())
        inside = [span for span in inside if span.end > start]
        if inside:
            yield from _mask_string(content, start, end, inside)


def _mask_string(content: bytes, low: int, high: int, spans: list[_Span]) -> Iterator[_Masked]:
    masks = _clip(low, high, spans)
    masked = apply_masks(content, low, high, masks)
    if not _is_json_string(masked) or holds_copy(masked, {span.secret for span in spans}):
        masks = [Mask(low, high, mask.mark, replaces_string=True) for mask in masks]
    yield from zip(spans, masks, strict=True)


def _clip(low: int, high: int, spans: Iterable[_Span]) -> list[Mask]:
    return [
        Mask(max(low, span.start), min(high, span.end), build_mark(span.secret).encode())
        for span in spans
    ]


def apply_masks(content: bytes, low: int, high: int, masks: Iterable[Mask]) -> bytes:
    """Return `content[low:high]` masked; of overlapping masks, the first longest one counts."""
    parts, at = [], low
    for mask in sorted(masks, key=lambda mask: (mask.start, -mask.end)):
        if mask.start >= at:
            parts += [content[at : mask.start], mask.mark]
        at = max(at, mask.end)
    return b"".join([*parts, content[at:high]])


def _is_json_string(text: bytes) -> bool:
    try:
        json.loads(b'"%b"' % text.decode("utf-8", "replace").encode(), strict=False)
    except ValueError:
        return False
    return True

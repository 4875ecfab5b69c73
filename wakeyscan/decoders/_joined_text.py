"""Text without the gaps that split its keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from wakeyscan.core.typing import NamedTuple
from wakeyscan.decoders._gaps import LETTER, GapFormat, SplitKey, find_keys
from wakeyscan.decoders._listed_segments import ListedSegments
from wakeyscan.decoders.decoder import DecodedText, FoundAnchors, Span

_BEFORE, _AFTER = 256, 1024
"""Bytes around a key that are decoded with it: they may prove its bounds."""
_MAX_HIDDEN = 32
"""Bytes of an escape at the end of a window, whose start alone would be a sign of binary data."""


class _Edit(NamedTuple):
    """A gap that is removed or replaced, or a line end that is replaced by two."""

    start: int
    end: int
    text: bytes = b""


def join_keys(
    content: bytes,
    found: FoundAnchors,
    gap_format: GapFormat,
    is_inside: Callable[[int], bool] = lambda start: True,
) -> Iterator[DecodedText]:
    """Yield the text around each key with gaps, without the gaps.

    `is_inside` returns whether the start of a key is in a text with such gaps; starts ascend.
    """
    keys = [key for key in find_keys(content, found, gap_format) if is_inside(key.start)]
    for is_certain in (True, False):
        selected = [key for key in keys if key.is_certain is is_certain]
        for group in _group_by_window(selected):
            window = group[0].start - _BEFORE, group[-1].end + _AFTER
            edits = list(_list_edits(content, group, gap_format))
            if gap_format.hidden:
                edits = _merge_edits(edits, _list_hidden(content, window, group, gap_format.hidden))
            decoded = _apply_edits(content, window, edits)
            yield decoded._replace(is_final=True, is_guess=not is_certain)


def _group_by_window(keys: list[SplitKey]) -> Iterator[list[SplitKey]]:
    """Yield groups of keys whose surroundings overlap."""
    group: list[SplitKey] = []
    for key in keys:
        if group and key.start - _BEFORE > group[-1].end + _AFTER:
            yield group
            group = []
        group.append(key)
    if group:
        yield group


def _list_edits(content: bytes, keys: Iterable[SplitKey], gap_format: GapFormat) -> Iterator[_Edit]:
    """Yield the gaps of keys, and the line ends after them that prove their ends."""
    for key in keys:
        yield from (_Edit(gap.start, gap.end, gap.text) for gap in key.gaps)
        if key.is_certain and (line_end := gap_format.find_end(content, key.end)):
            yield _Edit(*line_end, b"\n\n")


def _list_hidden(
    content: bytes, window: Span, keys: list[SplitKey], hidden: re.Pattern[bytes]
) -> Iterator[_Edit]:
    """Yield what is hidden in a window, but for that between a key and a letter."""
    starts, ends = {key.start for key in keys}, {key.end for key in keys}
    low, high = max(0, window[0]), window[1]
    for found in hidden.finditer(content, low, high + _MAX_HIDDEN):
        start, end = found.span()
        if start >= high:
            break
        is_start = end in starts and LETTER.match(content[max(0, start - 1) : start])
        is_end = start in ends and LETTER.match(content, end)
        if not (is_start or is_end):
            yield _Edit(start, end)


def _merge_edits(edits: list[_Edit], others: Iterable[_Edit]) -> list[_Edit]:
    """Return edits in their order, without those of the others that overlap one."""
    merged: list[_Edit] = []
    for edit in sorted((*edits, *others), key=lambda edit: (edit.start, -edit.end)):
        if not merged or edit.start >= merged[-1].end:
            merged.append(edit)
    return merged


def _apply_edits(content: bytes, window: Span, edits: list[_Edit]) -> DecodedText:
    low, high = max(0, window[0]), min(len(content), window[1])
    span, texts = (low, high), list[bytes]()
    parts: list[tuple[int, int, int]] = []
    for start, end, text in (*edits, _Edit(high, high)):
        texts += (content[low:start], text)
        parts += ((len(texts[-2]), low, start), (len(text), start, end))
        low = end
    return DecodedText(b"".join(texts), span, ListedSegments(parts))

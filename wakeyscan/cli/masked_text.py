"""Lines and unified diffs of texts with every key masked, including split keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from wakeyscan.cli.line_matcher import LineMatcher
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.redaction import escape_for_terminal, redact
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.scanner import decoding
from wakeyscan.scanner.excerpt import Masks, build_masks
from wakeyscan.scanner.secret_copies import LetterLines, mask_copies

if TYPE_CHECKING:
    from wakeyscan.core.secret import Secret
    from wakeyscan.scanner.context import ScanContext

_CONTEXT = 3
"""Lines around a change."""

_RED, _GREEN, _CYAN, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[36m", "\x1b[0m"
_COLORS = {"-": _RED, "+": _GREEN, "@": _CYAN}


class _Side(NamedTuple):
    """One version of a text: its lines, and how they are printed."""

    lines: list[bytes]
    shown: list[str]
    masks: Masks
    ends: Sequence[int]
    """The end of each line in the text."""

    def list_secrets(self, low: int, high: int) -> frozenset[Secret]:
        """Return the secrets on some lines."""
        if low >= high:
            return frozenset()
        start = self.ends[low - 1] if low else 0
        return self.masks.list_secrets(start, self.ends[high - 1])


def mask_lines(path: str, content: bytes, context: ScanContext) -> list[str]:
    """Return the lines of a text in UTF-8 without their ends, safe to print."""
    return _build_side(path, content, context).shown


def format_diff(
    path: str, before: bytes, after: bytes, context: ScanContext, color: bool = False
) -> Iterator[str]:
    """Yield the lines of a diff between two texts in UTF-8."""
    old, new = (_build_side(path, content, context) for content in (before, after))
    name = escape_for_terminal(redact(path))
    yield from (f"--- a/{name}", f"+++ b/{name}")
    for group in LineMatcher(old.lines, new.lines).get_grouped_opcodes(_CONTEXT):
        for line in _format_group(group, old, new):
            paint = _COLORS.get(line[:1], "") if color else ""
            yield f"{paint}{line}{_PLAIN}" if paint else line


def format_other_names(others: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield the files whose other names keep their keys (`core.files.list_other_names`)."""
    if others:
        yield "These files have other names (hard links), which keep the keys:"
    yield from (f"  {escape_for_terminal(redact(path))}: {names}" for path, names in others)


def _build_side(path: str, content: bytes, context: ScanContext) -> _Side:
    masks = _build_masks(path, content, context)
    lines = content.splitlines(keepends=True)
    ends = list(accumulate(map(len, lines)))
    shown = [
        _format_line(masks, end - len(line), end, content)
        for line, end in zip(lines, ends, strict=True)
    ]
    return _Side(lines, shown, masks, ends)


def _format_group(
    group: Sequence[tuple[str, int, int, int, int]], old: _Side, new: _Side
) -> Iterator[str]:
    first, last = group[0], group[-1]
    yield f"@@ -{_format_range(first[1], last[2])} +{_format_range(first[3], last[4])} @@"
    for tag, low, high, new_low, new_high in group:
        if tag == "equal":
            yield from (f" {line}" for line in old.shown[low:high])
            continue
        yield from (f"-{line}" for line in old.shown[low:high])
        added = new_high - new_low - (high - low)
        for number, line in enumerate(new.shown[new_low:new_high], low):
            # It may keep a copy of a secret, in another form, from the line that it replaces.
            start, end = number - max(added, 0), number + max(-added, 0) + 1
            secrets = [*old.list_secrets(max(low, start), min(high, end))]
            letters = LetterLines(secrets) if old.masks.letters else None
            forms = letters.list_forms(0, len(secrets)) if letters else b""
            yield f"+{mask_copies(line.encode(), secrets, forms)}"


def _format_range(low: int, high: int) -> str:
    count = high - low
    return f"{low + 1 if count else low}" + (f",{count}" if count != 1 else "")


def _build_masks(path: str, content: bytes, context: ScanContext) -> Masks:
    document = Document(Origin(path), content)
    hits = context.prefilter(content)
    matches = [
        match
        for shown, text in decoding.decode_document(document, hits, context)
        if shown.content == content
        for match in decoding.find_matches(text, context)
    ]
    return build_masks(content, matches) if matches else Masks(content, (), (), ())


def _format_line(masks: Masks, start: int, end: int, content: bytes) -> str:
    stripped = content[start:end].rstrip(b"\r\n")
    return escape_for_terminal(masks.over(start, start + len(stripped)).replace("\t", "    "))

"""Excerpts: a part of a text in which all secrets are masked, whole ones and split ones."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from operator import attrgetter

from wakeyscan.core import hashes
from wakeyscan.core.finding import Bounds
from wakeyscan.core.lazy import lazy_import, lazy_pattern
from wakeyscan.core.line_index import find_line
from wakeyscan.core.redaction import redact_plain
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.scanner.ends.words import is_name

if TYPE_CHECKING:
    from wakeyscan.core.secret import Secret
    from wakeyscan.scanner import secret_copies
    from wakeyscan.scanner.matcher import Match
else:
    # Where nothing but the secret is on its line, there is no copy of it.
    secret_copies = lazy_import("wakeyscan.scanner.secret_copies")

_WIDTH = 100
"""Bytes of a line that are shown on either side of a secret."""

_LINE = lazy_pattern(rb"[^\r\n]*+")

_REST = "…"
"""Mask of a word that may continue a secret, on the next line or in the next cell."""

_LITERAL_WORD = lazy_pattern(rb"(?<=[\"'`=])[A-Za-z0-9_-]{4,128}(?=[\"'`;,\s])")
"""A word before a secret with an open end that may be its rest."""

_PLAIN_WORD = lazy_pattern(rb"[A-Z]?[a-z]*")
"""A word of a sentence; it stays. Random characters seldom look like one, and then they are few."""

_SAME = "…"
"""Mask of every secret where lines are compared: a change to another secret does not matter."""

_MAX_REST = 1024
"""Maximum bytes after a secret that may hold the rest of it."""

MAX_SECRETS = 16
"""Maximum number of secrets in a document whose copies are masked on every line that is shown.

In a document with more, a text is searched for copies of the secrets in it and near it.
"""

_NEAR = 1
"""Number of spans before and after a text whose secrets are near it, such as those of a comment."""

_MIN_COPY = 8
"""Minimum size of a copy."""


class Masks(NamedTuple):
    """The secrets in a text, and the mask of each."""

    content: bytes
    spans: tuple[tuple[int, int, str], ...]
    """Start, end and mask of each secret, by start."""
    starts: tuple[int, ...]
    reach: tuple[int, ...]
    """For each span, the largest end of all spans up to it."""
    secrets: tuple[Secret, ...] = ()
    """The secret of each span; empty if no copies are masked."""
    few: frozenset[Secret] = frozenset()
    """All secrets, if they are at most `MAX_SECRETS`."""
    letters: secret_copies.LetterLines | None = None
    """The letters of the secrets, if these are many."""

    def over(self, low: int, high: int) -> str:
        """Return `content[low:high]` with secrets masked, including those that only overlap it."""
        parts, at = list[str](), low
        first, last = self._find_overlapping(low, high)
        near = max(0, first - _NEAR), min(len(self.secrets), last + _NEAR)
        shown = {b"": ""}  # between the secrets of a line, the same text often repeats
        for start, end, mask in (*self.spans[first:last], (high, high, "")):
            if end > at:
                text = self.content[at:start]
                if text not in shown:
                    shown[text] = self._show(text, near)
                parts += (shown[text], mask)
                at = end
        return "".join(parts)

    def list_secrets(self, low: int, high: int) -> frozenset[Secret]:
        """Return the secrets that overlap `content[low:high]`, and all if they are few."""
        first, last = self._find_overlapping(low, high)
        return self.few.union(self.secrets[first:last])

    def _show(self, content: bytes, near: tuple[int, int]) -> str:
        """Return a text in which no secret was found, with copies of secrets masked.

        If there are many, only those near it are: `near` has the numbers of the first one and of
        the one after the last.
        """
        if len(content) >= _MIN_COPY and self.letters:
            forms = self.letters.list_forms(*near)
            shown = secret_copies.mask_copies(content, self.secrets[slice(*near)], forms)
        elif len(content) >= _MIN_COPY and self.few:
            shown = secret_copies.mask_copies(content, self.few)
        else:
            shown = content.decode("utf-8", "replace")
        return redact_plain(shown)

    def _find_overlapping(self, low: int, high: int) -> tuple[int, int]:
        first = bisect_right(self.reach, low)
        return first, bisect_left(self.starts, high, first)


def build_masks(content: bytes, matches: Iterable[Match]) -> Masks:
    """Return the masks of a text; the mask of an open secret covers its possible rest."""
    matches = sorted(matches, key=attrgetter("start"))
    next_starts = [match.start for match in matches[1:]] + [len(content)]
    spans = sorted(
        (*span, match.secret)
        for match, limit in zip(matches, next_starts, strict=True)
        for span in _list_spans(content, match, limit)
    )
    secrets = tuple(secret for _, _, _, secret in spans)
    masks = _order_masks(content, [span[:3] for span in spans])._replace(secrets=secrets)
    if few := _select_few(secrets):
        return masks._replace(few=few)
    return masks._replace(letters=secret_copies.LetterLines(secrets)) if secrets else masks


def _select_few(secrets: Iterable[Secret]) -> frozenset[Secret]:
    """Return the different secrets, or none if they are many."""
    few: set[Secret] = set()
    for secret in secrets:
        few.add(secret)
        if len(few) > MAX_SECRETS:
            return frozenset()
    return frozenset(few)


def build_comparison_masks(content: bytes, matches: Iterable[Match]) -> Masks:
    """Return masks of only the secrets: text that may continue a secret distinguishes lines.

    The masked text may hold the rest of a secret, so it is only hashed (see `digest_line`).
    """
    spans = sorted(
        (low, high, _SAME)
        for match in matches
        for low, high in ((match.start, match.end), *match.elsewhere)
    )
    return _order_masks(content, spans)


def digest_line(masks: Masks, start: int, end: int) -> bytes:
    """Return a digest of the masked line around `start:end`."""
    return hashes.compute_digest("sha256", format_excerpt(masks, start, end).encode())


def format_excerpt(masks: Masks, start: int, end: int) -> str:
    """Return the masked line around `start:end`, with `…` where the line is cut."""
    content = masks.content
    low, high = find_line(content, start, end, _WIDTH)
    while low and low < high and 0x80 <= content[low] < 0xC0:  # inside a UTF-8 character
        low += 1
    before = "…" if low and content[low - 1 : low] not in (b"\n", b"\r") else ""
    after = "…" if high < len(content) and content[high : high + 1] not in (b"\n", b"\r") else ""
    return before + masks.over(low, high).strip() + after


def _order_masks(content: bytes, spans: list[tuple[int, int, str]]) -> Masks:
    starts = tuple(start for start, _, _ in spans)
    return Masks(content, tuple(spans), starts, tuple(accumulate((span[1] for span in spans), max)))


def _list_spans(content: bytes, match: Match, limit: int) -> Iterator[tuple[int, int, str]]:
    is_open = match.bounds is Bounds.OPEN
    end = _find_rest_end(content, match, limit) if is_open else match.end
    mask = str(match.secret)
    for low, high in ((match.start, end), *match.elsewhere):
        yield low, high, mask
    words = _LITERAL_WORD.finditer(content, max(0, match.start - _WIDTH), match.start)
    before = [one.span() for one in words if not is_name(one[0])] if is_open else []
    for low, high in (*match.rests, *before):
        if not _PLAIN_WORD.fullmatch(content, low, high):
            yield low, high, _REST


def _find_rest_end(content: bytes, match: Match, limit: int) -> int:
    """Return where a secret with open bounds may end on its line."""
    rest = _LINE.match(content, match.end, min(match.end + _MAX_REST, limit))
    return rest.end() if rest else match.end

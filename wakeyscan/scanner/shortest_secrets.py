"""Secrets that begin with one of many others, or begin one of them, such as those of archives."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.core.secret import Secret
    from wakeyscan.decoders.decoder import DecodedText
    from wakeyscan.scanner.matcher import Match


class ShortestSecrets:
    """The secrets of a set that do not begin with another one, sorted by text.

    Only its two neighbors in this order can be related to a secret, so few comparisons are enough.
    """

    def __init__(self, secrets: Iterable[Secret]) -> None:
        self._ordered: list[Secret] = []
        for secret in sorted(secrets):
            if not self._ordered or not secret.begins_with(self._ordered[-1]):
                self._ordered.append(secret)

    def begin(self, secret: Secret) -> bool:
        """Return whether a secret begins with one of them."""
        at = bisect_right(self._ordered, secret)
        return at > 0 and secret.begins_with(self._ordered[at - 1])

    def are_related_to(self, secret: Secret) -> bool:
        """Return whether a secret begins with one of them, or begins one of them."""
        at = bisect_right(self._ordered, secret)
        is_start = at < len(self._ordered) and self._ordered[at].begins_with(secret)
        return is_start or self.begin(secret)


class ArchiveTexts:
    """The archives that were decoded from a text, and their secrets; two decoders find the same."""

    def __init__(self) -> None:
        self._known: set[tuple[bytes, tuple[tuple[int, int], ...]]] = set()
        self._secrets: list[tuple[int, int, ShortestSecrets]] = []

    def has(self, decoded: DecodedText) -> bool:
        """Return whether the archive at this place was opened before."""
        return bool(self._known) and _identify(decoded) in self._known

    def add(self, decoded: DecodedText, opened: list[Match]) -> None:
        """Add an archive that was opened, if it has secrets: all are at its place."""
        if opened:
            self._known.add(_identify(decoded))
            secrets = ShortestSecrets(match.secret for match in opened)
            self._secrets.append((opened[0].start, opened[0].end, secrets))

    def repeat(self, match: Match) -> bool:
        """Return whether an archive at its place has the secret of a match, or the start of it."""
        return any(
            match.start < end and start < match.end and secrets.begin(match.secret)
            for start, end, secrets in self._secrets
        )


def _identify(decoded: DecodedText) -> tuple[bytes, tuple[tuple[int, int], ...]]:
    return decoded.content, tuple(decoded.find_sources(0, len(decoded.content)))

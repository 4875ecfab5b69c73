"""Search for secrets that begin with one of many others, or that begin one of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.core.secret import Secret


class ShortestSecrets:
    """Those of some secrets that begin with no other one, by text.

    Only its two neighbors in this order can be related to a secret, so that few comparisons tell.
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

"""Secrets: credentials that are never printed in the clear."""

from __future__ import annotations

import os
from functools import cache

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    import hmac
    from typing import NoReturn

    from wakeyscan.core import hashes
else:
    # A clean scan needs none of these. `hmac` loads OpenSSL, which takes 2 ms.
    hmac = lazy_import("hmac")
    hashes = lazy_import("wakeyscan.core.hashes")

KEY_PREFIX = "wa_live_"
_PREFIX = KEY_PREFIX.encode()
MIN_KEY, MAX_KEY = len(KEY_PREFIX) + 16, len(KEY_PREFIX) + 128
"""Characters of the shortest key and of the longest (contract, section 1)."""

FINGERPRINT_KEY = "WAKEYSCAN_FINGERPRINT_KEY"
"""Variable with a key for fingerprints. Without it, a weak password could be guessed from one."""

API_KEY, APP_KEY = "wastack-api-key", "wastack-app-key"
"""Ids of the rules whose secrets WAStack can verify."""
HEADER = "authorization-header"
"""Id of the rule for credentials that only their own service can verify."""


class Secret:
    """A credential that prints masked; `reveal` is the only access to its text.

    It cannot be pickled or written as JSON. Secrets with the same rule and text are equal.
    """

    __slots__ = ("_fingerprint", "_text")

    def __init__(self, text: bytes, rule: str) -> None:
        self._text = text
        seed = b"wakeyscan/1\0%b\0%b" % (rule.encode(), text)
        self._fingerprint = _digest(seed)[:32]

    @property
    def fingerprint(self) -> str:
        """32 hex digits, stable across moves, renames, rebases and line endings."""
        return self._fingerprint

    def reveal(self) -> bytes:
        """Return the text. A test lists all callers."""
        return self._text

    def begins_with(self, other: Secret) -> bool:
        """Return whether this secret begins with the text of another one."""
        return self._text.startswith(other._text)

    def __lt__(self, other: Secret) -> bool:
        """Compare the texts: in this order, secrets follow those that they begin with."""
        return self._text < other._text

    def __str__(self) -> str:
        prefix = KEY_PREFIX if self._text.startswith(_PREFIX) else ""
        return f"{prefix}…({self._fingerprint[:6]})"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._fingerprint == other._fingerprint

    def __hash__(self) -> int:
        return hash(self._fingerprint)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret cannot be pickled: that would store it in the clear")


def _digest(seed: bytes) -> str:
    """Return the SHA-256 of a seed, or its HMAC if the environment has a key for fingerprints."""
    if key := read_fingerprint_key():
        return hmac.digest(key, seed, "sha256").hex()
    return hashes.compute_digest("sha256", seed).hex()


def identify_fingerprint_key() -> str:
    """Return hex digits that differ between keys for fingerprints; nothing without a key.

    They are too few to confirm a guess of a weak key.
    """
    return Secret(b"", "fingerprint-key").fingerprint[:6] if read_fingerprint_key() else ""


@cache
def read_fingerprint_key() -> bytes:
    """Return the environment's key for fingerprints, or nothing; it is read once.

    A look-up of a variable that is not set takes longer than a digest.
    """
    return os.fsencode(os.environ.get(FINGERPRINT_KEY, ""))

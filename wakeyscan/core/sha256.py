"""SHA-256 by Python itself: `hashlib` loads OpenSSL, which takes 2 ms of a hook that finds a key.

Python's own `random` does the same for the same reason.
"""

from __future__ import annotations

import sys
from functools import cache

from wakeyscan.core.lazy import load_module
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

_MODULE = "_sha2" if sys.version_info >= (3, 12) else "_sha256"


def digest(content: bytes) -> bytes:
    """Return the SHA-256 of a content."""
    return bytes(_load().sha256(content).digest())


@cache
def _load() -> Any:
    try:
        return load_module(_MODULE)
    except ImportError:  # a Python that was built without its own hashes
        return load_module("hashlib")

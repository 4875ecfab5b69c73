"""MD5, SHA-1 and SHA-256 by Python itself, for small contents.

`hashlib` loads OpenSSL, which takes 2 ms of a hook that finds a key. Python's own `random` avoids
it for the same reason.
"""

from __future__ import annotations

import sys
from functools import cache

from wakeyscan.core.lazy import load_module
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

_MODULES = {
    "md5": "_md5",
    "sha1": "_sha1",
    "sha256": "_sha2" if sys.version_info >= (3, 12) else "_sha256",
}


def compute_digest(algorithm: str, content: bytes | memoryview) -> bytes:
    """Return the digest of a content; `algorithm` is `md5`, `sha1` or `sha256`."""
    return bytes(_find_constructor(algorithm)(content).digest())


@cache
def _find_constructor(algorithm: str) -> Any:
    try:
        return getattr(load_module(_MODULES[algorithm]), algorithm)
    except ImportError:  # a Python that was built without its own hashes
        return getattr(load_module("hashlib"), algorithm)

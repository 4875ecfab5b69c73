"""SHA-256 without OpenSSL gives what OpenSSL gives, also on a Python without its own hashes."""

from __future__ import annotations

import hashlib
import os

import pytest

from wakeyscan.core import sha256


@pytest.mark.parametrize("module", [sha256._MODULE, "no_such_module"])
@pytest.mark.parametrize("size", [0, 1, 55, 56, 64, 1000])
def test_a_digest_equals_that_of_hashlib(
    module: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sha256, "_MODULE", module)
    sha256._load.cache_clear()
    content = os.urandom(size)
    assert sha256.digest(content) == hashlib.sha256(content).digest()
    sha256._load.cache_clear()

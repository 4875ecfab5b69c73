"""Digests without OpenSSL equal those of OpenSSL, also on a Python without its own hashes."""

from __future__ import annotations

import hashlib
import os

import pytest

from wakeyscan.core import hashes


@pytest.mark.parametrize("modules", [hashes._MODULES, dict.fromkeys(hashes._MODULES, "missing")])
@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
@pytest.mark.parametrize("size", [0, 1, 55, 56, 64, 1000])
def test_a_digest_equals_that_of_hashlib(
    modules: dict[str, str], algorithm: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashes, "_MODULES", modules)
    content = os.urandom(size)
    expected = hashlib.new(algorithm, content).digest()
    assert hashes.compute_digest(algorithm, content) == expected
    assert hashes.compute_digest(algorithm, memoryview(content)) == expected

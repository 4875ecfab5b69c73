"""Fingerprints: plain, and under a key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator

import pytest

from wakeyscan.core.secret import Secret, read_fingerprint_key

SEED = b"wakeyscan/1\0rule\0text"


@pytest.fixture(autouse=True)
def _key_is_read_again() -> Iterator[None]:
    read_fingerprint_key.cache_clear()
    yield
    read_fingerprint_key.cache_clear()


@pytest.mark.parametrize("key", ["k", "a longer key with ünïcode", "x" * 200, "\udcff"])
def test_a_key_makes_the_fingerprint_an_hmac(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("WAKEYSCAN_FINGERPRINT_KEY", key)
    expected = hmac.new(key.encode("utf-8", "surrogateescape"), SEED, hashlib.sha256).hexdigest()
    assert Secret(b"text", "rule").fingerprint == expected[:32]


@pytest.mark.parametrize("key", ["", None])
def test_an_empty_key_has_no_effect(monkeypatch: pytest.MonkeyPatch, key: str | None) -> None:
    monkeypatch.delenv("WAKEYSCAN_FINGERPRINT_KEY", raising=False)
    if key is not None:
        monkeypatch.setenv("WAKEYSCAN_FINGERPRINT_KEY", key)
    assert Secret(b"text", "rule").fingerprint == hashlib.sha256(SEED).hexdigest()[:32]

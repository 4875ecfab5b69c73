"""The cache of an audit: entries come back unchanged, or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeyscan.audit import cache as audit_cache
from wakeyscan.audit.cache import (
    CachedHistory,
    CachedPack,
    HistoryCache,
    hash_ids,
    load_history,
    store_history,
)
from wakeyscan.git.repository import Repository

HISTORY = CachedHistory(frozenset({"1", "2"}), b"digest", b"trees\0entry\0path")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    folder = str(tmp_path)
    return Repository(folder, folder, folder, (folder,), 20)


def test_a_cached_history_is_loaded_by_the_next_audit(
    tmp_path: Path, repository: Repository
) -> None:
    file = str(tmp_path / "cache" / "audit.sqlite")
    with closing(HistoryCache(file, ())) as cache:
        store_history("reached", HISTORY, repository, cache)
    with closing(HistoryCache(file, ())) as cache:
        assert load_history("reached", repository, cache) == HISTORY
        assert load_history("all", repository, cache) == CachedHistory()


def test_a_damaged_entry_is_not_used(tmp_path: Path, repository: Repository) -> None:
    file = str(tmp_path / "audit.sqlite")
    with closing(HistoryCache(file, ())) as cache:
        store_history("reached", HISTORY, repository, cache)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE notes SET value = value || X'00'")
    with closing(HistoryCache(file, ())) as cache:
        assert load_history("reached", repository, cache) == CachedHistory()


def test_a_pack_that_has_changed_is_scanned_again(tmp_path: Path) -> None:
    pack = tmp_path / "a.pack"
    pack.write_bytes(b"PACK")
    result = CachedPack(3, 4, ("1", "2"), b"1 t\n2 t 1\n", b"[[], []]")
    with closing(HistoryCache(str(tmp_path / "audit.sqlite"), ())) as cache:
        assert cache.load_pack(str(pack)) is None
        cache.store_pack(str(pack), result)
        assert cache.load_pack(str(pack)) == result
        pack.write_bytes(b"PACKED")
        assert cache.load_pack(str(pack)) is None


def test_without_a_file_nothing_is_stored(repository: Repository) -> None:
    cache = HistoryCache("", ())
    store_history("reached", HISTORY, repository, cache)
    assert not cache.is_enabled
    assert load_history("reached", repository, cache) == CachedHistory()


@given(st.lists(st.text("0123456789abcdef", min_size=40, max_size=40)))
def test_a_digest_does_not_depend_on_the_order_of_ids(ids: list[str]) -> None:
    assert hash_ids(ids) == hash_ids(reversed(ids))


@pytest.mark.parametrize("family", ["DECODERS", "EXTRACTORS"])
def test_a_new_decoder_or_extractor_uses_another_cache(
    monkeypatch: pytest.MonkeyPatch, family: str
) -> None:
    before = audit_cache.hash_scanner(())
    monkeypatch.setattr(audit_cache, family, {"new": "module"})
    assert audit_cache.hash_scanner(()) != before

"""A second audit: what is remembered never changes what is said."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import Ran
from tests.support.dated_repository import Dated, lives
from tests.support.keys import MakeKey, fingerprint
from wakeyscan.core.files import find_cache_folder

pytestmark = pytest.mark.usefixtures("no_litter")


@pytest.fixture
def repo(tmp_path: Path) -> Dated:
    return Dated(tmp_path / "repo").at(1)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "wakeyscan" / "audit.sqlite"


def leaky(repo: Dated, make_key: MakeKey) -> list[str]:
    """Commit three keys on two branches, one of them gone again, and pack all of it."""
    keys = [make_key() for _ in range(3)]
    repo.at(2).commit({"a": f"{keys[0]}\n", "sub/b": f"x\n{keys[1]}\n"})
    repo.at(3).commit({"a": "none\n"})
    repo.git("switch", "-q", "-c", "side")
    repo.at(4).commit({"c": f"{keys[2]}\n"})
    repo.git("switch", "-q", "main")
    repo.at(5).commit({"d": "plain\n"})
    repo.git("gc", "-q")
    return keys


def nothing(repo: Dated, key: str) -> None:
    """Leave all as it is."""


def a_commit(repo: Dated, key: str) -> None:
    repo.at(6).commit({"d": "plainer\n"})


def a_key(repo: Dated, key: str) -> None:
    repo.at(6).commit({"e": f"{key}\n"})


def a_removal(repo: Dated, key: str) -> None:
    repo.at(6).commit({"sub/b": "x\n"})


def a_key_in_a_message(repo: Dated, key: str) -> None:
    repo.at(6).commit({"e": "e\n"}, f"use {key}")


def a_key_in_a_name(repo: Dated, key: str) -> None:
    repo.at(6).commit({f"dir/{key}.txt": "e\n"})
    repo.git("gc", "-q")


def a_merge(repo: Dated, key: str) -> None:
    repo.at(6).git("merge", "-q", "--no-edit", "side")


def an_amended_commit(repo: Dated, key: str) -> None:
    repo.at(6).git("commit", "-q", "--amend", "--allow-empty", "-m", "other")


def a_branch_thrown_away(repo: Dated, key: str) -> None:
    repo.git("branch", "-q", "-D", "side")
    repo.git("reflog", "expire", "--expire=now", "--all")


def a_branch_pruned(repo: Dated, key: str) -> None:
    a_branch_thrown_away(repo, key)
    repo.git("gc", "-q", "--prune=now")


def a_branch_begun_over(repo: Dated, key: str) -> None:
    repo.git("switch", "-q", "--orphan", "fresh")
    repo.at(6).commit({"a": f"{key}\n"})
    repo.git("branch", "-q", "-D", "main")
    repo.git("reflog", "expire", "--expire=now", "--all")


def a_tag(repo: Dated, key: str) -> None:
    repo.git("tag", "-a", "-m", f"with {key}", "v1", "side")


def a_dangling_blob(repo: Dated, key: str) -> None:
    repo.blob(f"{key}\n")


def a_remote(repo: Dated, key: str) -> None:
    repo.git("update-ref", "refs/remotes/origin/side", "side")


def a_repack(repo: Dated, key: str) -> None:
    repo.at(6).commit({"f": f"{key}\n"})
    repo.git("repack", "-q", "-a", "-d", "-f")


def a_lost_object(repo: Dated, key: str) -> None:
    commit = repo.at(6).commit({"g": "g\n"})
    (repo.top / ".git" / "objects" / commit[:2] / commit[2:]).unlink()


def a_lost_pack(repo: Dated, key: str) -> None:
    for path in (repo.top / ".git" / "objects" / "pack").iterdir():
        path.unlink()


STEPS: list[Callable[[Dated, str], None]] = [
    nothing,
    a_commit,
    a_key,
    a_removal,
    a_key_in_a_message,
    a_key_in_a_name,
    a_merge,
    an_amended_commit,
    a_branch_thrown_away,
    a_branch_pruned,
    a_branch_begun_over,
    a_tag,
    a_dangling_blob,
    a_remote,
    a_repack,
    a_lost_object,
    a_lost_pack,
]


def same(one: Ran, other: Ran) -> bool:
    return one[:3] == other[:3]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_cached_audit_equals_an_uncached_one(
    step: Callable[[Dated, str], None], repo: Dated, make_key: MakeKey, cache: Path
) -> None:
    leaky(repo, make_key)
    first = repo.audit()
    assert (first.code, len(lives(first.json()))) == (1, 3)
    step(repo, make_key())
    wanted = repo.audit("--no-cache")
    for _ in range(2):
        assert same(repo.audit(), wanted)
    a_commit(repo, "") if step not in (a_lost_object, a_lost_pack) else None
    assert same(repo.audit(), repo.audit("--no-cache"))
    assert cache.is_file()


def a_lost_blob(repo: Dated) -> None:
    """Lose a version of a file, on a branch of its own, after the pack was written."""
    repo.git("switch", "-q", "-c", "gap")
    repo.at(5).commit({"folder/lost": "a text\n"})
    repo.git("switch", "-q", "main")
    name = repo.git("rev-parse", "gap:folder/lost")
    path = repo.top / ".git" / "objects" / name[:2] / name[2:]
    path.unlink()


def a_found_blob(repo: Dated, key: str) -> None:
    repo.blob("a text\n")


def a_gap_thrown_away(repo: Dated, key: str) -> None:
    repo.git("branch", "-q", "-D", "gap")
    repo.git("reflog", "expire", "--expire=now", "--all")


def a_gap_continued(repo: Dated, key: str) -> None:
    repo.git(
        "update-ref",
        "refs/heads/gap",
        repo.git("commit-tree", "-p", "gap", "-m", "m", "main^{tree}"),
    )


@pytest.mark.parametrize(
    "step",
    [nothing, a_commit, a_key, a_lost_object, a_found_blob, a_gap_thrown_away, a_gap_continued],
    ids=lambda step: step.__name__,
)
def test_a_gap_is_cached_while_it_persists(
    step: Callable[[Dated, str], None], repo: Dated, make_key: MakeKey
) -> None:
    leaky(repo, make_key)
    a_lost_blob(repo)
    assert "1 object is missing" in repo.audit().out
    step(repo, make_key())
    for _ in range(2):
        assert same(repo.audit(), repo.audit("--no-cache"))


def test_successive_changes_give_the_results_of_an_uncached_audit(
    repo: Dated, make_key: MakeKey
) -> None:
    leaky(repo, make_key)
    for step in (a_commit, a_key, a_tag, a_merge, a_key_in_a_name, a_branch_begun_over, a_remote):
        repo.audit()
        if step is not a_remote:
            step(repo, make_key())
        assert same(repo.audit(), repo.audit("--no-cache")), step.__name__


def test_the_cache_holds_no_secret_or_fingerprint(
    repo: Dated, make_key: MakeKey, cache: Path
) -> None:
    keys = leaky(repo, make_key)
    named = make_key()
    for step in (a_key_in_a_name, a_key_in_a_message, a_tag):
        step(repo, named)
        repo.audit()
    kept = cache.read_bytes()
    assert b"reached" in kept
    assert [key for key in (*keys, named) if key.encode()[8:20] in kept] == []
    assert [key for key in (*keys, named) if fingerprint(key).encode()[:12] in kept] == []


def test_a_changed_rule_is_not_served_from_the_cache(
    repo: Dated, make_key: MakeKey, tmp_path: Path
) -> None:
    leaky(repo, make_key)
    repo.commit({"h": "ticket ABC-9f27c1d4e80b\n"})
    repo.git("gc", "-q")
    repo.audit()
    mine = tmp_path / "rules"
    mine.mkdir()
    (mine / "ticket.toml").write_text(
        'title = "T"\nseverity = "low"\nanchors = ["ABC-"]\n'
        'pattern = "(?P<secret>ABC-[0-9a-f]{12})"\n'
        'help = "h"\nhits = ["ABC-9f27c1d4e80b", "ABC-9f27c1d4e80c", "ABC-9f27c1d4e80d"]\n'
        'misses = ["a", "b", "c"]\n'
    )
    told = repo.audit("--rules", str(mine)).json()
    assert [f["path"] for f in told["findings"] if f["rule"] == "ticket"] == ["h"]
    assert len(told["keys"]) == 4


def garbage(cache: Path) -> None:
    cache.write_bytes(b"no database" * 1000)


def cut_short(cache: Path) -> None:
    cache.write_bytes(cache.read_bytes()[:5000])


def a_folder(cache: Path) -> None:
    cache.unlink()
    cache.mkdir()


def other_tables(cache: Path) -> None:
    cache.unlink()
    with sqlite3.connect(cache) as base:
        base.execute("CREATE TABLE notes (name TEXT)")
        base.execute("CREATE TABLE packs (pack TEXT)")


def wrong_notes(cache: Path) -> None:
    with sqlite3.connect(cache) as base:
        base.execute("UPDATE notes SET value = CAST('nonsense' AS BLOB)")


@pytest.mark.parametrize(
    "harm", [garbage, cut_short, a_folder, other_tables, wrong_notes], ids=lambda h: h.__name__
)
def test_a_damaged_cache_is_ignored(
    harm: Callable[[Path], None], repo: Dated, make_key: MakeKey, cache: Path
) -> None:
    leaky(repo, make_key)
    wanted = repo.audit()
    harm(cache)
    assert same(repo.audit(), wanted)
    assert same(repo.audit(), wanted)


@pytest.mark.parametrize("is_link", [False, True])
def test_a_cache_that_the_repository_brings_is_ignored(
    repo: Dated, make_key: MakeKey, tmp_path: Path, is_link: bool
) -> None:
    """A commit could bring one that says that the pack is clean, or a link to a file to change."""
    leaky(repo, make_key)
    place, other = repo.top / ".cache", tmp_path / "other"
    if is_link:
        other.mkdir()
        place.symlink_to(other)
    repo.audit(env={"XDG_CACHE_HOME": str(place)})
    assert [*tmp_path.rglob("audit.sqlite")] == []


def test_without_a_home_there_is_no_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "")
    assert find_cache_folder() == ""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert find_cache_folder() == str(tmp_path / "wakeyscan")


def test_a_locked_cache_is_ignored(repo: Dated, make_key: MakeKey, cache: Path) -> None:
    leaky(repo, make_key)
    wanted = repo.audit()
    with sqlite3.connect(cache) as base:
        base.execute("BEGIN EXCLUSIVE")
        assert same(repo.audit(), wanted)


def test_another_repository_at_the_same_path_does_not_reuse_the_cache(
    repo: Dated, make_key: MakeKey
) -> None:
    leaky(repo, make_key)
    repo.audit()
    shutil.rmtree(repo.top)
    other = Dated(repo.top).at(1)
    other.commit({"z": f"{make_key()}\n"})
    assert same(other.audit(), other.audit("--no-cache"))

"""A scan of all objects: from packs, from the cache and by git, the result is the same."""

from __future__ import annotations

import io
import zipfile
import zlib
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.contexts import few
from tests.support.keys import MakeKey
from tests.support.repositories import Repo
from tests.support.user_rules import TOKEN_RULE
from wakeyscan.audit.cache import HistoryCache
from wakeyscan.audit.object_findings import ObjectFindings
from wakeyscan.audit.object_scan import ObjectScanResult, ProgressCallback, scan_objects
from wakeyscan.decoders import DECODERS
from wakeyscan.git import isolated
from wakeyscan.git.objects import BLOB, COMMIT, TAG, TREE
from wakeyscan.git.repository import find_repository
from wakeyscan.rules import loader
from wakeyscan.scanner.context import ScanContext, build_context

CONTEXT = few()


class Scanned(NamedTuple):
    result: ObjectScanResult
    told: list[ObjectFindings]
    """What `on_findings` received."""


def ignore(done: int, size: int, what: str, share: float) -> None:
    """Show nothing."""


def scan(
    repo: Repo,
    cache_file: str = "",
    context: ScanContext = CONTEXT,
    on_progress: ProgressCallback = ignore,
) -> Scanned:
    repository = find_repository(str(repo.top))
    told: list[ObjectFindings] = []
    with (
        isolated.open_isolated(repository) as git,
        closing(HistoryCache(cache_file, context.rules)) as cache,
    ):
        result = scan_objects(
            repository,
            context,
            git,
            cache,
            jobs=1,
            rebuild_context=few,
            on_progress=on_progress,
            on_findings=told.append,
        )
    return Scanned(result, told)


def count_stored(repo: Repo, cache_file: str) -> int:
    """Return the number of packs whose result is in a cache."""
    packs = (repo.top / ".git" / "objects" / "pack").glob("*.pack")
    with closing(HistoryCache(cache_file, CONTEXT.rules)) as cache:
        return sum(cache.load_pack(str(pack)) is not None for pack in packs)


def compress(text: str) -> bytes:
    """Return an archive that holds a text and a member which cannot be read."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a", text)
        archive.writestr("b", "bad")
    return file.getvalue().replace(b"bad", b"dab")


@pytest.fixture
def repository(tmp_path: Path, make_key: MakeKey) -> Repo:
    """Return a repository with a pack, and keys in all kinds of objects."""
    repo = Repo(tmp_path / "repo")
    one, other = make_key(), make_key()
    for number in range(2):
        repo.commit({"a": f"{number}\n{one}\n", "b": "text\n" * number}, f"commit {number}")
    repo.commit({"c": f"{one} {other}\n", "d.zip": compress(f"{other}\n")}, f"message {other}")
    repo.commit({make_key(): "a file named after a key\n"})
    repo.git("tag", "-a", "-m", f"tag {one}", "v1")
    repo.git("gc", "-q")
    return repo


def list_objects(repo: Repo) -> list[str]:
    """List the ids of all objects, each with its size."""
    return repo.git(
        "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objectsize)"
    ).split("\n")


def list_commits(result: ObjectScanResult) -> set[bytes]:
    """Return the line of each commit: that of one which is scanned again occurs twice."""
    return set(result.commit_lines.split(b"\n"))


def test_a_cached_pack_has_the_result_of_a_scan(repository: Repo, tmp_path: Path) -> None:
    file = str(tmp_path / "cache")
    scanned, told = scan(repository)
    objects = list_objects(repository)
    size = sum(int(line.split()[1]) for line in objects)
    assert scanned.coverage[:2] == (len(objects), size)
    assert len(scanned.objects) == 7
    parts = {(found.kind, ref.part) for found in scanned.objects for ref in found.refs}
    assert parts == {(BLOB, ""), (COMMIT, "message"), (TAG, "message"), (TREE, "name")}
    (skipped,) = scanned.skipped
    assert (skipped.origin.within.partition(" ")[0], skipped.reason[:4]) == ("object", "!/b:")
    assert len(told) == len(scanned.objects)
    assert scan(repository, file).result == scanned
    assert count_stored(repository, file) == 1
    cached, told = scan(repository, file)
    assert list_commits(cached) == list_commits(scanned)
    assert cached._replace(commit_lines=b"") == scanned._replace(commit_lines=b"")
    assert sorted(told) == [*cached.objects]


def test_a_new_object_is_scanned_in_addition_to_a_cached_pack(
    repository: Repo, tmp_path: Path, make_key: MakeKey
) -> None:
    file = str(tmp_path / "cache")
    scan(repository, file)
    blob = repository.blob(f"new {make_key()}\n")
    result = scan(repository, file).result
    assert blob in {found.object_id for found in result.objects}
    assert result == scan(repository, file).result
    wanted = scan(repository).result
    assert (result.objects, result.coverage) == (wanted.objects, wanted.coverage)


LIMITED = CONTEXT._replace(max_findings=2)
"""A scan then holds 20 places."""


@pytest.fixture
def crowded(tmp_path: Path, make_key: MakeKey) -> Repo:
    """Return a repository whose pack has 12 files of two keys."""
    repo = Repo(tmp_path / "repo")
    keys = f"{make_key()}\n{make_key()}\n"
    repo.commit({f"f{number}": f"{number}\n{keys}" for number in range(12)})
    repo.git("gc", "-q")
    return repo


def test_places_of_a_cached_pack_count_for_the_limit(crowded: Repo, tmp_path: Path) -> None:
    file = str(tmp_path / "cache")
    assert len(scan(crowded, file).result.objects) == 12
    result = scan(crowded, file, LIMITED).result
    assert len(result.objects) == 10
    assert [item.reason.partition(":")[0] for item in result.skipped] == [
        "2 objects with keys are not listed"
    ]


def test_a_pack_is_not_stored_if_an_object_is_omitted(crowded: Repo, tmp_path: Path) -> None:
    file = str(tmp_path / "cache")
    assert len(scan(crowded, file, LIMITED).result.objects) == 10
    assert count_stored(crowded, file) == 0


def test_marks_that_do_not_fit_have_all_objects_scanned_again(
    crowded: Repo, tmp_path: Path
) -> None:
    file = str(tmp_path / "cache")
    wanted = scan(crowded, file).result
    (pack,) = (crowded.top / ".git" / "objects" / "pack").glob("*.pack")
    with closing(HistoryCache(file, CONTEXT.rules)) as cache:
        cached = cache.load_pack(str(pack))
        assert cached
        moved = cached.marks.replace(b", 2, 1, ", b", 9, 1, ")
        assert moved != cached.marks
        cache.store_pack(str(pack), cached._replace(marks=moved))
    result, told = scan(crowded, file)
    assert (result.objects, result.coverage) == (wanted.objects, wanted.coverage)
    assert len(told) == len(wanted.objects) == 12


def test_a_pack_with_a_damaged_object_is_not_stored(crowded: Repo, tmp_path: Path) -> None:
    (pack,) = (crowded.top / ".git" / "objects" / "pack").glob("*.pack")
    blob = crowded.git("rev-parse", "HEAD:f11")
    rows = crowded.git("verify-pack", "-v", str(pack)).splitlines()
    (at,) = (int(row.split()[4]) for row in rows if row.startswith(blob))
    content = bytearray(pack.read_bytes())
    content[at + 4 : at + 12] = bytes(8)
    pack.chmod(0o644)
    pack.write_bytes(content)
    file = str(tmp_path / "cache")
    assert any(item.gap for item in scan(crowded, file).result.skipped)
    assert count_stored(crowded, file) == 0


def test_a_damaged_object_is_named(repository: Repo) -> None:
    before = scan(repository).result
    blob = repository.blob("damaged\n")
    path = repository.top / ".git" / "objects" / blob[:2] / blob[2:]
    path.unlink()
    path.write_bytes(b"no object")
    result = scan(repository).result
    (skipped,) = set(result.skipped) - set(before.skipped)
    assert (skipped.origin.within, skipped.gap) == (f"object {blob}", True)
    assert skipped.reason == "is missing or damaged"
    assert (result.objects, result.coverage) == (before.objects, before.coverage)


def test_an_object_that_stops_git_is_a_gap(repository: Repo) -> None:
    before = scan(repository).result
    blob = repository.blob("damaged\n")
    path = repository.top / ".git" / "objects" / blob[:2] / blob[2:]
    path.unlink()
    path.write_bytes(zlib.compress(b"blob 9\0short"))
    result = scan(repository).result
    (skipped,) = set(result.skipped) - set(before.skipped)
    assert (skipped.origin.within, skipped.gap) == ("", True)
    assert skipped.reason.startswith("git cat-file ended before its output was complete")
    assert result.objects == before.objects


def test_a_damaged_pack_index_leaves_all_to_git(repository: Repo, tmp_path: Path) -> None:
    (index,) = (repository.top / ".git" / "objects" / "pack").glob("*.idx")
    index.chmod(0o644)
    index.write_bytes(b"no index")
    file = str(tmp_path / "cache")
    result = scan(repository, file).result
    assert result.objects == ()
    assert result.skipped
    assert all(item.gap for item in result.skipped)
    assert count_stored(repository, file) == 0


def test_git_reads_what_our_reader_cannot(
    repository: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pack,) = (repository.top / ".git" / "objects" / "pack").glob("*.pack")
    moved = pack.rename(tmp_path / pack.name)
    pack.with_suffix(".idx").unlink()
    repository.git("unpack-objects", "-q", stdin=moved.read_bytes())
    wanted = scan(repository).result
    assert len(wanted.objects) == 7
    monkeypatch.setattr("wakeyscan.audit.object_tasks.MAX_IN_MEMORY", 10)
    result = scan(repository).result
    assert list_commits(result) == list_commits(wanted)
    assert result._replace(commit_lines=b"") == wanted._replace(commit_lines=b"")


@pytest.mark.parametrize(("limit", "part"), [(0, "message"), (-1, "")])
def test_git_streams_what_is_larger_than_the_limit_of_memory(
    repository: Repo, monkeypatch: pytest.MonkeyPatch, limit: int, part: str
) -> None:
    tag = repository.git("rev-parse", "v1")
    content = repository.git("cat-file", "tag", tag) + "\nmore\n" * 500
    tag = repository.git("hash-object", "-w", "-t", "tag", "--stdin", stdin=content.encode())
    monkeypatch.setattr("wakeyscan.audit.object_tasks.MAX_IN_MEMORY", 10)
    monkeypatch.setattr("wakeyscan.audit.object_scan.MAX_IN_MEMORY", len(content) + limit)
    (found,) = (one for one in scan(repository).result.objects if one.object_id == tag)
    assert [ref.part for ref in found.refs] == [part]


@pytest.mark.parametrize("is_packed", [True, False])
def test_an_object_that_takes_too_long_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_packed: bool
) -> None:
    monkeypatch.setattr("wakeyscan.scanner.patience.TIMEOUT_SECONDS", 0.25)
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": "a" * 200 + "c=token\n"})
    if is_packed:
        repo.git("gc", "-q")
    rules = loader.load_rules((("x/slow.toml", TOKEN_RULE),))
    (rule,) = (rule for rule in rules if rule.id == "slow")
    slow = rule._replace(pattern="(?P<secret>(?:a|aa)+)b=token")
    result = scan(repo, context=build_context((slow,), DECODERS)).result
    (skipped,) = result.skipped
    blob = repo.git("rev-parse", "HEAD:a")
    assert (skipped.origin.within, skipped.gap) == (f"object {blob}", True)
    assert skipped.reason == "rule slow took over 0.25 s on a part of it"


def test_an_interrupted_scan_has_the_findings_so_far(repository: Repo, tmp_path: Path) -> None:
    def interrupt(done: int, size: int, what: str, share: float) -> None:
        if done:
            raise KeyboardInterrupt

    file = str(tmp_path / "cache")
    wanted = scan(repository).result
    result = scan(repository, file, on_progress=interrupt).result
    assert (result.interrupted, result.objects) == (True, wanted.objects)
    assert {item.reason for item in set(result.skipped) - set(wanted.skipped)} == {
        "interrupted before all objects were scanned"
    }
    assert count_stored(repository, file) == 0

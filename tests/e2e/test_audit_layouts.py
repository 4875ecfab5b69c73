"""Repositories of every shape: whole, cut, damaged, lying and hostile; each with a key in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_hostile_git import TRAPS, Hostile, Trap, build_hostile, copy_hostile
from tests.support.command import Ran
from tests.support.dated_repository import Dated, audit, born, life, lives, noon
from tests.support.files import write
from tests.support.keys import MakeKey, fingerprint
from tests.support.repositories import Repo, fingerprints

pytestmark = pytest.mark.usefixtures("no_litter")


@pytest.fixture
def repo(tmp_path: Path) -> Dated:
    """Make an empty repository whose clock stands at day 1."""
    return Dated(tmp_path / "repo").at(1)


def found(ran: Ran, *keys: str, complete: bool = True) -> Any:
    """Check that a report has exactly these keys, and return it."""
    assert ran.code == (1 if keys else 0 if complete else 3), ran
    report = ran.json()
    assert set(lives(report)) == {fingerprint(key) for key in keys}
    assert fingerprints(report) == set(lives(report))
    assert report["complete"] is complete
    return report


def gaps(report: Any) -> list[str]:
    return [item["reason"] for item in report["skipped"] if item["gap"]]


# Shapes


def test_a_bare_repository_is_audited(repo: Dated, key: str, tmp_path: Path) -> None:
    commit = repo.commit({"a": key})
    repo.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    told = life(found(audit(tmp_path / "bare.git"), key), key)
    assert born(told) == (commit, noon(1), "a", 1)
    assert told["reachable_from"] == ["HEAD", "refs/heads/main"]
    assert told["at_head"]


def test_a_linked_work_tree_is_audited(repo: Dated, make_key: MakeKey, tmp_path: Path) -> None:
    main, linked, staged = make_key(), make_key(), make_key()
    repo.commit({"a": main})
    repo.git("worktree", "add", "-q", "-b", "linked", str(tmp_path / "linked"))
    other = Dated(tmp_path / "linked").at(2)
    other.commit({"b": linked})
    other.stage({"c": staged})
    report = found(other.audit(), main, linked, staged)
    assert life(report, linked)["at_head"]
    assert life(report, staged)["reachable_from"] == ["index"]
    report = found(repo.audit(), main, linked, staged)
    assert not life(report, linked)["at_head"]
    assert set(life(report, linked)["reachable_from"]) >= {"refs/heads/linked"}


def test_submodules_are_listed_and_the_audit_is_complete(
    repo: Dated, make_key: MakeKey, tmp_path: Path
) -> None:
    ours, theirs = make_key(), make_key()
    other = Dated(tmp_path / "other").at(1)
    other.commit({"b": theirs})
    asked = ("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.top), "sub")
    repo.git(*asked)
    repo.commit({"a": ours})
    report = found(repo.audit(), ours)
    (item,) = report["skipped"]
    folder = repo.top / ".git" / "modules" / "sub"
    assert (item["path"], item["gap"]) == (str(folder), False)
    assert f"wakeyscan audit {folder}" in item["reason"]
    found(audit(folder), theirs)
    found(audit(repo.top / "sub"), theirs)


def test_a_key_in_the_path_of_a_submodule_is_found(repo: Dated, key: str) -> None:
    """What the path leads to is in no object store of ours."""
    repo.commit({"r": "r"})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},mods/{key}")
    commit = repo.record()
    told = life(found(repo.audit(), key), key)
    assert (told["introduced"]["commit"], told["at_head"]) == (commit, True)


@pytest.mark.parametrize("form", ["relative", "absolute", "quoted", "chain", "comment"])
def test_borrowed_objects_are_audited(
    repo: Dated, make_key: MakeKey, tmp_path: Path, form: str
) -> None:
    lent, own = make_key(), make_key()
    repo.commit({"a": lent})
    repo.git("clone", "-q", "--shared", ".", str(tmp_path / "other"))
    other = Dated(tmp_path / "other").at(2)
    other.commit({"b": own})
    place = tmp_path / 'pl"ace'
    repo.top.rename(place)
    objects = place / ".git" / "objects"
    alternates = other.top / ".git" / "objects" / "info" / "alternates"
    lines = {
        "relative": '../../../pl"ace/.git/objects\n',
        "absolute": f"{objects}\n",
        "quoted": '"' + str(objects).replace('"', '\\"') + '"\n',
        "comment": f"# one\n\n{objects}\n",
        "chain": "../../../third/objects\n",
    }
    alternates.write_text(lines[form])
    write(tmp_path / "third" / "objects", {"info/alternates": f"{objects}\n"})
    report = found(other.audit(), lent, own)
    assert life(report, lent)["at_head"]


def test_missing_and_circular_alternates_are_reported(repo: Dated, key: str) -> None:
    repo.commit({"a": key})
    lines = f"{repo.top}/none\n.\n{repo.top}/.git/objects\n../objects\n"
    write(repo.top, {".git/objects/info/alternates": lines})
    report = found(repo.audit(), key)
    assert [item["path"] for item in report["skipped"]] == [f"{repo.top}/none"]


@pytest.mark.parametrize("options", [(), ("--no-cache",)], ids=["remembering", "no-cache"])
def test_a_pack_that_is_a_link_to_nowhere_is_a_gap(
    repo: Dated, key: str, options: tuple[str, ...]
) -> None:
    repo.commit({"a": key})
    (repo.top / ".git/objects/pack").mkdir(exist_ok=True)
    pack = repo.top / ".git/objects/pack/pack-x.pack"
    pack.symlink_to("nowhere")
    for _ in range(2):
        report = found(repo.audit(*options), key, complete=False)
        assert gaps(report) == [f"{pack}: pack without an index, not scanned; run git index-pack"]


def test_a_sha256_repository_is_audited(tmp_path: Path, make_key: MakeKey) -> None:
    keys = [make_key() for _ in range(4)]
    repo = Dated(tmp_path / "repo", "--object-format=sha256").at(1)
    commit = repo.commit({"a": keys[0], f"n/{keys[1]}": "n"}, keys[2])
    assert len(commit) == 64
    repo.git("repack", "-adq")
    repo.blob(keys[3])
    report = found(repo.audit(), *keys)
    assert born(life(report, keys[0])) == (commit, noon(1), "a", 1)
    assert life(report, keys[1])["introduced"]["path"] == "n/wa_live_…"


def test_an_empty_repository_is_clean(repo: Dated) -> None:
    report = found(repo.audit())
    assert (report["coverage"]["documents"], report["skipped"]) == (0, [])


def test_an_index_without_commits_is_audited(repo: Dated, key: str) -> None:
    repo.stage({"a": key})
    assert life(found(repo.audit(), key), key)["reachable_from"] == ["index"]


def test_a_detached_head_is_audited(repo: Dated, key: str) -> None:
    repo.commit({"r": "r"})
    repo.git("checkout", "-q", "--detach")
    repo.commit({"a": key})
    told = life(found(repo.audit(), key), key)
    assert (told["at_head"], told["reachable_from"]) == (True, ["HEAD", "reflog", "index"])


def test_packed_refs_are_read_and_loose_ones_override_them(repo: Dated, key: str) -> None:
    repo.commit({"a": key})
    repo.git("tag", "-a", "-m", "m", "v1")
    repo.git("branch", "old")
    repo.git("pack-refs", "--all", "--prune")
    repo.git("gc", "-q", "--prune=now")
    told = life(found(repo.audit(), key), key)
    refs = ["HEAD", "refs/heads/main", "refs/heads/old", "refs/tags/v1"]
    assert told["reachable_from"] == [*refs, "index"]  # gc lets old reflogs go
    repo.commit({"a": "none"})  # a loose ref goes before the packed one
    assert not life(found(repo.audit(), key), key)["at_head"]


def test_a_symbolic_ref_is_listed(repo: Dated, key: str) -> None:
    commit = repo.commit({"a": key})
    repo.git("update-ref", "refs/remotes/o/main", commit)
    repo.git("symbolic-ref", "refs/remotes/o/HEAD", "refs/remotes/o/main")
    told = life(found(repo.audit(), key), key)
    assert {"refs/remotes/o/HEAD", "refs/remotes/o/main"} < set(told["reachable_from"])


def test_a_gitfile_is_followed(repo: Dated, key: str, tmp_path: Path) -> None:
    repo.commit({"a": key})
    (repo.top / ".git").rename(tmp_path / "elsewhere")
    write(repo.top, {".git": "gitdir: ../elsewhere\n"})
    assert life(found(repo.audit(), key), key)["at_head"]


def test_a_message_of_a_nested_tag_is_audited(repo: Dated, key: str) -> None:
    repo.commit({"a": "a"})
    repo.git("tag", "-a", "-m", f"inner {key}", "inner")
    repo.git("tag", "-a", "-m", "outer", "outer", "inner")
    repo.git("tag", "-d", "inner")
    assert life(found(repo.audit(), key), key)["reachable_from"] == ["refs/tags/outer"]


def test_a_blob_with_a_tag_is_audited(repo: Dated, key: str) -> None:
    repo.commit({"a": "a"})
    repo.git("tag", "-a", "-m", "m", "public-key", repo.blob(key))
    assert life(found(repo.audit(), key), key)["reachable_from"] == ["refs/tags/public-key"]


def test_thousands_of_refs_are_listed(repo: Dated, key: str) -> None:
    commit = repo.commit({"a": key})
    said = "".join(f"create refs/heads/b{number} {commit}\n" for number in range(3000))
    repo.git("update-ref", "--stdin", stdin=said.encode())
    repo.git("pack-refs", "--all")
    told = life(found(repo.audit("--reachable"), key), key)
    assert len(told["reachable_from"]) > 3000


# Cut short


def test_a_shallow_history_begins_at_its_oldest_commit(
    repo: Dated, key: str, tmp_path: Path
) -> None:
    repo.at(2).commit({"a": f"{key}\n"})
    oldest = repo.at(3).commit({"b": "b\n"})
    repo.at(4).commit({"b": "c\n"})
    shallow = tmp_path / "shallow"
    repo.git("clone", "-q", "--depth=2", repo.top.as_uri(), str(shallow))
    assert born(life(audit(shallow).json(), key)) == (oldest, noon(3), "a", 1)


def test_a_shallow_clone_is_audited_as_incomplete(
    repo: Dated, make_key: MakeKey, tmp_path: Path
) -> None:
    old, new = make_key(), make_key()
    repo.at(1).commit({"old": old})
    repo.git("rm", "-q", "old")
    repo.at(2).record()
    base = repo.at(3).commit({"a": "a"})
    commit = repo.at(4).commit({"new": f"\n{new}"})
    shallow = tmp_path / "shallow"
    repo.git("clone", "-q", "--depth=2", repo.top.as_uri(), str(shallow))
    report = found(audit(shallow), new, complete=False)
    assert born(life(report, new)) == (commit, noon(4), "new", 2)
    assert any("git fetch --unshallow" in reason for reason in gaps(report))
    repo.git("clone", "-q", "--depth=1", repo.top.as_uri(), str(tmp_path / "one"))
    report = found(audit(tmp_path / "one"), new, complete=False)
    assert life(report, new)["introduced"]["commit"] == commit
    clean = tmp_path / "clean"
    repo.git("checkout", "-q", "--detach", base)
    repo.git("branch", "-f", "base", base)
    repo.git("clone", "-q", "--depth=1", "-b", "base", repo.top.as_uri(), str(clean))
    report = found(audit(clean), complete=False)
    assert any("git fetch --unshallow" in reason for reason in gaps(report))


@pytest.mark.parametrize("kind", ["blob:none", "tree:0"])
@pytest.mark.parametrize("with_key", [False, True], ids=["clean", "key"])
def test_a_partial_clone_is_incomplete_and_fetches_nothing(
    repo: Dated, key: str, tmp_path: Path, kind: str, with_key: bool
) -> None:
    repo.at(1).commit({"lost": "one\n"})
    repo.at(2).commit({"lost": "two\n"}, key if with_key else "m")
    repo.at(3).commit({"lost": "three\n"})
    repo.git("config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    repo.git("clone", "-q", f"--filter={kind}", "--no-checkout", repo.top.as_uri(), str(partial))
    report = found(audit(partial), *([key] if with_key else []), complete=False)
    assert any("missing" in reason for reason in gaps(report))
    # Nothing was fetched.
    shutil.rmtree(repo.top)
    assert audit(partial).json() == report


def loose(repo: Repo, name: str) -> Path:
    return repo.top / ".git" / "objects" / name[:2] / name[2:]


def lose_blob(repo: Dated) -> None:
    loose(repo, repo.id("HEAD:lost")).unlink()


def lose_tree(repo: Dated) -> None:
    loose(repo, repo.id("HEAD~1:folder")).unlink()


def lose_commit(repo: Dated) -> None:
    loose(repo, repo.id("HEAD~1")).unlink()


def lose_tip(repo: Dated) -> None:
    loose(repo, repo.id("side")).unlink()


def spoil(path: Path, content: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(content)


def garble_blob(repo: Dated) -> None:
    spoil(loose(repo, repo.id("HEAD:lost")), b"garbage")


def empty_blob(repo: Dated) -> None:
    spoil(loose(repo, repo.id("HEAD:lost")), b"")


def cut_blob(repo: Dated) -> None:
    path = loose(repo, repo.id("HEAD:lost"))
    spoil(path, path.read_bytes()[:-6])


def garble_tree(repo: Dated) -> None:
    spoil(loose(repo, repo.id("HEAD:folder")), b"garbage")


def garble_commit(repo: Dated) -> None:
    spoil(loose(repo, repo.id("HEAD~1")), b"garbage")


def empty_tip(repo: Dated) -> None:
    spoil(loose(repo, repo.id("side")), b"")


def broken_ref(repo: Dated) -> None:
    write(repo.top, {".git/refs/heads/broken": "1" * 40 + "\n"})


def lose_tagged(repo: Dated) -> None:
    """Lose what a tag alone leads to: the blob of a tree that is in no commit."""
    write(repo.top, {"only": "in a tag\n"})
    repo.git("add", "only")
    blob, tree = repo.id(":only"), repo.git("write-tree").strip()
    repo.git("tag", "-a", "-m", "of a tree", "tagged", tree)
    repo.git("reset", "-q", "--hard")
    loose(repo, blob).unlink()


DAMAGES = (
    *(lose_blob, lose_tree, lose_commit, lose_tip, garble_blob, empty_blob, cut_blob, lose_tagged),
    *(garble_tree, garble_commit, empty_tip, broken_ref),
)
ALL_AND_REACHABLE: tuple[tuple[str, ...], ...] = ((), ("--reachable",))


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("with_key", [False, True], ids=["clean", "key"])
def test_damage_is_reported_and_hides_no_other_key(
    repo: Dated,
    key: str,
    damage: Callable[[Dated], None],
    with_key: bool,
) -> None:
    """What is missing is said where nothing is found, and where the life of a key is told."""
    keys = [key] if with_key else []
    repo.at(1).commit({"a": f"a {''.join(keys)}\n", "lost": "text to lose\n" * 50})
    repo.at(2).commit({"folder/f": "f\n", "lost": "text to lose now\n" * 50})
    repo.at(3).commit({"folder/f": "g\n"})
    repo.git("checkout", "-q", "-b", "side")
    repo.at(3).commit({"s": "s"})
    repo.git("checkout", "-q", "main")
    clean = repo.top.parent / "clean"
    shutil.copytree(repo.top, clean)
    damage(Dated(clean))
    for options in ALL_AND_REACHABLE:
        report = found(audit(clean, *options), *keys, complete=False)
        assert gaps(report), options
    repo.git("checkout", "-q", "-b", "keys", "main~2")
    repo.at(4).commit({"key": key})
    repo.git("checkout", "-q", "main")
    damage(repo)
    for options in ALL_AND_REACHABLE:
        found(repo.audit(*options), key, complete=False)


# Lies


def replaced(repo: Dated, key: str) -> None:
    repo.git("replace", repo.id("HEAD~1:a"), repo.blob("clean"))


def grafted(repo: Dated, key: str) -> None:
    write(repo.top, {".git/info/grafts": repo.id("HEAD") + "\n"})


def cut_by_replacement(repo: Dated, key: str) -> None:
    repo.git("replace", "--graft", "HEAD")


def hidden(repo: Dated, key: str) -> None:
    repo.git("config", "transfer.hideRefs", "refs/heads")
    repo.git("config", "uploadpack.hideRefs", "refs/heads")


def forged_graph(repo: Dated, key: str) -> None:
    repo.git("commit-graph", "write", "--reachable")
    path = repo.top / ".git" / "objects" / "info" / "commit-graph"
    spoil(path, b"garbage")


def no_diff(repo: Dated, key: str) -> None:
    write(repo.top, {".git/info/attributes": "* -diff -text filter=x\n"})
    repo.git("config", "core.bigFileThreshold", "1")


def other_format(repo: Dated, key: str) -> None:
    """A loose `HEAD` and a work tree that lead elsewhere."""
    repo.git("config", "core.worktree", "/")


LIES = (*(replaced, grafted, cut_by_replacement, hidden, forged_graph, no_diff, other_format),)


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_forged_repository_data_does_not_change_the_history(
    repo: Dated, key: str, lie: Callable[[Dated, str], None]
) -> None:
    repo.at(1).commit({"r": "r"})
    began = repo.at(2).commit({"a": f"x\n{key}\n"})
    ended = repo.at(5).commit({"a": "x\n"})
    before = life(found(repo.audit(), key), key)
    lie(repo, key)
    assert life(found(repo.audit(), key), key) == before
    assert (born(before), before["removed"]["commit"]) == ((began, noon(2), "a", 2), ended)


def test_a_forged_shallow_is_a_gap_and_hides_nothing(repo: Dated, key: str) -> None:
    began = repo.at(2).commit({"a": f"x\n{key}\n"})
    ended = repo.at(5).commit({"a": "x\n"})
    write(repo.top, {".git/shallow": ended + "\n"})
    report = found(repo.audit(), key, complete=False)
    assert born(life(report, key)) == (began, noon(2), "a", 2)
    assert life(report, key)["removed"]["commit"] == ended


# What would hang or run something

PLACES = (
    *("HEAD", "config", "index", "packed-refs", "shallow", "commondir", "hooks/x", "logs/HEAD"),
    *("info/exclude", "info/grafts", "refs/heads/x/y", "objects/info/alternates", "description"),
    *("objects/pack/multi-pack-index", "objects/info/commit-graph", "objects/00/" + "0" * 38),
    *("objects/pack/pack-1.idx", "objects/pack/pack-1.pack", "modules/m/HEAD", "worktrees/w/HEAD"),
)


@pytest.mark.parametrize("place", PLACES)
def test_a_fifo_is_refused_at_once(repo: Dated, key: str, place: str) -> None:
    repo.commit({"a": key})
    path = repo.top / ".git" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    ran = repo.audit()
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"wakeyscan: {path}: is neither a file nor a folder")


@pytest.mark.parametrize("place", ["pack/pack-1.idx", "00/" + "0" * 38, "info/alternates"])
def test_a_fifo_in_borrowed_objects_is_refused(
    repo: Dated, key: str, place: str, tmp_path: Path
) -> None:
    repo.commit({"a": key})
    other = tmp_path / "other" / "objects"
    path = other / place
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    write(repo.top, {".git/objects/info/alternates": f"{other}\n"})
    ran = repo.audit()
    assert (ran.code, ran.out) == (2, "")
    assert str(path) in ran.err


def test_a_fifo_in_place_of_a_gitfile_is_refused(repo: Dated, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    os.mkfifo(tmp_path / "x" / ".git")
    ran = audit(tmp_path / "x")
    assert (ran.code, ran.out) == (2, "")


def test_a_link_to_a_device_is_refused(repo: Dated, key: str) -> None:
    repo.commit({"a": key})
    (repo.top / ".git" / "config").unlink()
    (repo.top / ".git" / "config").symlink_to("/dev/zero")
    ran = repo.audit()
    assert (ran.code, ran.out) == (2, "")


@pytest.mark.parametrize("part", [".git", ".git/objects", ".git/refs"])
def test_links_in_place_of_folders_are_refused(
    repo: Dated, key: str, tmp_path: Path, part: str
) -> None:
    repo.commit({"a": key})
    (repo.top / part).rename(tmp_path / "away")
    (repo.top / part).symlink_to(tmp_path / "away")
    ran = repo.audit()
    assert (ran.code, ran.out) == (2, "")
    assert "is a link" in ran.err


@pytest.mark.parametrize(
    "content",
    ["gitdir: /none\n", "gitdir: .git\n", "", "x" * 1_000_000, "gitdir: \0\n", "gitdir: ..\n"],
    ids=["nowhere", "itself", "empty", "long", "nul", "no-repository"],
)
def test_gitfiles_without_a_target_are_refused(tmp_path: Path, content: str) -> None:
    write(tmp_path / "x", {".git": content})
    ran = audit(tmp_path / "x")
    assert (ran.code, ran.out) == (2, ""), ran.err


def test_a_commondir_without_a_target_is_refused(repo: Dated, key: str) -> None:
    repo.commit({"a": key})
    write(repo.top, {".git/commondir": "/none\n"})
    ran = repo.audit()
    assert (ran.code, ran.out) == (2, "")


def test_an_endless_include_does_not_stop_an_audit(repo: Dated, key: str) -> None:
    repo.commit({"a": key})
    repo.git("config", "include.path", "/dev/zero")
    found(repo.audit(), key)


def test_configuration_that_git_rejects_does_not_stop_an_audit(repo: Dated, key: str) -> None:
    repo.commit({"a": key})
    config = repo.top / ".git" / "config"
    config.write_bytes(config.read_bytes() + b"[core\n\xff\0 = = [\n")
    found(repo.audit(), key)


@pytest.fixture(scope="module")
def mold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the hostile repository that each test copies."""
    return build_hostile(tmp_path_factory.mktemp("mold"))


@pytest.fixture
def hostile(tmp_path: Path, mold: Path) -> Hostile:
    return copy_hostile(mold, tmp_path)


@pytest.mark.parametrize("name", [name for name in TRAPS if name != "embedded"])
def test_an_audit_runs_no_program_of_the_repository(hostile: Hostile, name: str) -> None:
    repo = hostile
    trap: Trap = TRAPS[name]
    # What plain git may do to it while the trap is set must not count.
    before = audit(repo.top).json()
    trap.set(repo)
    repo.mark.unlink(missing_ok=True)
    ran = audit(repo.top)
    assert not repo.mark.exists(), repo.mark.read_text()
    assert ran.code == 1
    report = ran.json()
    assert lives(report) == lives(before)
    promised = name in ("upload-pack", "ext", "ssh", "proxy")
    assert report["complete"] is not promised
    assert not promised or any("missing" in reason for reason in gaps(report))


def test_traces_and_programs_in_git_variables_have_no_effect(hostile: Hostile) -> None:
    repo = hostile
    names = ("GIT_TRACE", "GIT_TRACE2", "GIT_TRACE2_EVENT", "GIT_TRACE_SETUP")
    programs = ("GIT_EXTERNAL_DIFF", "GIT_SSH_COMMAND", "GIT_PAGER", "GIT_PROXY_COMMAND")
    env = dict.fromkeys(names, str(repo.mark)) | dict.fromkeys(programs, repo.program)
    elsewhere = {"GIT_DIR": "/none", "GIT_OBJECT_DIRECTORY": "/none", "GIT_INDEX_FILE": "/none"}
    counted = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor"}
    ran = audit(repo.top, env={**env, **elsewhere, **counted, "GIT_CONFIG_VALUE_0": repo.program})
    assert ran == audit(repo.top)
    assert not repo.mark.exists()


def test_an_audit_does_not_change_the_repository(repo: Dated, key: str) -> None:
    repo.commit({"a": key})
    repo.stage({"b": "b"})

    def state() -> dict[str, tuple[int, int]]:
        files = sorted(repo.top.rglob("*"))
        return {str(f): (f.lstat().st_mtime_ns, f.lstat().st_size) for f in files}

    before = state()
    found(repo.audit(), key)
    assert state() == before


def test_a_repository_path_may_have_unusual_characters(make_key: MakeKey, tmp_path: Path) -> None:
    key, lent = make_key(), make_key()
    lender = Dated(tmp_path / "le:n'd\"er\\ \n").at(1)
    lender.commit({"a": lent})
    place = tmp_path / "a:b \"c\" \\d 'e' \n{f}"
    repo = Dated(place).at(1)
    repo.commit({"a": key})
    repo.git("repack", "-adq")
    found(repo.audit(), key)
    repo.git("clone", "-q", "--bare", str(place), str(tmp_path / "b:b.git"))
    found(audit(tmp_path / "b:b.git"), key)

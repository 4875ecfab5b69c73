"""What commits bring: every way for a key to get into a range, and every way for one to fail."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.command import Ran
from tests.support.keys import PREFIX, MakeKey, fingerprint
from tests.support.repositories import Repo, fingerprints, places

History = Callable[[Repo, str], list[str]]
"""Makes a history with a key behind the tag `start`, and says where a scan is to find it."""

REMEDY = "git fetch --unshallow, or fetch-depth: 0 for actions/checkout"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Make a repository with one commit, tagged `start`."""
    made = Repo(tmp_path / "repo")
    made.commit({"a": "one\ntwo\n", "b": "b\n"})
    made.git("tag", "start")
    return made


def stands(report: Any) -> list[str]:
    """List where a JSON report has findings: `path:line (within)`."""
    within = (finding["within"] for finding in report["findings"])
    return [f"{place} ({where})" for place, where in zip(places(report), within, strict=True)]


def at(place: str, commit: str) -> str:
    return f"{place} (commit {commit[:12]})"


def verdict(ran: Ran, *keys: str) -> list[str]:
    """Check what goes for every complete report of these keys, and give the places."""
    report = ran.json()
    assert ran.code == bool(report["findings"]), ran
    assert fingerprints(report) == ({fingerprint(key) for key in keys} if ran.code else set())
    assert report["complete"] is True
    assert not any(key in ran.out + ran.err for key in keys)
    return stands(report)


def restart(repo: Repo) -> None:
    """Let the range begin here."""
    repo.git("tag", "-f", "start")


# What a range brings


def added(repo: Repo, key: str) -> list[str]:
    return [at("a:2", repo.commit({"a": f"one\n{key}\n"}))]


def added_and_removed(repo: Repo, key: str) -> list[str]:
    wanted = added(repo, key)
    repo.commit({"a": "one\n"})
    return wanted


def added_again(repo: Repo, key: str) -> list[str]:
    first = added_and_removed(repo, key)
    return sorted(first + added(repo, key))


def removed_and_restored(repo: Repo, key: str) -> list[str]:
    repo.commit({"a": key})
    restart(repo)
    repo.commit({"a": f"{key}\nmore\n"})
    repo.commit({"a": "more\n"})
    return [at("a:1", repo.commit({"a": f"{key}\nmore\n"}))]


def renamed(repo: Repo, key: str) -> list[str]:
    repo.commit({"c": key})
    restart(repo)
    repo.git("mv", "c", "d")
    repo.record()
    return []


def renamed_with_key(repo: Repo, key: str) -> list[str]:
    repo.git("mv", "a", "c")
    return [at("c:3", repo.commit({"c": f"one\ntwo\n{key}"}))]


def copied(repo: Repo, key: str) -> list[str]:
    repo.commit({"c": key})
    restart(repo)
    return [at("d:1", repo.commit({"d": key}))]


def old_key_kept(repo: Repo, key: str) -> list[str]:
    repo.commit({"c": f"{key}\n"})
    restart(repo)
    repo.commit({"c": f"before\n{key}\nafter\n"})
    return []


def old_key_removed(repo: Repo, key: str) -> list[str]:
    repo.commit({"c": f"x\n{key}\n"})
    restart(repo)
    repo.commit({"c": "x\n"})
    repo.git("rm", "-q", "c")
    repo.record()
    return []


def in_message(repo: Repo, key: str) -> list[str]:
    return [at("(commit message):3", repo.commit(message=f"title\n\n{key}"))]


def in_author(repo: Repo, key: str) -> list[str]:
    repo.git("commit", "-q", "--allow-empty", "-m", "x", env={"GIT_AUTHOR_NAME": key})
    return [at("(commit header):3", repo.id("HEAD"))]


def in_tag(repo: Repo, key: str) -> list[str]:
    repo.commit()
    repo.git("tag", "-a", "v1", "-m", f"v1\n\n{key}")
    return [f"(tag message):3 (tag {repo.id('v1')[:12]})"]


def in_link(repo: Repo, key: str) -> list[str]:
    (repo.top / "link").symlink_to(key)
    repo.git("add", "link")
    return [at("link:1", repo.record())]


def in_binary(repo: Repo, key: str) -> list[str]:
    repo.commit({".gitattributes": "* binary -diff\n"})
    return [at("c:2", repo.commit({"c": f"\0\n{key}\n"}))]


def in_utf16(repo: Repo, key: str) -> list[str]:
    return [at("c:2", repo.commit({"c": f"é\n{key}\n".encode("utf-16-le")}))]


def in_odd_name(repo: Repo, key: str) -> list[str]:
    entry = f"100644 {repo.blob(key)}\t".encode() + b":100644 \n\xff\0"
    repo.git("update-index", "-z", "--index-info", stdin=entry)
    return [at(":100644 \n\\xff:1", repo.record())]


def in_name_like_an_id(repo: Repo, key: str) -> list[str]:
    name = "0123456789" * 4
    return [at(f"{name}:1", repo.commit({name: key}))]


def side_branches(repo: Repo, *names: str) -> None:
    """Make branches, each with a commit of its own, and one on main."""
    for name in names:
        repo.git("checkout", "-qb", name, "start")
        repo.commit({name: f"{name}\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"b": "changed\n"})


def in_second_parent(repo: Repo, key: str) -> list[str]:
    side_branches(repo, "side")
    repo.git("checkout", "-q", "side")
    commit = repo.commit({"c": key})
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-edit", "side")
    return [at("c:1", commit)]


def in_resolution(repo: Repo, key: str) -> list[str]:
    side_branches(repo, "side")
    repo.git("merge", "-q", "--no-commit", "side")
    return [at("evil:1", repo.commit({"evil": key}))]


def in_resolution_of_both(repo: Repo, key: str) -> list[str]:
    side_branches(repo, "side")
    repo.commit({"a": "ours\n"})
    repo.git("checkout", "-q", "side")
    repo.commit({"a": "theirs\n"})
    assert repo.attempt("merge", "-q", "main").code == 1
    return [at("a:3", repo.commit({"a": f"ours\ntheirs\n{key}"}))]


def in_octopus(repo: Repo, key: str) -> list[str]:
    side_branches(repo, "one", "two", "three")
    repo.git("merge", "-q", "--no-commit", "one", "two", "three")
    commit = repo.commit({"evil": f"\n{key}\n"})
    assert len(repo.git("rev-parse", "HEAD^@").split()) == 4
    return [at("evil:2", commit)]


def brought_back_by_a_merge(repo: Repo, key: str) -> list[str]:
    """A merge has the tree of a parent from before the key was removed."""
    old = repo.commit({"k": key})
    repo.git("rm", "-q", "k")
    repo.record()
    restart(repo)
    tree = f"{old}^{{tree}}"
    merged = repo.git("commit-tree", "-p", "start", "-p", old, "-m", "m", tree)
    repo.git("reset", "-q", "--hard", merged)
    return [at("k:1", merged)]


def kept_by_a_branch(repo: Repo, key: str) -> list[str]:
    """A branch moves and edits the file that the base cleans, and merges the base as it likes."""
    repo.commit({"k": f"{key}\nmore\n"})
    repo.git("checkout", "-qb", "side")
    repo.git("mv", "k", "moved")
    repo.commit({"moved": f"{key}\nother\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"k": "clean\nmore\n"})
    restart(repo)
    repo.git("checkout", "-q", "side")
    repo.git("merge", "-q", "--no-edit", "-s", "ours", "main")
    return [at("moved:1", repo.commit({"b": "later\n"}))]


def moved_from_a_deleted_file(repo: Repo, key: str) -> list[str]:
    """A branch moves the file that the base deletes; both merge without a conflict."""
    repo.commit({"k": f"{key}\n"})
    repo.git("checkout", "-qb", "side")
    repo.git("rm", "-q", "k")
    moved = repo.commit({"moved": f"{key}\n" + "much more\n" * 50})
    repo.git("checkout", "-q", "main")
    repo.git("rm", "-q", "k")
    repo.record()
    restart(repo)
    repo.git("checkout", "-q", "side")
    return [at("moved:1", moved)]


def kept_by_a_crossed_merge(repo: Repo, key: str) -> list[str]:
    """Both sides of the range merge the same two branches; only one of them cleans the file."""
    repo.commit({"k": key})
    repo.git("checkout", "-qb", "side")
    repo.commit({"k": "clean\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"b": "main\n"})
    repo.git("branch", "crossed")
    repo.git("merge", "-q", "--no-edit", "side")
    restart(repo)
    repo.git("checkout", "-q", "crossed")
    repo.git("merge", "-q", "--no-edit", "-s", "ours", "side")
    return [at("k:1", repo.id("HEAD"))]


def kept_by_merges_of_many_branches(repo: Repo, key: str) -> list[str]:
    """Both sides of the range merge the same branches; each branch has a change of its own."""
    old = repo.commit({"k": key})
    tips = []
    for number in range(12):
        repo.git("checkout", "-q", "--detach", old)
        tips += ["-p", repo.commit({"k": "clean\n"} if number == 5 else {f"f{number}": "f\n"})]
    repo.git("checkout", "-q", "main")
    clean, kept = repo.id(f"{tips[11]}^{{tree}}"), repo.id(f"{old}^{{tree}}")
    repo.git("tag", "-f", "start", repo.git("commit-tree", *tips, "-m", "m", clean))
    merged = repo.git("commit-tree", *tips, "-m", "m", kept)
    repo.git("reset", "-q", "--hard", merged)
    return [at("k:1", merged)]


def in_another_root(repo: Repo, key: str) -> list[str]:
    repo.git("checkout", "-q", "--orphan", "other")
    repo.git("rm", "-qrf", ".")
    commit = repo.commit({"deep/x": key})
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-edit", "--allow-unrelated-histories", "other")
    return [at("deep/x:1", commit)]


def hidden_by_replacement(repo: Repo, key: str) -> list[str]:
    wanted = added(repo, key)
    repo.git("replace", repo.id("HEAD:a"), repo.blob("clean"))
    repo.git("replace", "HEAD", "start")
    return wanted


def hidden_by_graft(repo: Repo, key: str) -> list[str]:
    wanted = added_and_removed(repo, key)
    repo.write({".git/info/grafts": repo.id("HEAD") + "\n"})
    return wanted


HISTORIES: tuple[History, ...] = (
    *(added, added_and_removed, added_again, removed_and_restored),
    *(renamed, renamed_with_key, copied, old_key_kept, old_key_removed),
    *(in_message, in_author, in_tag, in_link, in_binary, in_utf16),
    *(in_odd_name, in_name_like_an_id),
    *(brought_back_by_a_merge, kept_by_a_branch, kept_by_a_crossed_merge),
    *(kept_by_merges_of_many_branches, moved_from_a_deleted_file),
    *(in_second_parent, in_resolution, in_resolution_of_both, in_octopus, in_another_root),
    *(hidden_by_replacement, hidden_by_graft),
)


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history.__name__)
def test_a_range_reports_keys_that_its_commits_add(repo: Repo, key: str, history: History) -> None:
    wanted = history(repo, key)
    assert verdict(repo.scan("git:start..HEAD"), key) == wanted
    assert verdict(repo.scan("git:start...HEAD"), key) == wanted


def test_a_merge_adds_no_key_that_its_branches_have(repo: Repo, make_key: MakeKey) -> None:
    """What a branch merges is not new, wherever the key is on it; nor is what it has from before.

    A key that the branch itself adds is reported once, for the commit that adds it.
    """
    own, old = make_key(), make_key()
    repo.commit({"k": old})
    restart(repo)
    repo.git("checkout", "-qb", "side")
    added = repo.commit({"own": f"{own}\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"k": "clean\n"})
    repo.git("checkout", "-q", "side")
    repo.commit({"own": f"line\n{own}\n"})
    repo.git("checkout", "-qb", "other", "start")
    repo.commit({"other": "other\n"})
    repo.git("checkout", "-q", "side")
    repo.git("merge", "-q", "--no-edit", "other")
    assert verdict(repo.scan("git:main..side"), own) == [at("own:1", added)]


def test_a_revision_reports_keys_of_all_its_ancestors(repo: Repo, make_key: MakeKey) -> None:
    one, two, three = make_key(), make_key(), make_key()
    wanted = [at("a:1", repo.commit({"a": one})), at("b:1", repo.commit({"b": two}))]
    repo.git("checkout", "-qb", "side", "start")
    repo.commit({"c": three})
    assert verdict(repo.scan("git:main"), one, two) == wanted
    assert verdict(repo.scan("git:main~1"), one) == wanted[:1]
    assert verdict(repo.scan("git:start")) == []


def test_a_root_commit_is_scanned(tmp_path: Path, key: str) -> None:
    repo = Repo(tmp_path / "new", "--object-format=sha256")
    commit = repo.commit({"a": key})
    assert verdict(repo.scan("git:HEAD"), key) == [at("a:1", commit)]


def test_a_line_added_above_an_old_key_does_not_report_it(repo: Repo, make_key: MakeKey) -> None:
    old = f"old {make_key()} {make_key()}\n"
    repo.commit({"k": old})
    repo.git("tag", "old")
    added = make_key()
    repo.commit({"k": f"see {added}\n{old}"})
    assert fingerprints(repo.scan("git:old..HEAD").json()) == {fingerprint(added)}


def test_three_dots_report_both_sides_and_two_dots_one(repo: Repo, make_key: MakeKey) -> None:
    ours, theirs = make_key(), make_key()
    one = at("a:1", repo.commit({"a": ours}))
    repo.git("checkout", "-qb", "side", "start")
    other = at("c:1", repo.commit({"c": theirs}))
    assert verdict(repo.scan("git:main...side"), ours, theirs) == [one, other]
    assert verdict(repo.scan("git:main..side"), theirs) == [other]
    assert verdict(repo.scan("git:side..main"), ours) == [one]


def test_branches_without_a_common_ancestor_are_compared(repo: Repo, make_key: MakeKey) -> None:
    ours, theirs = make_key(), make_key()
    one = at("a:1", repo.commit({"a": ours}))
    repo.git("checkout", "-q", "--orphan", "other")
    repo.git("rm", "-qrf", ".")
    other = at("c:1", repo.commit({"c": theirs}))
    assert verdict(repo.scan("git:main...other"), ours, theirs) == [one, other]


def test_whole_files_reports_old_keys_of_changed_files(repo: Repo, key: str) -> None:
    old_key_kept(repo, key)
    commit = repo.id("HEAD")
    assert verdict(repo.scan("--whole-files", "git:start..HEAD"), key) == [at("c:2", commit)]


@pytest.mark.parametrize("range_", ["HEAD..HEAD", "HEAD..start", "start..start~0", "HEAD...HEAD"])
def test_an_empty_range_is_clean(repo: Repo, key: str, range_: str) -> None:
    repo.commit({"a": key})
    ran = repo.run("scan", f"git:{range_}")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"No keys found (git:{range_}: 0 commits")


def test_a_range_in_a_subfolder_has_repository_paths_and_exclusions(repo: Repo, key: str) -> None:
    repo.commit({".wakeyscan.toml": 'exclude = ["vendor/"]\n'})
    commit = repo.commit({"vendor/x": key, "sub/y": key})
    for folder in (".", "sub"):
        ran = repo.scan("git:start..HEAD", cwd=folder)
        assert verdict(ran, key) == [at("sub/y:1", commit)]
        assert ran.json()["coverage"]["excluded"] == 1


def test_a_submodule_is_reported(repo: Repo) -> None:
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.id('start')},vendor/sub")
    repo.record()
    ran = repo.scan("git:start..HEAD")
    assert (ran.code, [item["path"] for item in ran.json()["skipped"]]) == (0, ["vendor/sub"])


def test_thousands_of_commits_are_scanned(tmp_path: Path, key: str) -> None:
    """More than fits into a pipe, both ways, while both are written."""
    repo = Repo(tmp_path / "many")
    repo.git("fast-import", "--quiet", stdin="".join(_many(3000, key)).encode())
    ran = repo.scan("git:main")
    assert verdict(ran, key) == [at("1500/a-file-with-a-name-that-takes-room:1", repo.id("key"))]


def _many(count: int, key: str) -> Iterator[str]:
    for number in range(count):
        yield "commit refs/heads/main\ncommitter A <a@example.org> 1 +0000\ndata 0\n"
        text = key if number == count // 2 else str(number)
        name = f"{number}/a-file-with-a-name-that-takes-room"
        yield f"M 100644 inline {name}\ndata {len(text)}\n{text}\n"
        if text == key:
            yield "reset refs/tags/key\nfrom refs/heads/main\n\n"


# What is refused


REVISIONS = {
    "no-such": "no-such",
    "no-such-end": "start..no-such",
    "no-such-start": "no-such..HEAD",
    "no-such-side": "no-such...HEAD",
    "id": "1" * 40,
    "output": "--output=made",
    "output-in-range": "--output=made..HEAD",
    "output-as-end": "HEAD..--output=made",
    "option": "-x",
    "upload-pack": "--upload-pack=touch made",
    "all": "--all",
    "dashes": "--",
    "stdin": "--stdin",
    "newline": "HEAD\n--output=made",
    "two": "HEAD start",
    "not": "^HEAD",
    "parents": "HEAD^@",
    "blob": "HEAD:a",
    "tree": "HEAD^{tree}",
    "index": ":a",
    "pattern": "HEAD^{/nothing like it}",
    "reflog": "@{99}",
    "long": "x" * 10_000,
    "ref-path": "../../etc/passwd",
}


@pytest.mark.parametrize("revision", REVISIONS.values(), ids=REVISIONS)
def test_an_invalid_revision_is_rejected(repo: Repo, key: str, revision: str) -> None:
    repo.commit({"a": key})
    before = sorted(repo.top.iterdir())
    ran = repo.run("scan", f"git:{revision}")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(("wakeyscan: git", "wakeyscan: unknown revision "))
    assert ran.err.count("\n") == 1
    assert sorted(repo.top.iterdir()) == before


def test_an_unknown_revision_is_reported_with_a_remedy(repo: Repo) -> None:
    said = "wakeyscan: unknown revision 'no-such'; in a shallow clone, fetch it first"
    assert repo.run("scan", "git:no-such..HEAD") == Ran(2, "", f"{said} ({REMEDY})\n")


def test_a_missing_revision_is_rejected(repo: Repo) -> None:
    ran = repo.run("scan", "git:")
    assert (ran.code, ran.out) == (2, "")
    assert "needs a revision or a range" in ran.err


def test_a_branch_named_like_an_option_is_scanned(repo: Repo, key: str) -> None:
    wanted = [at("a:1", repo.commit({"a": key}))]
    for name in ("-x", "--all"):
        repo.git("update-ref", f"refs/heads/{name}", "HEAD")
        for revision in (name, f"start..{name}", f"refs/heads/{name}"):
            assert verdict(repo.scan(f"git:{revision}"), key) == wanted


def test_an_existing_file_named_like_a_range_is_scanned(repo: Repo, key: str) -> None:
    repo.commit({"git:HEAD..HEAD": key})
    assert places(repo.scan("git:HEAD..HEAD").json()) == ["git:HEAD..HEAD:1"]


def test_a_range_outside_a_repository_is_rejected(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    (tmp_path / "repo" / ".git").rename(tmp_path / "gone")
    said = f"wakeyscan: {repo.top} is not in a git repository\n"
    assert repo.run("scan", "git:HEAD") == Ran(2, "", said)


def test_a_bare_repository_is_scanned_only_with_git_dir(repo: Repo, key: str) -> None:
    wanted = [at("a:1", repo.commit({"a": key}))]
    bare = clone(repo, "--bare")
    said = f"wakeyscan: {bare.top} is a bare repository; if it is yours, set GIT_DIR={bare.top}\n"
    assert bare.run("scan", "git:start..HEAD") == Ran(2, "", said)
    assert verdict(bare.scan("git:start..HEAD", env={"GIT_DIR": str(bare.top)}), key) == wanted


# Clones that lack something


def clone(repo: Repo, *options: str) -> Repo:
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("clone", "-q", *options, f"file://{repo.top}", "../clone")
    return Repo(repo.top.parent / "clone")


def test_a_range_beyond_a_shallow_clone_is_rejected(repo: Repo, key: str) -> None:
    for number in range(3):
        repo.commit({"b": f"{number}\n"})
    commit = repo.commit({"a": key})
    shallow = clone(repo, "--depth=2")
    assert verdict(shallow.scan("git:HEAD~1..HEAD"), key) == [at("a:1", commit)]
    for range_ in ("HEAD", "HEAD~1"):
        ran = shallow.run("scan", f"git:{range_}")
        said = (
            "wakeyscan: the history of this clone is truncated (shallow), so "
            f"git:{range_} cannot be scanned completely; fetch the rest first: {REMEDY}\n"
        )
        assert ran == Ran(2, "", said)
    ran = shallow.run("scan", "git:start..HEAD")
    assert (ran.code, ran.out, REMEDY in ran.err) == (2, "", True)
    shallow.git("fetch", "-q", "--unshallow")
    assert verdict(shallow.scan("git:HEAD"), key) == [at("a:1", commit)]


def test_three_dots_without_a_merge_base_in_a_shallow_clone_are_rejected(
    repo: Repo, key: str
) -> None:
    repo.commit({"a": key})
    repo.git("checkout", "-qb", "side", "start")
    repo.commit({"b": "x"})
    shallow = clone(repo, "--depth=1", "--no-single-branch")
    ran = shallow.run("scan", "git:origin/main...origin/side")
    assert (ran.code, ran.out, REMEDY in ran.err) == (2, "", True)


def test_a_partial_clone_is_incomplete(repo: Repo, key: str) -> None:
    commit = repo.commit({"a": key})
    partial = clone(repo, "--filter=blob:none", "--no-checkout")
    ran = partial.scan("git:start..HEAD")
    report = ran.json()
    assert (ran.code, report["complete"], report["findings"]) == (3, False, [])
    assert [(item["path"], item["within"]) for item in report["skipped"]] == [
        ("a", f"commit {commit[:12]}")
    ]
    missing = partial.git("rev-list", "--objects", "--missing=print", "HEAD")
    assert "?" + repo.id("HEAD:a") in missing.splitlines()
    partial.git("cat-file", "blob", "HEAD:a")
    assert verdict(partial.scan("git:start..HEAD"), key) == [at("a:1", commit)]


def test_a_missing_commit_is_reported(repo: Repo, key: str) -> None:
    lost = repo.commit({"a": key})
    repo.commit({"a": "clean"})
    (repo.top / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    ran = repo.run("scan", "git:start..HEAD")
    assert (ran.code, ran.out) == (2, "")
    assert lost in ran.err


# Random histories against an oracle that asks git one object at a time

BODIES = [f"{n:02}" + "q7Zr" * 2 + f"Xw{n * 7919 % 9973:04}" * 3 for n in range(24)]
KEYS = [PREFIX + body for body in BODIES]
HEADS = (
    "none",
    "a1bcdefg",
    "a2bcdefgh",
    "a3bcdefghi",
    "nothing",
    "a5bcdefghijkl",
    "a6bcdefghijklm",
)
"""Words that may be the rest of a key on the line before.

No line with keys is as wide as the lines of wrapped text.
"""
LINES = [" ".join([head, *KEYS[3 * n : 3 * n + n % 4]]) for n, head in enumerate(HEADS)]
NAMES = ("a", "b", "d/c")


class Step(NamedTuple):
    """How to make a commit; all numbers count round."""

    base: int
    other: int
    """The second parent, where it is another commit than the first and `merges`."""
    merges: bool
    edits: tuple[tuple[str, int, int], ...]
    message: int


EDIT = st.tuples(
    st.sampled_from(("add", "add", "cut", "move", "delete")), st.integers(0, 2), st.integers(0, 20)
)
STEP = st.builds(
    Step,
    base=st.integers(0, 2),
    other=st.integers(0, 5),
    merges=st.booleans(),
    edits=st.lists(EDIT, max_size=3).map(tuple),
    message=st.integers(0, 30),
)
Tree = dict[str, tuple[str, ...]]


def edited(tree: Tree, edits: Iterable[tuple[str, int, int]]) -> Tree:
    tree = dict(tree)
    for what, number, place in edits:
        name = NAMES[number]
        lines = tree.pop(name, ())
        if what == "add":
            cut = place % (len(lines) + 1)
            tree[name] = (*lines[:cut], LINES[place % len(LINES)], *lines[cut:])
        elif what == "cut" and len(lines) > 1:
            tree[name] = lines[: place % len(lines)] + lines[place % len(lines) + 1 :]
        elif what == "move" and lines:
            tree[NAMES[(number + 1) % len(NAMES)]] = lines
    return tree


def imported(steps: list[Step]) -> Iterator[str]:
    """Write the history down for `git fast-import`, each commit with a tag of its number."""
    trees: list[Tree] = []
    for number, step in enumerate(steps, 1):
        yield f"commit refs/tags/{number}\nmark :{number}\n"
        yield f"committer A <a@example.org> {number} +0000\n"
        message = LINES[step.message] if step.message < len(LINES) else "m"
        yield f"data {len(message)}\n{message}\n"
        tree: Tree = {}
        if trees:
            base = max(0, len(trees) - 1 - step.base)
            other = max(0, len(trees) - 1 - step.other)
            tree = trees[base]
            yield f"from :{base + 1}\n"
            if step.merges and other != base:
                yield f"merge :{other + 1}\n"
                tree = {**trees[other], **tree}
        trees.append(edited(tree, step.edits))
        yield "deleteall\n"
        for name, lines in trees[-1].items():
            text = "".join(f"{line}\n" for line in lines)
            yield f"M 100644 inline {name}\ndata {len(text)}\n{text}\n"


class Oracle:
    """Says what a range brings by comparing whole trees, line by line."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._known: dict[tuple[str, ...], str] = {}

    def _git(self, *arguments: str) -> str:
        if arguments not in self._known:
            self._known[arguments] = self._repo.git(*arguments)
        return self._known[arguments]

    def _tree(self, commit: str) -> dict[str, str]:
        entries = self._git("ls-tree", "-r", commit).splitlines()
        return {entry.split("\t")[1]: entry.split()[2] for entry in entries}

    def _lines(self, blob: str) -> Counter[str]:
        return Counter(self._git("show", blob).splitlines())

    def brought(self, range_: str) -> tuple[set[str], set[str]]:
        """Return the lines that a file has more often, and those that the tree did not have."""
        more: set[str] = set()
        new: set[str] = set()
        for commit in self._git("rev-list", range_).split():
            message = self._git("show", "-s", "--format=%B", commit).splitlines()
            parents = [self._tree(p) for p in self._git("rev-parse", f"{commit}^@").split()]
            tree = self._tree(commit)
            had = {line for p in parents for blob in p.values() for line in self._lines(blob)}
            has = {line for blob in tree.values() for line in self._lines(blob)}
            new |= (has - had).union(message)
            more |= self._more(tree, parents).union(message)
        return more.union(*self._grown(range_)), new

    def _grown(self, range_: str) -> Iterator[set[str]]:
        """Yield the lines that the last tree has more often than those it is built on."""
        start, _, end = range_.partition("..")
        if end and self._git("rev-list", range_):
            for base in self._git("merge-base", "--all", start, end).split():
                yield self._more(self._tree(end), [self._tree(start), self._tree(base)], False)

    def _more(
        self, tree: dict[str, str], parents: list[dict[str, str]], gone_from_all: bool = True
    ) -> set[str]:
        before_it = set.intersection(*map(set, parents)) if parents else set()
        before_it = before_it if gone_from_all else set(parents[0])
        gone = [p[name] for name in before_it - set(tree) for p in parents if name in p]
        more: set[str] = set()
        for name, blob in tree.items():
            past = [p[name] for p in parents if name in p]
            if blob not in past:
                before: Counter[str] = Counter()
                for old in past or gone:
                    before |= self._lines(old)
                more |= set(self._lines(blob) - before)
        return more


def fingerprints_of(lines: Iterable[str]) -> set[str]:
    return {fingerprint(key) for line in lines for key in line.split(" ") if key in KEYS}


@settings(max_examples=15)
@given(steps=st.lists(STEP, min_size=2, max_size=9), start=st.integers(0, 8))
def test_random_histories_have_the_findings_of_a_reference(steps: list[Step], start: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        repo = Repo(Path(folder) / "repo")
        repo.git("fast-import", "--quiet", stdin="".join(imported(steps)).encode())
        start = 1 + start % len(steps)
        for range_ in (f"{start}..{len(steps)}", f"{len(steps)}"):
            more, new = Oracle(repo).brought(range_)
            found = fingerprints(repo.scan(f"git:{range_}").json())
            assert fingerprints_of(new) <= found
            assert found == fingerprints_of(more)


@pytest.mark.parametrize("mode", ["160000", "0", "170000", "10"])
def test_a_blob_that_a_tree_names_as_a_submodule_is_scanned(
    mode: str, repo: Repo, key: str
) -> None:
    entry = f"{mode} sub\0".encode() + bytes.fromhex(repo.blob(key))
    write = ("hash-object", "-t", "tree", "--literally", "-w", "--stdin")
    tree = repo.git(*write, stdin=entry)
    commit = repo.git("commit-tree", tree, "-p", "HEAD", "-m", "x")
    repo.git("update-ref", "HEAD", commit)
    assert verdict(repo.scan("git:start..HEAD"), key) == [at("sub:1", commit)]


def test_a_tree_that_a_tree_names_as_a_submodule_is_a_gap(repo: Repo, key: str) -> None:
    tree = repo.id("HEAD^{tree}")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{tree},sub")
    repo.record()
    ran = repo.scan("git:start..HEAD")
    assert ran.code == 3
    assert [item["path"] for item in ran.json()["skipped"]] == ["sub"]


@pytest.mark.parametrize("inside", [(), ("x", "y")], ids=["empty", "only empty folders"])
def test_a_key_in_the_name_of_a_folder_without_files(
    inside: tuple[str, ...], repo: Repo, key: str
) -> None:
    tree = repo.git("mktree")
    for name in (*inside, key):
        tree = repo.git("mktree", stdin=f"040000 tree {tree}\t{name}\n".encode())
    repo.git("update-ref", "HEAD", repo.git("commit-tree", tree, "-p", "HEAD", "-m", "x"))
    ran = repo.scan("git:start..HEAD")
    assert (ran.code, fingerprints(ran.json())) == (1, {fingerprint(key)})
    assert len(ran.json()["findings"]) == 1


def test_a_folder_that_becomes_empty_adds_no_name(repo: Repo, key: str) -> None:
    repo.commit({f"{key}/a": "1"})
    empty = repo.git("mktree")
    tree = repo.git("mktree", stdin=f"040000 tree {empty}\t{key}\n".encode())
    repo.git("update-ref", "HEAD", repo.git("commit-tree", tree, "-p", "HEAD", "-m", "x"))
    assert repo.scan("git:HEAD~1..HEAD").code == 0

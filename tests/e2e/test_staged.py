"""What a commit would add: every state an index can be in, and every way to commit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import Ran, Run
from tests.support.keys import MakeKey, fingerprint
from tests.support.repositories import Repo, fingerprints, places
from wakeyscan.sources.changed_files import MISSING

Setup = Callable[[Repo, str], None]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Make a repository with one commit."""
    made = Repo(tmp_path / "repo")
    made.commit({"a": "one\ntwo\n"})
    return made


def clean_in_tree(repo: Repo, key: str) -> None:
    repo.stage({"a": f"one\n{key}\n"})
    repo.write({"a": "one\ntwo\n"})


def another_line_in_tree(repo: Repo, key: str) -> None:
    repo.stage({"a": f"one\ntwo\nk={key}\n"})
    repo.write({"a": f"one\n{key}\ntwo\n{key}\n"})


def gone_from_tree(repo: Repo, key: str) -> None:
    repo.stage({"new/b": key})
    (repo.top / "new" / "b").unlink()


def only_in_tree(repo: Repo, key: str) -> None:
    repo.stage({"a": "one\ntwo\nthree\n"})
    repo.write({"a": f"one\n{key}\n", "untracked": key})


def intent_to_add(repo: Repo, key: str) -> None:
    repo.write({"b": key})
    repo.git("add", "-N", "b")


def renamed(repo: Repo, key: str) -> None:
    repo.commit({"b": f"x\n{key}\n"})
    repo.git("mv", "b", "c")


def renamed_and_changed(repo: Repo, key: str) -> None:
    renamed(repo, key)
    repo.stage({"c": f"x\ny\n{key}\n"})


def renamed_with_key(repo: Repo, key: str) -> None:
    repo.commit({"b": "x\ny\n"})
    repo.git("mv", "b", "c")
    repo.stage({"c": f"x\ny\n{key}\n"})


def renamed_to_key(repo: Repo, key: str) -> None:
    repo.git("mv", "a", f"{key}.txt")


def copied(repo: Repo, key: str) -> None:
    repo.commit({"b": f"x\n{key}\n"})
    repo.stage({"c": f"x\n{key}\n"})


def mode_changed(repo: Repo, key: str) -> None:
    repo.commit({"b": key})
    repo.git("update-index", "--chmod=+x", "b")


def deleted(repo: Repo, key: str) -> None:
    repo.commit({"b": key})
    repo.git("rm", "-q", "b")


def taken_out(repo: Repo, key: str) -> None:
    repo.commit({"b": f"x\n{key}\n"})
    repo.stage({"b": "x\n"})


def link(repo: Repo, key: str) -> None:
    (repo.top / "link").symlink_to(f"https://example.org/?k={key}")
    repo.git("add", "link")


def file_becomes_link(repo: Repo, key: str) -> None:
    (repo.top / "a").unlink()
    (repo.top / "a").symlink_to(key)
    repo.git("add", "a")


def old_key(repo: Repo, key: str) -> None:
    repo.commit({"b": f"x\nk={key}\ny\n"})
    repo.stage({"b": f"new\nx\nk={key}\ny\nz\n"})


def old_key_moved(repo: Repo, key: str) -> None:
    repo.commit({"b": f"k={key}\nx\ny\n"})
    repo.stage({"b": f"x\ny\nk={key}\n"})


def old_key_again(repo: Repo, key: str) -> None:
    repo.commit({"b": f"k={key}\nx\n"})
    repo.stage({"b": f"k={key}\nx\nk={key}\n"})


def old_key_on_changed_line(repo: Repo, key: str) -> None:
    repo.commit({"b": f"k={key}\nx\n"})
    repo.stage({"b": f"key={key}\nx\n"})


def attribute_crlf(repo: Repo, key: str) -> None:
    repo.stage({".gitattributes": "* text=auto eol=crlf\n", "b": f"x\r\n{key}\r\ny\r\n"})


def attribute_ident(repo: Repo, key: str) -> None:
    repo.stage({".gitattributes": "* ident\n", "b": f"$Id$\n{key}\n"})


def attribute_binary(repo: Repo, key: str) -> None:
    repo.stage({".gitattributes": "* binary -diff\n", "b": f"\0\n{key}\n"})


def filter_takes_out(repo: Repo, key: str) -> None:
    repo.git("config", "filter.f.clean", "sed s/wa_.*/none/")
    repo.stage({".gitattributes": "b filter=f\n", "b": f"x\n{key}\n"})


def filter_puts_in(repo: Repo, key: str) -> None:
    repo.git("config", "filter.f.clean", f"echo {key}")
    repo.stage({".gitattributes": "b filter=f\n", "b": "x\n"})


def utf16(repo: Repo, key: str) -> None:
    repo.stage({"b": f"é\r\nk = {key}\r\n".encode("utf-16")})


def split_index(repo: Repo, key: str) -> None:
    repo.git("update-index", "--split-index")
    repo.stage({"b": key})


def skip_worktree(repo: Repo, key: str) -> None:
    repo.stage({"a": f"one\n{key}\n"})
    repo.git("update-index", "--skip-worktree", "a")
    repo.write({"a": "one\n"})


def assume_unchanged(repo: Repo, key: str) -> None:
    repo.stage({"a": f"one\n{key}\n"})
    repo.git("update-index", "--assume-unchanged", "a")
    repo.write({"a": "one\n"})


def sparse_index(repo: Repo, key: str) -> None:
    repo.commit({"in/x": "x\n", "out/deep/y": "y\n"})
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
    repo.git("update-index", "--add", "--cacheinfo", f"100644,{repo.blob(key)},out/deep/z")
    repo.stage({"in/x": f"x\n{key}\n"})


def diff_settings(repo: Repo, key: str) -> None:
    for name, value in {
        "relative": "true",
        "noprefix": "true",
        "renames": "copies",
        "orderFile": "/dev/null",
        "ignoreSubmodules": "all",
        "external": "false",
        "algorithm": "nonsense",
    }.items():
        repo.git("config", f"diff.{name}", value)
    repo.git("config", "core.quotePath", "true")
    repo.stage({"é": key})


STATES: dict[str, tuple[Setup, list[str]]] = {
    "clean-in-tree": (clean_in_tree, ["a:2"]),
    "another-line-in-tree": (another_line_in_tree, ["a:3"]),
    "gone-from-tree": (gone_from_tree, ["new/b:1"]),
    "only-in-tree": (only_in_tree, []),
    "intent-to-add": (intent_to_add, []),
    "renamed": (renamed, []),
    "renamed-and-changed": (renamed_and_changed, []),
    "renamed-with-key": (renamed_with_key, ["c:3"]),
    "copied": (copied, ["c:2"]),
    "mode-changed": (mode_changed, []),
    "deleted": (deleted, []),
    "taken-out": (taken_out, []),
    "link": (link, ["link:1"]),
    "file-becomes-link": (file_becomes_link, ["a:1"]),
    "old-key": (old_key, []),
    "old-key-moved": (old_key_moved, []),
    "old-key-again": (old_key_again, ["b:3"]),
    "old-key-on-changed-line": (old_key_on_changed_line, ["b:1"]),
    "attribute-crlf": (attribute_crlf, ["b:2"]),
    "attribute-ident": (attribute_ident, ["b:2"]),
    "attribute-binary": (attribute_binary, ["b:2"]),
    "filter-takes-out": (filter_takes_out, []),
    "filter-puts-in": (filter_puts_in, ["b:1"]),
    "utf-16": (utf16, ["b:2"]),
    "split-index": (split_index, ["b:1"]),
    "skip-worktree": (skip_worktree, ["a:2"]),
    "assume-unchanged": (assume_unchanged, ["a:2"]),
    "sparse-index": (sparse_index, ["in/x:2", "out/deep/z:1"]),
    "diff-settings": (diff_settings, ["é:1"]),
}


def verdict(ran: Ran, key: str) -> list[str]:
    """Check what goes for every report of one key, and give the places."""
    report = ran.json()
    assert ran.code == bool(report["findings"]), ran
    assert fingerprints(report) <= {fingerprint(key)}
    assert report["complete"] is True
    assert key not in ran.out + ran.err
    return places(report)


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_the_index_is_scanned(repo: Repo, key: str, state: str) -> None:
    setup, wanted = STATES[state]
    setup(repo, key)
    assert verdict(repo.scan("staged:"), key) == wanted
    assert repo.run("hook", "pre-commit").code == bool(wanted)


def test_a_file_renamed_to_a_key_is_found_and_masked(repo: Repo, key: str) -> None:
    renamed_to_key(repo, key)
    ran = repo.scan("staged:")
    [finding] = ran.json()["findings"]
    assert (ran.code, finding["fingerprint"]) == (1, fingerprint(key))
    assert key not in ran.out + ran.err


@pytest.mark.parametrize(
    ("setup", "wanted"),
    [(old_key, ["b:3"]), (old_key_again, ["b:1", "b:3"]), (taken_out, []), (deleted, [])],
    ids=["old-key", "old-key-again", "taken-out", "deleted"],
)
def test_whole_files_reports_old_keys_of_changed_files(
    repo: Repo, key: str, setup: Setup, wanted: list[str]
) -> None:
    setup(repo, key)
    assert verdict(repo.scan("--whole-files", "staged:"), key) == wanted
    assert repo.run("hook", "pre-commit", "--whole-files").code == bool(wanted)


NAMES = {
    "newline": b"a\nb",
    "quotes": b'"a\' b\\".txt',
    "tab": b"\ta\t",
    "not-utf-8": b"caf\xe9\xff.env",
    "option": b"--fail-on=never",
    "pathspec": b":(exclude)*",
    "like-an-entry": b":100644 100644 0 1 M",
    "escape": b"\x1b[31m\r::error::x",
    "like-an-id": b"0" * 40,
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_staged_files_with_unusual_names_are_reported(repo: Repo, key: str, name: bytes) -> None:
    entry = f"100644 {repo.blob(key)}\t".encode() + name + b"\0"
    repo.git("update-index", "-z", "--index-info", stdin=entry)
    ran = repo.scan("staged:")
    [finding] = ran.json()["findings"]
    shown = name.decode("utf-8", "backslashreplace")
    assert (ran.code, finding["path"], finding["line"]) == (1, shown, 1)
    assert finding["fingerprint"] == fingerprint(key)
    text = repo.run("scan", "staged:").out
    assert all(c.isprintable() or c == "\n" for c in text)
    assert not any(line.startswith("::") for line in text.splitlines())


def test_a_submodule_is_reported(repo: Repo, key: str) -> None:
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.id('HEAD')},vendor/sub")
    ran = repo.run("hook", "pre-commit")
    told = "wakeyscan: vendor/sub: a submodule: its content is not part of this repository\n"
    assert ran == Ran(0, "", told)
    report = repo.scan("staged:").json()
    assert [item["path"] for item in report["skipped"]] == ["vendor/sub"]
    assert report["complete"] is True
    repo.stage({"b": key})
    assert places(repo.scan("staged:").json()) == ["b:1"]


@pytest.mark.parametrize("format_", ["sha1", "sha256"])
def test_a_first_commit_is_scanned(tmp_path: Path, key: str, format_: str) -> None:
    repo = Repo(tmp_path / "new", f"--object-format={format_}")
    assert verdict(repo.scan("staged:"), key) == []
    repo.stage({"b": f"\n{key}\n", "sub/c": key})
    repo.write({"b": ""})
    assert verdict(repo.scan("staged:"), key) == ["b:2", "sub/c:1"]
    repo.install("pre-commit")
    assert repo.attempt("commit", "-qm", "x").code == 1
    assert repo.attempt("rev-parse", "--verify", "-q", "HEAD").code == 1
    repo.record()
    repo.stage({"b": f"\n{key}\nx\n"})
    assert verdict(repo.scan("staged:"), key) == []
    repo.stage({"b": f"\n{key}\n{key}\n"})
    assert verdict(repo.scan("staged:"), key) == ["b:3"]


def test_conflicts_are_a_gap(repo: Repo, key: str) -> None:
    conflict(repo, f"theirs\n{key}\n")
    ran = repo.scan("staged:")
    report = ran.json()
    assert (ran.code, report["complete"]) == (3, False)
    assert [item["path"] for item in report["skipped"]] == ["a"]


def conflict(repo: Repo, theirs: str) -> None:
    """Leave a merge in conflict over `a`."""
    repo.git("checkout", "-qb", "side")
    repo.commit({"a": theirs})
    repo.git("checkout", "-q", "main")
    repo.commit({"a": "ours\n"})
    assert repo.attempt("merge", "side").code == 1


# Ways to commit


def commit(repo: Repo, *arguments: str) -> Ran:
    """Commit with the hook in place, and check that a refusal left everything as it was."""
    head = repo.id("HEAD")
    ran = repo.attempt("commit", "-qm", "x", *arguments)
    assert (repo.id("HEAD") == head) is bool(ran.code), ran
    return ran


@pytest.fixture
def hooked(repo: Repo) -> Repo:
    repo.commit({"b": "b\n"})
    repo.install("pre-commit")
    return repo


WAYS = {
    "index": ((), ["a"], ["a"]),
    "all": (("-a",), [], ["a"]),
    "path": (("--", "a"), [], ["a"]),
    "only": (("--only", "a"), ["b"], ["a"]),
    "include": (("--include", "a"), ["b"], ["b"]),
    "amend": (("--amend",), ["a"], ["a"]),
    "amend-all": (("--amend", "-a"), [], ["b"]),
}


@pytest.mark.parametrize(("arguments", "added", "holding"), WAYS.values(), ids=WAYS)
def test_every_way_to_commit_a_key_is_blocked(
    hooked: Repo, key: str, arguments: tuple[str, ...], added: list[str], holding: list[str]
) -> None:
    changed = {"a": "more\n", "b": "more\n"}
    hooked.write({**changed, **dict.fromkeys(holding, f"x\n{key}\n")})
    if added:
        hooked.git("add", "--", *added)
    ran = commit(hooked, *arguments)
    assert ran.code == 1
    assert f"{holding[0]}\n       2:1  high      wastack-api-key" in ran.out + ran.err
    hooked.write(changed)
    if added:
        hooked.git("add", "--", *added)
    assert commit(hooked, *arguments) == Ran(0, "", "")


@pytest.mark.parametrize("arguments", [("--", "a"), ("--only", "a")], ids=["path", "only"])
def test_keys_that_are_not_committed_do_not_block(
    hooked: Repo, key: str, arguments: tuple[str, ...]
) -> None:
    hooked.stage({"b": key})
    hooked.write({"a": "more\n"})
    assert commit(hooked, *arguments).code == 0
    assert verdict(hooked.scan("staged:"), key) == ["b:1"]


def test_the_index_of_a_linked_work_tree_is_scanned(hooked: Repo, key: str) -> None:
    hooked.git("worktree", "add", "-q", "-b", "other", "../linked")
    hooked.stage({"a": "main\n"})
    linked = Repo(hooked.top.parent / "linked")
    linked.stage({"new": key})
    assert verdict(linked.scan("staged:"), key) == ["new:1"]
    assert verdict(hooked.scan("staged:"), key) == []
    assert commit(linked).code == 1
    linked.write({"new": "x", "a": key})
    assert commit(linked, "-a").code == 1
    linked.stage({"a": "one\n"})
    assert commit(linked, "-a").code == 0


def test_the_index_named_by_git_is_scanned(repo: Repo, key: str) -> None:
    other = {"GIT_INDEX_FILE": str(repo.top / ".git" / "other-index")}
    repo.git("read-tree", "HEAD", env=other)
    repo.write({"b": key})
    repo.git("add", "b", env=other)
    assert verdict(repo.scan("staged:", env=other), key) == ["b:1"]
    assert verdict(repo.scan("staged:"), key) == []


# Merges


@pytest.fixture
def sides(repo: Repo, key: str) -> Repo:
    """Make a branch that brings a key in a file of its own, and one in a file of both."""
    repo.commit({"both": "".join(f"{n}\n" for n in range(20))})
    repo.git("checkout", "-qb", "side")
    changed = [f"{n}\n" for n in range(20)]
    repo.commit({"theirs": key, "both": "".join([*changed, key])})
    repo.git("checkout", "-q", "main")
    repo.commit({"ours": "x\n", "both": "".join(["first\n", *changed])})
    repo.hook("pre-merge-commit", "exec wakeyscan hook pre-commit")
    repo.install("pre-commit")
    return repo


def test_a_merge_reports_no_key_that_a_parent_has(sides: Repo, key: str) -> None:
    sides.git("merge", "-q", "--no-commit", "side")
    assert verdict(sides.scan("staged:"), key) == []
    sides.git("commit", "-qm", "merged")
    assert sides.git("rev-list", "--count", "--merges", "HEAD") == "1"


def test_a_merge_without_conflict_passes(sides: Repo) -> None:
    sides.git("merge", "-q", "side")
    assert sides.git("rev-list", "--count", "--merges", "HEAD") == "1"


def test_a_key_that_a_merge_driver_adds_is_found(sides: Repo, make_key: MakeKey) -> None:
    new = make_key()
    sides.git("config", "merge.m.driver", f"echo {new} >> %A")
    sides.write({".git/info/attributes": "both merge=m\n"})
    ran = sides.attempt("merge", "-q", "side")
    assert ran.code != 0
    assert "22:1  high      wastack-api-key" in ran.out + ran.err
    assert sides.git("rev-list", "--count", "--merges", "HEAD") == "0"


@pytest.mark.parametrize("theirs", ["theirs\n", "theirs {}\n"], ids=["clean", "with-key"])
def test_a_key_added_by_resolving_a_conflict_is_found(
    repo: Repo, key: str, make_key: MakeKey, theirs: str
) -> None:
    repo.install("pre-commit")
    conflict(repo, theirs.format(key))
    new = make_key()
    repo.stage({"a": f"ours\n{theirs.format(key)}{new}\n"})
    assert verdict(repo.scan("staged:"), new) == ["a:3"]
    assert commit(repo).code == 1
    repo.stage({"a": f"ours\n{theirs.format(key)}"})
    assert verdict(repo.scan("staged:"), key) == []
    assert commit(repo).code == 0


# Many files, folders, configuration


def test_two_thousand_staged_files_are_scanned(repo: Repo, make_key: MakeKey) -> None:
    keys = {f"{n % 50}/{n}": make_key() for n in range(1000)}
    clean = {f"{n % 50}/{n}": f"{n}\n" for n in range(1000, 2000)}
    repo.write({**{name: f"k = {key}\n" for name, key in keys.items()}, **clean})
    repo.git("add", "-A")
    ran = repo.scan("staged:")
    report = ran.json()
    assert (ran.code, report["complete"], report["coverage"]["documents"]) == (1, True, 2000)
    found = {(f["path"], f["fingerprint"]) for f in report["findings"]}
    assert found == {(name, fingerprint(key)) for name, key in keys.items()}


def test_a_scan_in_a_subfolder_covers_the_whole_index(repo: Repo, key: str) -> None:
    repo.stage({"sub/deep/x": "x", "sub/b": key, "c": key})
    assert verdict(repo.scan("staged:", cwd="sub/deep"), key) == ["c:1", "sub/b:1"]


@pytest.mark.parametrize("command", [("scan", "staged:"), ("hook", "pre-commit")], ids=" ".join)
def test_staged_outside_a_repository_is_rejected(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    said = f"wakeyscan: {tmp_path} is not in a git repository\n"
    assert run(*command) == Ran(2, "", said)


def test_staged_in_a_bare_repository_is_rejected(run: Run, tmp_path: Path) -> None:
    bare = Repo(tmp_path / "bare.git", "--bare").top
    said = f"wakeyscan: {bare} is a bare repository; if it is yours, set GIT_DIR={bare}\n"
    assert run("scan", "staged:", cwd=bare) == Ran(2, "", said)


def test_text_after_the_colon_is_rejected(repo: Repo) -> None:
    said = "wakeyscan: 'staged:' takes no argument, got 'a'\n"
    assert repo.run("scan", "staged:a") == Ran(2, "", said)


def test_an_existing_file_named_like_the_target_is_scanned(repo: Repo, key: str) -> None:
    repo.write({"staged:": key})
    assert verdict(repo.scan("staged:"), key) == ["staged::1"]


def test_excluded_staged_files_are_skipped_and_counted(repo: Repo, key: str) -> None:
    repo.stage({".wakeyscan.toml": 'exclude = ["vendor/", "*.lock"]\n'})
    repo.stage({"vendor/x": key, "sub/y.lock": key, "sub/z": key})
    for folder in (".", "sub"):
        ran = repo.scan("staged:", cwd=folder)
        assert verdict(ran, key) == ["sub/z:1"]
        assert ran.json()["coverage"]["excluded"] == 2


def test_a_staged_file_over_the_limit_is_a_gap(repo: Repo) -> None:
    repo.stage({"big": "x" * 5000})
    ran = repo.scan("--max-file-size=4k", "staged:")
    assert (ran.code, [item["path"] for item in ran.json()["skipped"]]) == (3, ["big"])


def test_a_missing_object_is_a_gap(repo: Repo, key: str) -> None:
    lost = repo.blob("lost")
    repo.git("update-index", "--add", "--cacheinfo", f"100644,{lost},lost")
    (repo.top / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    ran = repo.scan("staged:")
    reason = MISSING.format(lost)
    assert [(item["path"], item["reason"]) for item in ran.json()["skipped"]] == [("lost", reason)]
    assert ran.code == 3
    repo.stage({"b": key})
    assert places(repo.scan("staged:").json()) == ["b:1"]

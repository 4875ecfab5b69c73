"""Whatever narrows a scan is in its verdict and in its report; what is absent is read elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Run, execute
from tests.support.dated_repository import Dated
from tests.support.files import write
from tests.support.keys import MakeKey, fingerprint
from tests.support.repositories import Repo, fingerprints
from wakeyscan.sources.changed_files import MISSING

pytestmark = pytest.mark.usefixtures("no_litter")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Make an empty repository."""
    return Repo(tmp_path / "repo")


def read_paths(report: Any) -> dict[str, str]:
    """Return the paths of findings by fingerprint."""
    return {finding["fingerprint"]: finding["path"] for finding in report["findings"]}


# Files that git ignores

IGNORED = "ignored by git were not scanned; --no-gitignore includes them"


def test_ignored_files_are_counted(repo: Repo) -> None:
    repo.commit({".gitignore": "*.log\nbuild/\n", "a.txt": "a"})
    repo.write({"b.log": "", "build/c": "", "build/d/e": "", "sub/t/f.log": "", "new.txt": ""})
    assert f"No keys found.\n4 files {IGNORED}.\n" in repo.run("scan").out
    scope = repo.scan().json()["scope"]
    assert (scope["ignored_by_git"], scope["limits"]) == (4, [f"4 files {IGNORED}"])
    for format_ in ("markdown", "sarif"):
        assert f"4 files {IGNORED}" in repo.run("scan", f"--format={format_}").out
    assert repo.scan("sub", "build").json()["scope"]["ignored_by_git"] == 1
    assert repo.scan("sub/t/f.log").json()["scope"]["ignored_by_git"] == 0
    everything = repo.scan("--no-gitignore").json()
    assert (everything["scope"]["ignored_by_git"], everything["scope"]["limits"]) == (0, [])


def test_one_ignored_file_is_singular(repo: Repo) -> None:
    repo.commit({".gitignore": "b\n"})
    repo.write({"b": ""})
    said = "1 file ignored by git was not scanned; --no-gitignore includes it.\n"
    assert said in repo.run("scan").out


def test_many_ignored_files_are_counted_up_to_a_limit(repo: Repo) -> None:
    repo.commit({".gitignore": "modules/\n"})
    repo.write({f"modules/{folder}/{name}": "" for folder in range(11) for name in range(100)})
    assert f"1,000 or more files {IGNORED}.\n" in repo.run("scan").out


def test_nothing_is_ignored_outside_of_a_work_tree(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"d/.gitignore": "b\n", "d/b": ""})
    assert run("scan", "d", "--format=json").json()["scope"]["ignored_by_git"] == 0


# What the configuration excludes or allows

NARROWED = {
    "exclude": ("exclude = ['*']", "No keys found (2 files excluded by *)."),
    "exclude-one": ("exclude = ['k']", "No keys found (1 file excluded by k)."),
    "exclude-many": (
        "exclude = ['k', 'b', 'c', 'd', 'e']",
        "No keys found (1 file excluded by k, b, c and 2 more).",
    ),
    "allow": (
        "[[allow]]\npath = '*'\nreason = 'r'",
        "No keys found (1 finding ignored: * is allowed).",
    ),
    "disabled": (
        "[rule.wastack-api-key]\nenabled = false",
        "No keys found (1 finding ignored: rule wastack-api-key is disabled).",
    ),
    "without-effect": ("exclude = ['none']\n[[allow]]\npath = 'none'\nreason = 'r'", "1 key"),
}


@pytest.mark.parametrize(("config", "verdict"), NARROWED.values(), ids=NARROWED)
def test_the_summary_names_what_the_configuration_hides(
    repo: Repo, key: str, config: str, verdict: str
) -> None:
    repo.write({"k": key, ".wakeyscan.toml": config})
    out = repo.run("scan").out
    assert verdict in out.partition("Scanned ")[0]
    limits = repo.scan().json()["scope"]["limits"]
    assert [f"({limit})." in verdict for limit in limits] == [True] * ("(" in verdict)
    assert [
        limit for limit in limits if limit not in repo.run("scan", "--format=markdown").out
    ] == []


# Ranges of commits

RANGES = {
    "same": ("git:HEAD..HEAD", "git:HEAD..HEAD: 0 commits"),
    "swapped": ("git:HEAD..v1", "git:HEAD..v1: 0 commits; did you mean git:v1..HEAD?"),
    "same-commit": ("git:HEAD..main", "git:HEAD..main: 0 commits"),
    "symmetric": ("git:HEAD...HEAD", "git:HEAD...HEAD: 0 commits"),
}


@pytest.mark.parametrize(("target", "said"), RANGES.values(), ids=RANGES)
def test_a_range_without_commits_is_reported(repo: Repo, key: str, target: str, said: str) -> None:
    repo.commit({"a": "a", ".wakeyscan.toml": "exclude = ['*']"})
    repo.git("tag", "v1")
    repo.commit({"k": key})
    ran = repo.run("scan", target)
    assert (ran.code, ran.err) == (0, "")
    assert f"No keys found ({said}).\n" in ran.out
    report = repo.scan(target).json()
    (item,) = report["skipped"]
    assert (f"{item['path']}: {item['reason']}", item["gap"]) == (said, False)
    assert (report["complete"], report["scope"]["limits"]) == (True, [said])


def test_a_range_with_commits_has_no_limit(repo: Repo) -> None:
    repo.commit({"a": "a"})
    repo.commit({"b": "b"})
    assert "No keys found.\n" in repo.run("scan", "git:HEAD~1..HEAD").out


@pytest.mark.parametrize("target", ["A..B..C", "A...B...C", "A..B...C", "A..B..", "..A..B"])
def test_several_ranges_in_one_target_are_rejected(repo: Repo, target: str) -> None:
    for name in "ABC":
        repo.commit({name: name})
        repo.git("tag", name)
    ran = repo.run("scan", f"git:{target}")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(
        f"wakeyscan: git:{target}: expected one range, such as git:main..HEAD"
    )


@pytest.mark.parametrize("revision", ["HEAD^@", "HEAD^!", "^HEAD", "HEAD:a", "HEAD^{tree}", "-h"])
def test_a_revision_that_names_no_commit_is_unknown(repo: Repo, revision: str) -> None:
    repo.commit({"a": "a"})
    repo.commit({"b": "b"})
    ran = repo.run("scan", f"git:{revision}")
    assert (ran.code, ran.out) == (2, "")
    assert f"unknown revision {revision!r}" in ran.err


# Limits of an audit


def test_the_commits_of_a_limited_audit_are_counted(tmp_path: Path, key: str) -> None:
    repo = Dated(tmp_path / "r")
    repo.at(1).commit({"a": key})
    repo.at(2).commit({"a": "b"})
    said = "limited to commits since 2024-01-03: 0 of 2 commits"
    scope = repo.audit("--since=2024-01-03").json()["scope"]
    assert (scope["commits"], scope["limits"]) == ({"scanned": 0, "total": 2}, [said])
    assert f"No keys found ({said}).\n" in repo.run("audit", "--since=2024-01-03").out
    assert repo.audit().json()["scope"]["commits"] == {"scanned": 2, "total": 2}


def test_a_date_in_the_future_is_named(tmp_path: Path, key: str) -> None:
    repo = Dated(tmp_path / "r").at(1)
    repo.commit({"a": key})
    said = "limited to commits since 2999-01-01: 0 of 1 commit, a time in the future"
    assert f"No keys found ({said}).\n" in repo.run("audit", "--since=2999-01-01").out


# Sparse checkouts


def _make_sparse(repo: Repo, key: str) -> None:
    repo.commit({"in/a": "a", "out/b y.env": f"K={key}\n", "out/deep/c": "c"})
    repo.git("sparse-checkout", "set", "in")
    assert not (repo.top / "out").exists()


def test_a_file_that_is_not_checked_out_is_read_from_the_index(repo: Repo, key: str) -> None:
    _make_sparse(repo, key)
    found = {fingerprint(key): "out/b y.env"}
    for options in ((), ("--no-gitignore",), (".", "in")):
        report = repo.scan(*options).json()
        assert (read_paths(report), report["complete"]) == (found, True)
    assert repo.scan().json()["coverage"]["documents"] == 3
    assert read_paths(repo.scan("in").json()) == {}
    outside = ["wakeyscan", "scan", str(repo.top), "--format=json"]
    ran = execute(outside, repo.top.parent, env=repo.env)
    assert read_paths(ran.json()) == {fingerprint(key): "repo/out/b y.env"}
    subfolder = repo.scan("..", cwd="in").json()
    assert read_paths(subfolder) == found


INDEXES = {
    "sparse-index": ("sparse-checkout", "set", "--cone", "--sparse-index", "in"),
    "split-index": ("update-index", "--split-index"),
    "version-4": ("update-index", "--index-version=4"),
}


@pytest.mark.parametrize("command", INDEXES.values(), ids=INDEXES)
def test_every_form_of_an_index_is_read(repo: Repo, key: str, command: tuple[str, ...]) -> None:
    _make_sparse(repo, key)
    repo.git(*command)
    assert fingerprints(repo.scan().json()) == {fingerprint(key)}


def test_a_sparse_checkout_is_filtered_like_other_files(repo: Repo, key: str) -> None:
    _make_sparse(repo, key)
    repo.write({".wakeyscan.toml": "exclude = ['out/*.env']\n"})
    report = repo.scan().json()
    assert (report["findings"], report["scope"]["excluded"]) == ([], 1)
    repo.write({".wakeyscan.toml": "[[allow]]\npath = 'out/'\nreason = 'r'\n"})
    assert [f["standing"] for f in repo.scan().json()["findings"]] == ["ignored"]


def test_a_deleted_file_is_not_read_from_the_index(repo: Repo, key: str) -> None:
    repo.commit({"a": key, "b": "b"})
    (repo.top / "a").unlink()
    repo.git("update-index", "--index-version=4")
    assert repo.scan().json()["findings"] == []


def test_an_omitted_file_without_its_object_is_a_gap(repo: Repo, key: str) -> None:
    _make_sparse(repo, key)
    blob = repo.git("rev-parse", "HEAD:out/b y.env")
    (repo.top / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    ran = repo.scan()
    (item,) = ran.json()["skipped"]
    assert (ran.code, item["path"]) == (3, "out/b y.env")
    assert item["reason"] == MISSING.format(blob)


# A folder that holds a bare repository


def test_a_folder_with_a_bare_repository_is_scanned_as_files(
    repo: Repo, make_key: MakeKey, tmp_path: Path
) -> None:
    tracked, untracked, ignored, beside = make_key(), make_key(), make_key(), make_key()
    repo.commit({"a.env": tracked, ".gitignore": "ignored\n"})
    folder = tmp_path / "project"
    repo.git("clone", "-q", "--bare", ".", str(folder / ".bare"))
    write(folder, {".git": "gitdir: ./.bare\n", "notes/n.txt": beside})
    project = Repo(folder, env=repo.env)
    project.git("worktree", "add", "-q", "trees/feature", "-b", "feature")
    write(folder, {"trees/feature/u": untracked, "trees/feature/ignored": ignored})
    ran = project.scan()
    paths = {
        fingerprint(tracked): "trees/feature/a.env",
        fingerprint(untracked): "trees/feature/u",
        fingerprint(beside): "notes/n.txt",
    }
    assert (ran.code, read_paths(ran.json()), ran.json()["skipped"]) == (1, paths, [])


def test_a_repository_that_is_bare_by_mistake_is_scanned_as_files(repo: Repo, key: str) -> None:
    repo.commit({"a": key})
    repo.git("config", "core.bare", "true")
    assert read_paths(repo.scan().json()) == {fingerprint(key): "a"}


@pytest.mark.parametrize("mode", ["160000", "0"])
@pytest.mark.parametrize("is_reachable", [True, False])
def test_a_blob_in_the_place_of_a_submodule_is_in_scope(
    mode: str, is_reachable: bool, repo: Repo, key: str
) -> None:
    first = repo.commit({"a": "1"})
    entry = f"{mode} sub\0".encode() + bytes.fromhex(repo.blob(key))
    write = ("hash-object", "-t", "tree", "--literally", "-w", "--stdin")
    tree = repo.git(*write, stdin=entry)
    commit = repo.git("commit-tree", tree, "-p", first, "-m", "x")
    repo.git("update-ref", "refs/heads/main", commit if is_reachable else first)
    ran = repo.run("audit", "--no-cache", "--reachable", "--format", "json")
    assert ran.code == is_reachable
    assert fingerprints(ran.json()) == ({fingerprint(key)} if is_reachable else set())

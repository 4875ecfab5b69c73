"""The audit of a repository: a key in every corner, and the life of each."""

from __future__ import annotations

import json
import random
import re
import shlex
import signal
import subprocess
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from jsonschema import Draft4Validator  # type: ignore[import-untyped]

from tests.support.archives import zipped
from tests.support.command import (
    INTERRUPTIBLE_WAKEYSCAN,
    TIMEOUT,
    WAKEYSCAN,
    Ran,
    environment,
    execute,
)
from tests.support.dated_repository import Dated, Life, audit, born, life, lives, noon
from tests.support.keys import PREFIX, MakeKey, fingerprint, mask
from tests.support.next_steps import next_steps_of_audit
from tests.support.reports import FORMATS
from tests.support.repositories import fingerprints
from tests.support.terminal import Terminal

SCHEMA = json.loads(
    (Path(__file__).parents[1] / "data" / "sarif-2.1.0-rtm.5.json").read_text("utf-8")
)
MAIN = {"HEAD", "refs/heads/main", "reflog"}


pytestmark = pytest.mark.usefixtures("no_litter")


@pytest.fixture
def repo(tmp_path: Path) -> Dated:
    """Make an empty repository whose clock stands at day 1."""
    return Dated(tmp_path / "repo").at(1)


# A key in every corner


class Corner(NamedTuple):
    """What an audit must say of the key in one corner."""

    born: tuple[str, str, str, int]
    reached: set[str]
    removed: str | None = None
    at_head: bool = False
    pushed: bool | None = False
    days: int | None = None


def age(day: int) -> int:
    """Return the days since noon of a day of January 2024."""
    return (datetime.now(UTC) - datetime(2024, 1, day, 12, tzinfo=UTC)).days


def seen(told: Life, days: bool) -> Corner:
    """Return what an audit reported, with the days until today only if `days` is set."""
    return Corner(
        born(told),
        set(told["reachable_from"]),
        told["removed"] and told["removed"]["commit"],
        told["at_head"],
        told["pushed"],
        told["exposed_days"] if days else None,
    )


class Corners:
    """A repository that gets keys in corners, and what is to be said of them."""

    def __init__(self, repo: Dated, make_key: MakeKey) -> None:
        self.repo, self.make_key = repo, make_key
        self.keys: dict[str, str] = {}
        self.wanted: dict[str, Corner] = {}

    def new(self, name: str) -> str:
        """Make the key of a corner."""
        self.keys[name] = self.make_key()
        return self.keys[name]


FEATURE, VERSION = f"refs/heads/feature/{PREFIX}…", f"refs/tags/{PREFIX}…"
LATE = MAIN | {"stash", "refs/tags/v1"}


def at_head(corners: Corners) -> None:
    """Keys that stand in files of all sorts, the first of them pushed."""
    repo, new, wanted = corners.repo, corners.new, corners.wanted
    root = repo.at(1).commit({"root.txt": new("root"), "README": "r\n"})
    reached = LATE | {FEATURE, VERSION, "refs/heads/side", "refs/remotes/origin/main", "index"}
    wanted["root"] = Corner((root, noon(1), "root.txt", 1), reached, None, True, True)
    (repo.top / "link").symlink_to(f"/{new('link')}")
    repo.git("add", "link")
    files: dict[str, str | bytes] = {
        f"names/{new('name')}.txt": "n\n",
        "utf16.txt": f"\n\nkey={new('utf16')}\n".encode("utf-16"),
        ".gitattributes": "*.quiet -diff\n*.bin binary\n",
        "a.quiet": f"a\n{new('no-diff')}\n",
        "a.bin": b"\0\1\2\n" + new("binary").encode() + b"\0",
        "config": "x: " + b64encode(f"'{new('base64')}'".encode()).decode() + "\n",
    }
    commit = repo.at(2).commit(files)
    places = {
        "link": ("link", 1),
        "name": (f"names/{PREFIX}….txt", 1),
        "utf16": ("utf16.txt", 3),
        "no-diff": ("a.quiet", 2),
        "binary": ("a.bin", 2),
        "base64": ("config", 1),
    }
    reached = reached - {FEATURE, VERSION}
    for name, place in places.items():
        wanted[name] = Corner((commit, noon(2), *place), reached, None, True, True)


def gone(corners: Corners) -> None:
    """A key that was pushed, then removed; and one in a message, which nobody can remove."""
    repo, new = corners.repo, corners.new
    began = repo.at(3).commit({"gone.txt": f"x\n{new('gone')}\n"})
    repo.git("update-ref", "refs/remotes/origin/main", began)
    repo.git("rm", "-q", "gone.txt")
    ended = repo.at(6).record()
    reached = LATE | {"refs/heads/side", "refs/remotes/origin/main"}
    place = (began, noon(3), "gone.txt", 2)
    corners.wanted["gone"] = Corner(place, reached, ended, False, True, age(3))
    commit = repo.at(7).commit({"a": "a\n"}, f"subject\n\nnot {new('message')}!")
    place = (commit, noon(7), "(commit message)", 3)
    corners.wanted["message"] = Corner(place, LATE | {"refs/heads/side"})


def merged(corners: Corners) -> None:
    """What a merge brings from the other side, and what only its resolution holds."""
    repo, new, wanted = corners.repo, corners.new, corners.wanted
    repo.git("checkout", "-q", "-b", "side", "main")
    side = repo.at(8).commit({"side.txt": new("side")})
    repo.git("checkout", "-q", "main")
    repo.at(9).commit({"b": "b\n"})
    repo.git("merge", "-q", "--no-commit", "side")
    evil = repo.at(10).commit({"README": f"r\n\n{new('evil')}\n"})
    place = (side, noon(8), "side.txt", 1)
    wanted["side"] = Corner(place, LATE | {"refs/heads/side", "index"}, None, True)
    wanted["evil"] = Corner((evil, noon(10), "README", 3), LATE | {"index"}, None, True)


def off_all_branches(corners: Corners) -> None:
    """What was amended, reset, or put away into a stash."""
    repo, new, wanted = corners.repo, corners.new, corners.wanted
    for name in ("amended", "reset"):
        commit = repo.at(11).commit({name: new(name)})
        wanted[name] = Corner((commit, noon(11), name, 1), {"reflog"})
        if name == "amended":
            repo.stage({name: "clean\n"})
            repo.git("commit", "-q", "--amend", "--no-edit")
        repo.git("reset", "-q", "--hard", "HEAD~1")
    for day, name in ((12, "older stash"), (13, "stash")):
        repo.write({"b": f"b\n{new(name)}\n"})
        repo.at(day).git("stash")
        wanted[name] = Corner((repo.id("stash"), noon(day), "b", 2), {"stash"})
    repo.write({"new": new("untracked")})
    repo.at(14).git("stash", "-u")
    wanted["untracked"] = Corner((repo.id("stash^3"), noon(14), "new", 1), {"stash"})


def in_metadata(corners: Corners) -> None:
    """What stands in notes, tags, and the names of refs."""
    repo, new, wanted = corners.repo, corners.new, corners.wanted
    root = repo.git("rev-list", "--max-parents=0", "main")
    repo.at(15).git("notes", "add", "-m", f"note {new('note')}", root)
    note = (repo.id("refs/notes/commits"), noon(15), root, 1)
    wanted["note"] = Corner(note, {"refs/notes/commits", "reflog"})
    repo.git("tag", "-a", "-m", f"tag\n\n{new('tag message')}", "v1", "main")
    wanted["tag message"] = Corner(("", "", "(tag message)", 3), {"refs/tags/v1"}, pushed=None)
    repo.git("tag", new("tag name"), root)
    wanted["tag name"] = Corner(("", "", VERSION, 1), {VERSION}, pushed=None)
    repo.git("branch", f"feature/{new('branch name')}", root)
    wanted["branch name"] = Corner(("", "", FEATURE, 1), {FEATURE})


def in_no_commit(corners: Corners) -> None:
    """What was never committed."""
    repo, new, wanted = corners.repo, corners.new, corners.wanted
    repo.blob(f"x\n{new('dangling')}")
    wanted["dangling"] = Corner(("", "", "", 2), {"unreachable"})
    repo.stage({"unstaged": new("unstaged")})
    repo.git("rm", "-q", "--cached", "unstaged")
    wanted["unstaged"] = Corner(("", "", "", 1), {"unreachable"})
    repo.stage({"staged": new("staged")})
    wanted["staged"] = Corner(("", "", "", 1), {"index"})
    listing = f"100644 blob {repo.id('HEAD:b')}\t{new('dangling tree')}.txt\n"
    repo.git("mktree", stdin=listing.encode())
    wanted["dangling tree"] = Corner(("", "", "", 1), {"unreachable"})


@pytest.mark.parametrize("packed", [False, True], ids=["loose", "packed"])
def test_an_audit_finds_keys_in_every_part_of_a_repository(
    repo: Dated, make_key: MakeKey, packed: bool
) -> None:
    corners = Corners(repo, make_key)
    for fill in (at_head, gone, merged, off_all_branches, in_metadata, in_no_commit):
        fill(corners)
    if packed:
        repo.git("repack", "-adfkq")
        repo.git("pack-refs", "--all")
    ran = repo.audit()
    assert (ran.code, ran.err) == (1, "")
    report = ran.json()
    names = {fingerprint(secret): name for name, secret in corners.keys.items()}
    told = {names[known]: seen(one, names[known] == "gone") for known, one in lives(report).items()}
    for name, wanted in corners.wanted.items():
        assert (name, told.get(name)) == (name, wanted)
    assert set(told) == set(corners.wanted)
    assert fingerprints(report) == set(names)
    assert report["complete"]
    assert not [k for k in corners.keys.values() if k[len(PREFIX) :] in ran.out]


def test_a_note_is_metadata_and_a_file_of_the_same_name_is_not(
    repo: Dated, make_key: MakeKey
) -> None:
    note, archived, file = (make_key() for _ in range(3))
    root = repo.at(1).commit({"a": "a\n"})
    repo.git("notes", "add", "-m", note, root)
    archive = repo.blob(zipped({"env": archived.encode()}))
    repo.git("notes", "--ref=zip", "add", "-C", archive, root)
    repo.at(2).commit({f"cache/{root}": file, root: f"{file}\n"})
    exposures = {f["fingerprint"]: f["exposure"] for f in repo.audit().json()["findings"]}
    wanted = {note: "metadata", archived: "metadata", file: "source"}
    assert exposures == {fingerprint(key): exposure for key, exposure in wanted.items()}


# Lives


def test_a_key_added_and_removed_twice_has_the_first_and_last_commit(repo: Dated, key: str) -> None:
    first = repo.at(2).commit({"a": f"{key}\n"})
    repo.at(4).commit({"a": "none\n"})
    repo.at(6).commit({"a": f"x\n{key}\n"})
    last = repo.at(9).commit({"a": "none\n"})
    told = life(repo.audit().json(), key)
    assert born(told) == (first, noon(2), "a", 1)
    assert told["removed"] == {"commit": last, "author_date": noon(9)}
    assert (told["at_head"], told["exposed_days"]) == (False, age(2))
    assert [(p["path"], p["line"]) for p in told["places"]] == [("a", 1), ("a", 2)]


def test_a_key_removed_and_added_again_is_at_head(repo: Dated, key: str) -> None:
    first = repo.at(2).commit({"a": f"{key}\n"})
    repo.at(4).commit({"a": "none\n"})
    repo.at(6).commit({"b": key})
    told = life(repo.audit().json(), key)
    assert born(told) == (first, noon(2), "a", 1)
    assert (told["removed"], told["at_head"]) == (None, True)


def test_a_key_left_in_one_file_is_not_removed(repo: Dated, key: str) -> None:
    first = repo.at(2).commit({"a": f"{key}\n", "b": f"\n{key}\n"})
    repo.at(3).commit({"a": "none\n"})
    told = life(repo.audit().json(), key)
    assert (told["removed"], told["at_head"]) == (None, True)
    places = [(p["path"], p["line"], p["commit"]) for p in told["places"]]
    assert places == [("a", 1, first), ("b", 2, first)]


@pytest.mark.parametrize("name", ["a.c", "a.py", "a.po", "a.rb"])
def test_a_key_that_only_code_joins_is_not_lost(repo: Dated, key: str, name: str) -> None:
    repo.commit({name: f'k = "{key[:26]}" "{key[26:]}"\n'})
    ran = repo.run("audit", "--format", "json")
    found = json.loads(ran.out)
    assert (ran.code, found["skipped"]) == (1, [])
    assert [place["path"] for one in found["keys"] for place in one["places"]] == [name]


def test_a_key_on_two_branches_is_introduced_by_the_older_commit(repo: Dated, key: str) -> None:
    repo.commit({"r": "r"})
    repo.git("branch", "other")
    late = repo.at(8).commit({"late": f"x\n{key}"})
    repo.git("checkout", "-q", "other")
    early = repo.at(5).commit({"early": key})
    told = life(repo.audit().json(), key)
    assert born(told) == (early, noon(5), "early", 1)
    assert {(p["path"], p["commit"]) for p in told["places"]} == {("late", late), ("early", early)}
    assert {"HEAD", "refs/heads/main", "refs/heads/other"} <= set(told["reachable_from"])
    repo.git("checkout", "-q", "main")
    repo.at(9).git("merge", "-q", "--no-edit", "other")
    assert born(life(repo.audit().json(), key)) == (early, noon(5), "early", 1)


def test_a_key_on_a_side_branch_is_neither_removed_nor_at_head(repo: Dated, key: str) -> None:
    repo.commit({"r": "r"})
    repo.git("checkout", "-q", "-b", "side")
    commit = repo.at(2).commit({"s": key})
    repo.git("checkout", "-q", "main")
    told = life(repo.audit().json(), key)
    assert born(told) == (commit, noon(2), "s", 1)
    assert (told["removed"], told["at_head"]) == (None, False)
    assert set(told["reachable_from"]) == {"refs/heads/side", "reflog"}


def test_a_merge_does_not_remove_a_key_that_was_already_removed(repo: Dated, key: str) -> None:
    """The other side still has the key, and the merge lacks it: that is not when it went."""
    repo.commit({"a": key})
    repo.git("branch", "side")
    removed = repo.at(3).commit({"a": "none"})
    repo.git("checkout", "-q", "side")
    repo.at(4).commit({"b": "b"})
    repo.git("checkout", "-q", "main")
    repo.at(20).git("merge", "-q", "--no-edit", "side")
    told = life(repo.audit().json(), key)
    assert told["removed"] == {"commit": removed, "author_date": noon(3)}
    assert told["exposed_days"] == age(1)


def test_a_merge_can_remove_a_key(repo: Dated, key: str) -> None:
    repo.commit({"a": key})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"s": "s"})
    repo.git("checkout", "-q", "main")
    repo.commit({"m": "m"})
    repo.git("merge", "-q", "--no-commit", "side")
    merge = repo.at(6).commit({"a": "none"})
    told = life(repo.audit().json(), key)
    assert told["removed"] == {"commit": merge, "author_date": noon(6)}


@pytest.mark.parametrize("sides", [1, 4], ids=["merge", "octopus"])
def test_a_merge_does_not_introduce_keys_of_its_parents(repo: Dated, key: str, sides: int) -> None:
    repo.commit({"r": "r"})
    commits = {}
    for number in range(sides):
        repo.git("checkout", "-q", "-b", f"side{number}", "main")
        commits[number] = repo.at(3 + number).commit({f"f{number}": f"{number}\n{key}\n"})
    repo.git("checkout", "-q", "main")
    if sides == 1:
        repo.at(9).commit({"m": "m"})
    repo.at(10).git("merge", "-q", "--no-edit", *(f"side{number}" for number in commits))
    told = life(repo.audit().json(), key)
    assert born(told) == (commits[0], noon(3), "f0", 2)
    assert told["at_head"]
    assert {(p["path"], p["commit"]) for p in told["places"]} == {
        (f"f{number}", commit) for number, commit in commits.items()
    }


def test_an_octopus_merge_can_introduce_a_key(repo: Dated, key: str) -> None:
    repo.commit({"r": "r"})
    tips = []
    for name in ("a", "b", "c"):
        repo.git("checkout", "-q", "-b", name, "main")
        tips.append(repo.at(2).commit({name: name}))
    repo.stage({"evil": f"\n{key}\n"})
    parents = [part for tip in tips for part in ("-p", tip)]
    commit = repo.at(5).git("commit-tree", repo.git("write-tree"), *parents, stdin=b"octopus\n")
    repo.git("update-ref", "refs/heads/main", commit)
    assert born(life(repo.audit().json(), key)) == (commit, noon(5), "evil", 2)


def test_a_rename_keeps_the_introduction(repo: Dated, key: str) -> None:
    first = repo.at(2).commit({"old": f"x\n{key}\n"})
    repo.git("mv", "old", "new")
    second = repo.at(5).record()
    told = life(repo.audit().json(), key)
    assert born(told) == (first, noon(2), "old", 2)
    assert told["at_head"]
    places = [(p["path"], p["line"], p["commit"]) for p in told["places"]]
    assert places == [("old", 2, first), ("new", 2, second)]
    assert {p["blob"] for p in told["places"]} == {repo.id("HEAD:new")}


def test_a_key_that_moves_within_a_file_has_all_its_lines(repo: Dated, key: str) -> None:
    commits = [repo.at(day).commit({"a": "x\n" * day + f"{key}\n"}) for day in range(1, 6)]
    told = life(repo.audit().json(), key)
    places = [(p["line"], p["commit"]) for p in told["places"]]
    assert places == [(day + 1, commit) for day, commit in enumerate(commits, 1)]
    assert len({p["blob"] for p in told["places"]}) == 5


def test_a_key_has_a_place_for_each_line_of_a_file(repo: Dated, key: str) -> None:
    repo.commit({"a": f"{key}\n\n{key} {key}\n"})
    told = life(repo.audit().json(), key)
    assert [p["line"] for p in told["places"]] == [1, 3]


@pytest.mark.parametrize("remote", [None, "before", "at"])
def test_a_key_is_pushed_if_a_remote_tracking_branch_has_it(
    repo: Dated, key: str, remote: str | None
) -> None:
    before = repo.commit({"r": "r"})
    commit = repo.commit({"a": key})
    if remote:
        repo.git("update-ref", "refs/remotes/o/m", before if remote == "before" else commit)
    repo.commit({"a": "none"})
    told = life(repo.audit().json(), key)
    assert told["pushed"] is {None: None, "before": False, "at": True}[remote]


def push_to_server(repo: Dated) -> None:
    repo.commit({"r": "r"})
    repo.git("init", "-q", "--bare", str(repo.top.parent / "server"))
    repo.git("remote", "add", "o", "../server")
    repo.git("push", "-q", "-u", "o", "main")


@pytest.mark.parametrize(
    ("commands", "pushed", "branches"),
    [
        (["push -q o main", "push -q -f o main^:main"], True, ["o/main"]),
        (["push -q o main", "push -q o :main", "reset -q --hard HEAD^"], None, []),
        (["checkout -q -b x", "push -q -u o x", "push -q o :x", "branch -q -D main"], None, []),
        (["reset -q --soft HEAD^", "tag -a -m t t HEAD@{1}"], None, []),
        (["branch b", "reset -q --hard HEAD^"], False, []),
        (["reset -q --hard HEAD^"], False, []),
    ],
    ids=["forced push", "only branch deleted", "branch deleted", "tag", "local branch", "reflog"],
)
def test_a_key_is_only_called_not_pushed_if_the_clone_shows_it(
    repo: Dated, key: str, commands: list[str], pushed: bool | None, branches: list[str]
) -> None:
    push_to_server(repo)
    repo.commit({"a": key})
    for command in commands:
        repo.git(*command.split())
    told = life(repo.audit().json(), key)
    assert (told["pushed"], told["pushed_to"]) == (pushed, branches)
    assert (told["next"][0]["text"].startswith("Rotate it too")) == (pushed is False)


def test_a_key_in_the_message_of_a_tag_may_be_pushed(repo: Dated, key: str) -> None:
    push_to_server(repo)
    repo.git("tag", "-a", "-m", key, "t")
    assert life(repo.audit().json(), key)["pushed"] is None


def test_more_keys_than_the_limit_of_open_files_are_audited(repo: Dated, make_key: MakeKey) -> None:
    keys = {make_key() for _ in range(100)}
    repo.commit({f"f{number}": key for number, key in enumerate(sorted(keys))})
    line = f"ulimit -n 64; exec {shlex.quote(WAKEYSCAN)} audit --format=json"
    ran = execute(["sh", "-c", line], repo.top)
    assert (ran.code, ran.err) == (1, "")
    assert lives(ran.json()).keys() == set(map(fingerprint, keys))


def test_the_json_report_has_every_field_of_keys(repo: Dated, make_key: MakeKey) -> None:
    """The whole of what programs read."""
    first, second = make_key(), make_key()
    one = repo.at(1).commit({"src/a.js": f"x\nlet k = '{first}';\n"})
    blob = repo.id("HEAD:src/a.js")
    two = repo.at(3).commit({"src/a.js": "x\n", "public/b.js": second})
    repo.git("reflog", "expire", "--expire=all", "--all")
    report = repo.audit().json()
    texts = [[step["text"].split()[0] for step in key.pop("next")] for key in report["keys"]]
    rotation = ["Create", "Remove", "Roll", "Check", "Revoke", "Prove", "Look", "Decide"]
    assert texts == [rotation, [text for text in rotation if text != "Remove"]]
    assert report["keys"] == [
        {
            "rule": "wastack-api-key",
            "fingerprint": fingerprint(second),
            "secret": mask(second),
            "severity": "critical",
            "bounds": "certain",
            "liveness": "unchecked",
            "reason": "",
            "details": {},
            "introduced": {
                "commit": two,
                "author_date": noon(3),
                "path": "public/b.js",
                "line": 1,
            },
            "removed": None,
            "at_head": True,
            "pushed": None,
            "pushed_to": [],
            "reachable_from": ["HEAD", "refs/heads/main", "index"],
            "exposed_days": age(3),
            "places": [
                {
                    "path": "public/b.js",
                    "line": 1,
                    "blob": repo.id("HEAD:public/b.js"),
                    "commit": two,
                    "at_head": True,
                }
            ],
            "place_count": 1,
            "variable": "WASTACK_API_KEY",
            "variable_users": [],
        },
        {
            "rule": "wastack-api-key",
            "fingerprint": fingerprint(first),
            "secret": mask(first),
            "severity": "high",
            "bounds": "certain",
            "liveness": "unchecked",
            "reason": "",
            "details": {},
            "introduced": {
                "commit": one,
                "author_date": noon(1),
                "path": "src/a.js",
                "line": 2,
            },
            "removed": {"commit": two, "author_date": noon(3)},
            "at_head": False,
            "pushed": None,
            "pushed_to": [],
            "reachable_from": ["HEAD", "refs/heads/main"],
            "exposed_days": age(1),
            "places": [
                {"path": "src/a.js", "line": 2, "blob": blob, "commit": one, "at_head": False}
            ],
            "place_count": 1,
            "variable": "WASTACK_API_KEY",
            "variable_users": [],
        },
    ]
    assert [(f["path"], f["within"], f["line"], f["excerpt"]) for f in report["findings"]] == [
        ("public/b.js", f"commit {two[:12]}", 1, mask(second)),
        ("src/a.js", f"commit {one[:12]}", 2, f"let k = '{mask(first)}';"),
    ]
    assert report["command"] == "audit"
    assert report["targets"] == [str(repo.top)]
    assert report["complete"]
    assert report["skipped"] == []
    assert report["coverage"]["documents"] == 10


def test_keys_of_other_rules_have_histories(repo: Dated, make_key: MakeKey) -> None:
    token = make_key(prefix="")
    commit = repo.commit({"curl.sh": f"curl -H 'Authorization: Bearer {token}'\n"})
    told = life(repo.audit().json(), token, "authorization-header")
    assert (told["introduced"]["commit"], told["severity"]) == (commit, "medium")


def test_placeholders_are_not_listed_as_keys(repo: Dated) -> None:
    repo.commit({"a": f"{PREFIX}your_key {PREFIX}{'x' * 24}\n"})
    ran = repo.audit()
    assert (ran.code, ran.json()["keys"]) == (0, [])


def test_invalid_commit_dates_are_accepted(repo: Dated, key: str) -> None:
    tree = repo.git("write-tree")
    repo.stage({"a": key})
    tree = repo.git("write-tree")
    for author in ("A <a> 99999999999999999 +0000", "A <a>", "A <a> -1 +0000", "\0", ""):
        commit = f"tree {tree}\nauthor {author}\ncommitter A <a> 1 +0000\n\nm\n"
        asked = ("hash-object", "-t", "commit", "-w", "--stdin", "--literally")
        made = repo.git(*asked, stdin=commit.encode())
        repo.git("update-ref", f"refs/heads/b{made}", made)
    ran = repo.audit()
    assert ran.code == 1
    assert life(ran.json(), key)["introduced"]["author_date"][:4] in ("1970", "1969")


# What is left out on request


def limited(repo: Dated, keys: dict[str, str], *options: str) -> set[str]:
    ran = repo.audit(*options)
    names = {fingerprint(secret): name for name, secret in keys.items()}
    assert ran.code == (1 if fingerprints(ran.json()) else 0), ran.err
    return {names[known] for known in lives(ran.json())}


def test_options_limit_an_audit(repo: Dated, make_key: MakeKey) -> None:
    keys = {name: make_key() for name in ("old", "new", "side", "remote", "reset", "dangling")}
    repo.at(1).commit({"old": keys["old"]})
    repo.git("rm", "-q", "old")
    repo.at(2).record()
    repo.git("checkout", "-q", "-b", "side/one")
    repo.at(3).commit({"side": keys["side"]})
    repo.git("checkout", "-q", "-b", "x", "main")
    repo.git("update-ref", "refs/remotes/o/r", repo.at(4).commit({"remote": keys["remote"]}))
    repo.git("checkout", "-q", "main")
    repo.git("branch", "-q", "-D", "x")
    repo.at(4).commit({"reset": keys["reset"]})
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.at(9).commit({"new": keys["new"]})
    repo.blob(keys["dangling"])
    assert limited(repo, keys) == set(keys)
    assert limited(repo, keys, "--reachable") == {"old", "new", "side", "remote"}
    assert limited(repo, keys, "--branch=main") == {"old", "new"}
    assert limited(repo, keys, "--branch=side/one") == {"old", "side"}
    assert limited(repo, keys, "--branch=o/r") == {"old", "remote"}
    assert limited(repo, keys, "--since=2024-01-08") == {"new"}
    assert limited(repo, keys, "--since=2024-01-03T18:00Z") == {"new", "remote"}
    assert limited(repo, keys, "--since=2024-01-08", "--branch=side/one") == set()
    ran = repo.audit("--branch=none")
    assert (ran.code, ran.out) == (2, "")
    said = f"no branch 'none' in {repo.top}; list them with git branch --all"
    assert ran.err == f"wakeyscan: --branch: {said}\n"


def test_unreachable_keys_are_excluded_by_the_reachable_option(repo: Dated, key: str) -> None:
    repo.commit({"a": "a"})
    repo.blob(key)
    assert repo.audit().code == 1
    assert repo.audit("--reachable").code == 0


# Marks in the repository's own files


def test_inline_ignores_of_an_untrusted_repository_do_not_count(repo: Dated, key: str) -> None:
    repo.commit({"a": f"{key}  # wakeyscan:ignore -- trust me\n"})
    assert repo.audit().code == 1
    assert repo.audit("--trust-repo").code == 0
    assert repo.run("audit", "--format=json").code == 0
    assert repo.run("audit", "--format=json", ".").code == 0
    assert repo.run("audit", "--format=json", str(repo.top)).code == 0
    (repo.top / "deep").mkdir()
    assert repo.run("audit", "--format=json", cwd="deep").code == 0
    other = Dated(repo.top.parent / "other")
    assert other.run("audit", "--format=json", "../repo").code == 1


@pytest.mark.parametrize("bare", [False, True], ids=["work-tree", "bare"])
def test_a_repository_inside_the_current_one_is_untrusted(
    repo: Dated, key: str, bare: bool
) -> None:
    inner = Dated(repo.top / "inner").at(1)
    inner.commit({"a": f"{key}  # wakeyscan:ignore -- trust me\n"})
    if bare:
        repo.git("clone", "-q", "--bare", "inner", "inner.git")
    assert repo.run("audit", "inner.git" if bare else "inner").code == 1


def test_the_configuration_of_an_untrusted_repository_does_not_count(repo: Dated, key: str) -> None:
    settings = 'fail-on = "never"\nexclude = ["*"]\nmax-file-size = "1"\n'
    repo.commit({".wakeyscan.toml": settings, "a": key})
    assert repo.audit().code == 1


# Reports


def test_text_groups_keys_by_urgency_with_their_history(repo: Dated, make_key: MakeKey) -> None:
    old, here = make_key(), make_key()
    one = repo.at(1).commit({"src/old.py": f"x\nkey = '{old}'\n"})
    two = repo.at(11).commit({"src/old.py": "x\n", "public/app.js": f"let k = '{here}';\n"})
    repo.git("update-ref", "refs/remotes/o/main", one)
    repo.git("reflog", "expire", "--expire=all", "--all")
    ran = execute([WAKEYSCAN, "audit", str(repo.top)], Path("/"), env={"COLUMNS": "80"})
    days, days_of_old = (f"{age(day):,} days" for day in (11, 1))
    today = (datetime(2024, 1, 1, tzinfo=UTC) + timedelta(age(1))).date().isoformat()
    removals = f"{fingerprint(here)[:6]} from public/app.js"
    assert (ran.code, ran.err) == (1, "")
    assert (
        ran.out
        == f"""2 keys in 2 commits: 1 critical, 1 high.

     [2024-01-01   {today}]  = in the code, - removed, but still leaked

Not known to be revoked: treat these as live (2)

  1  critical  wastack-api-key  {mask(here)}
     [=======================]  since 2024-01-11, exposed for {days}
     pushed      no (no remote-tracking branch contains it)
     at HEAD     public/app.js:1
     introduced  {two[:12]}  public/app.js:1
     reachable   from HEAD, refs/heads/main, index
     next        only in local commits: rewrite them; rotate it too if unsure
     | let k = '{mask(here)}';

  2  high      wastack-api-key  {mask(old)}
     [=----------------------]  2024-01-01 to 2024-01-11, exposed for {days_of_old}
     pushed      to o/main
     at HEAD     no, removed by {two[:12]} on 2024-01-11
     introduced  {one[:12]}  src/old.py:2
     reachable   from HEAD, refs/heads/main, refs/remotes/o/main
     next        pushed: rotate first, then decide about the history
     | key = '{mask(old)}'

Scanned 10 objects (636 bytes).

What to do, key by key

{mask(here)}: only in local commits: rewrite them; rotate it too if unsure
  1. Rotate it too, unless you are sure that nobody else has it: a branch that
     the server has deleted, or a push to another address, leaves no trace in
     this clone.
  2. Fix {two[:12]}, which introduced it:
       wakeyscan fix --write public/app.js
       git commit --fixup={two[:12]} -- public/app.js
       GIT_SEQUENCE_EDITOR=true git rebase -i --autosquash {two[:12]}^
  3. Then remove the old commits from this clone; this drops all stashes too:
       git reflog expire --expire=now --all
       git gc --prune=now
       wakeyscan audit

{mask(old)}: pushed: rotate first, then decide about the history
  1. Create a new key in WAStack (Settings, API Keys) with the least permission:
     read before write before admin. Old and new work until the old one is
     revoked.
  2. Roll out the new key as WASTACK_API_KEY.
  3. Check that the new key works:
       echo "$NEW_KEY" | wakeyscan verify
  4. Revoke {fingerprint(old)[:6]} in WAStack (Settings, API Keys).
  5. Prove that it is revoked, with a report of --report json=leak.json:
       export WAKEYSCAN_CONTROL_KEY="$NEW_KEY"
       wakeyscan verify leak.json --wait 10m
  6. Look for requests that are not yours in WAStack's log since 2024-01-01.
  7. Decide about the history: a revoked key is harmless, and a rewrite breaks
     every clone. To purge it all the same:
       wakeyscan audit --purge-file ../purge.txt
{next_steps_of_audit(here, old, since="2024-01-01", removals=removals, local=here)}"""
    )


def test_text_names_the_oldest_introducing_commit(repo: Dated, key: str) -> None:
    """Of two branches that got a key the older one counts, whichever git lists first."""
    repo.commit({"r": "r"})
    for number, day in enumerate((5, 9, 3, 7)):
        repo.git("checkout", "-q", "-b", f"b{number}", "main")
        commit = repo.at(day).commit({f"f{day}": key})
        first = commit if day == 3 else ""
        repo.git("tag", f"t{day}", commit)
    first = repo.id("t3")
    text = execute([WAKEYSCAN, "audit", str(repo.top)], Path("/")).out
    assert f"introduced  {first[:12]}  f3:1\n" in text
    assert born(life(repo.audit().json(), key)) == (first, noon(3), "f3", 1)


def test_text_shows_keys_that_are_in_no_commit(repo: Dated, make_key: MakeKey) -> None:
    repo.commit({"a": "a"})
    blob = repo.blob(f"x {make_key()}")
    named = make_key()
    repo.git("branch", named)
    text = execute([WAKEYSCAN, "audit", str(repo.top)], Path("/")).out
    assert f"     in object   {blob[:12]}\n" in text
    assert "     reachable   only in unreachable objects" in text
    assert f"     in the name of refs/heads/{PREFIX}…\n" in text
    assert text.startswith("2 keys in 1 commit: 2 high.\n")
    assert named[len(PREFIX) :] not in text


def test_sarif_of_an_audit_is_valid(repo: Dated, make_key: MakeKey) -> None:
    repo.commit({"a b.py": f"k = '{make_key()}'\n", f"{make_key()}": "n"}, f"m {make_key()}")
    repo.blob(make_key())
    repo.git("tag", make_key())
    for profile in ("generic", "github"):
        ran = repo.audit("--format=sarif", f"--sarif-profile={profile}")
        log = json.loads(ran.out)
        valid = Draft4Validator(SCHEMA, format_checker=Draft4Validator.FORMAT_CHECKER)
        assert [error.message for error in valid.iter_errors(log)] == []
        (one,) = log["runs"]
        assert len(one["results"]) == 5
        assert all(result["locations"] for result in one["results"])


@pytest.mark.parametrize("format_", FORMATS)
def test_no_secret_in_any_output(repo: Dated, make_key: MakeKey, format_: str) -> None:
    keys = [make_key() for _ in range(12)]
    pairs = f"{keys[0]} {keys[1]}\n{keys[2]}\n"
    files = {"a": pairs, f"d{keys[3]}/f": "x", f"{keys[4]}/g": keys[5]}
    repo.commit({**files, f"b{keys[5]}/a{keys[5]}": keys[5]}, f"m {keys[6]}")
    repo.git("tag", "-a", "-m", keys[7], keys[8])
    repo.git("branch", f"x/{keys[9]}")
    repo.blob(f"{keys[10]}\n".encode("utf-16"))
    wrapped = b64encode(f"x {keys[11]} x".encode()).decode()
    repo.stage({"b": wrapped})
    ran = repo.audit(f"--format={format_}", "--verbose")
    assert ran.code == 1
    said = ran.out + ran.err
    assert [k for k in keys if k[len(PREFIX) + 5 : -5] in said] == []
    assert wrapped[10:-10] not in said


def test_the_same_input_gives_the_same_bytes(repo: Dated, make_key: MakeKey) -> None:
    for day in range(1, 9):
        repo.at(day).commit({f"f{day}": f"{make_key()}\n{make_key()}\n"})
    repo.git("repack", "-adq")
    one, two = repo.audit("--jobs=1"), repo.audit("--jobs=3")
    assert (one.code, one.out) == (two.code, two.out)
    assert len(lives(one.json())) == 16


# Ctrl-C


MANY, ANCHORS = 4_000, 20


def slow(repo: Dated, key: str) -> None:
    """Fill a repository so that a scan takes seconds, with a key in the pack that comes first.

    That is the larger one. Progress is shown after 400 objects.
    """
    repo.commit({"a": key, "b": random.Random(0).randbytes(1 << 20)})
    repo.git("repack", "-adq")
    folder = repo.top / ".git" / "objects" / "pack"
    for pack in folder.glob("pack-*"):
        pack.rename(folder / f"pack-{'0' * 40}{pack.suffix}")
    junk = f"{PREFIX}short " * ANCHORS
    blobs = (f"{number}{junk}" for number in range(MANY))
    said = "".join(f"blob\ndata {len(text)}\n{text}\n" for text in blobs)
    repo.git("-c", "core.compression=1", "fast-import", "--depth=0", "--quiet", stdin=said.encode())


def children(process: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True)
    return [int(word) for word in listed.stdout.split()]


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupted_audit_reports_what_it_found_so_far(
    repo: Dated, key: str, jobs: int
) -> None:
    slow(repo, key)
    command = [*INTERRUPTIBLE_WAKEYSCAN, "audit", "--format=json", f"--jobs={jobs}", str(repo.top)]
    terminal = Terminal()
    process = subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=terminal.stderr, cwd="/"
    )
    terminal.close_stderr()
    shown = terminal.read_until(b" objects, ", process)  # some objects were scanned
    shown += terminal.read_until(b" objects, ", process)  # those of each process
    workers = children(process.pid)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=TIMEOUT)
    shown += terminal.read_rest()
    last = shown.rpartition(b"\r\x1b[K")[2].strip()
    assert (process.returncode, last) == (130, b"wakeyscan: interrupted")
    report = json.loads(out)
    assert not report["complete"]
    assert [item["reason"] for item in report["skipped"]] == [
        "interrupted before all objects were scanned"
    ]
    assert fingerprints(report) == {fingerprint(key)}
    assert key.encode() not in out
    assert [pid for pid in workers if Path(f"/proc/{pid}").exists()] == []


# What can't be audited


def test_file_urls_are_cloned_and_other_schemes_are_rejected(
    repo: Dated, key: str, tmp_path: Path
) -> None:
    commit = repo.commit({"a": key})
    repo.blob("dangling")
    ran = audit(repo.top.as_uri())
    assert (ran.code, ran.err) == (1, "")
    assert born(life(ran.json(), key)) == (commit, noon(1), "a", 1)
    assert ran.json()["targets"] == [repo.top.as_uri()]
    for url in ("http://example.org/x.git", "git://example.org/x"):
        assert audit(url) == Ran(
            2,
            "",
            f"wakeyscan: {url}: only https:// and file:// URLs can be cloned; "
            "clone it yourself, then audit that folder\n",
        )
    ran = audit((tmp_path / "none").as_uri())
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("wakeyscan: file://")


def test_a_target_that_is_not_a_repository_is_rejected(repo: Dated, tmp_path: Path) -> None:
    repo.commit({"a": "a"})
    for target in (tmp_path, tmp_path / "none", repo.top / "none", repo.top / "a"):
        ran = audit(target)
        assert (ran.code, ran.out) == (2, ""), target
        assert re.fullmatch(r"wakeyscan: .*\n", ran.err)
    ran = repo.run("audit", "a", "b")
    assert (ran.code, ran.err) == (
        2,
        "wakeyscan audit: expected one repository, got several; run it for each\n",
    )


def test_an_audit_works_from_any_folder_of_a_work_tree(repo: Dated, key: str) -> None:
    """As every git command it works from any folder of a work tree."""
    repo.commit({"src/objects/a": key})
    for folder in (".", "src", "src/objects"):
        ran = repo.run("audit", "--format=json", cwd=folder)
        assert fingerprints(ran.json()) == {fingerprint(key)}
        ran = audit(repo.top / folder)
        assert fingerprints(ran.json()) == {fingerprint(key)}
    assert fingerprints(audit(repo.top / ".git").json()) == {fingerprint(key)}

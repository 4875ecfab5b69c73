"""Encoded keys in names: of files, folders, refs, remotes, members, tables, authors and others.

A name with an encoded key is a finding where a decoder knows the encoding. In any encoding, no
report and no message prints it.
"""

from __future__ import annotations

import codecs
import re
import sqlite3
from base64 import b32encode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.archives import encrypted_zip, tarred, zipped
from tests.support.command import Ran
from tests.support.encodings import SINGLE
from tests.support.keys import MakeKey, fingerprint
from tests.support.repositories import Repo
from wakeyscan.reports import REPORTS, TEMPLATE

Encode = Callable[[str], str]


def by_name(name: str) -> Encode:
    return lambda key: SINGLE[name].wrap(key.encode()).decode()


FOUND: dict[str, Encode] = {
    "base64": lambda key: urlsafe_b64encode(key.encode()).decode(),
    "base64 after a letter": lambda key: urlsafe_b64encode(f".{key}".encode()).decode(),
    "base64 without padding": by_name("base64-unpadded"),
    "base64 twice": lambda key: b64encode(urlsafe_b64encode(key.encode())).decode(),
    "hex": by_name("hex"),
    "hex in upper case": by_name("hex-upper"),
    "percent": by_name("percent"),
    "some percent": by_name("percent-odd"),
    "every third percent": by_name("percent-every-3"),
    "character references": by_name("entities-odd"),
}
"""What decoders find; no form has a slash or another character that git forbids in a ref."""

MASKED: dict[str, Encode] = {
    "base32": lambda key: b32encode(key.encode()).decode().rstrip("="),
    "backwards": lambda key: key[::-1],
    "base64 backwards": lambda key: urlsafe_b64encode(key.encode()).decode()[::-1],
    "base64 of it backwards": lambda key: urlsafe_b64encode(key[::-1].encode()).decode(),
    "hex backwards": lambda key: key.encode().hex()[::-1],
    "rot13": lambda key: codecs.encode(key, "rot13"),
    "percent after a word": lambda key: "k_" + "".join(f"%{byte:02X}" for byte in key.encode()),
}
"""What is masked, and no finding."""

FORMATS = [name for name in REPORTS if name != TEMPLATE]
PIECE = 10
"""Characters of an encoded key that give it away; shorter ones may be a coincidence."""


class Names:
    """An encoded key for each encoding, as parts of names."""

    def __init__(self, make_key: MakeKey) -> None:
        self.encoded: dict[str, str] = {}
        self.found: set[str] = set()
        for name, encode in {**FOUND, **MASKED}.items():
            text = "/"
            while "/" in text or "+" in text:
                key = make_key()
                text = encode(key)
            self.encoded[name] = text
            if name in FOUND:
                self.found.add(fingerprint(key))

    def __iter__(self) -> Iterator[str]:
        return iter(self.encoded.values())

    def list_printed(self, output: str) -> list[str]:
        """Return the encodings whose part after the prefix is in an output."""
        pieces = {*_list_pieces(re.sub(r"\\u00|%25|%|&amp;|amp;|&#|[;]", "", output))}
        return [
            name
            for name, text in self.encoded.items()
            for bare in (re.sub(r"[%&#;]", "", text),)
            if not pieces.isdisjoint(_list_pieces(bare))
        ]


def _list_pieces(text: str) -> Iterator[str]:
    return (text[at : at + PIECE] for at in range(len(text) - PIECE + 1))


@pytest.fixture
def names(make_key: MakeKey) -> Names:
    return Names(make_key)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "repo")
    made.commit({"README": "x"})
    return made


def report_all(repo: Repo, tmp_path: Path, *command: str) -> tuple[Ran, str]:
    """Run a command with every format, and return all that it printed and wrote."""
    files = {name: tmp_path / f"report.{name}" for name in FORMATS}
    reports = [f"--report={name}={file}" for name, file in files.items()]
    ran = repo.run(*command, "--format=json", "--show-suppressed", "--verbose", *reports)
    texts = [file.read_text() for file in files.values() if file.exists()]
    return ran, "\n".join([ran.out, ran.err, *texts])


def in_files(repo: Repo, names: Names, key: str) -> None:
    repo.write({f"src/{name}.txt": f"k = '{key}'\n" for name in names})


def in_folders(repo: Repo, names: Names, key: str) -> None:
    repo.write({f"{name}/b.txt": f"k = '{key}'\n" for name in names})


def in_clean_files(repo: Repo, names: Names, key: str) -> None:
    repo.write({f"a-{name}": f"clean {number}" for number, name in enumerate(names)})


def in_members(repo: Repo, names: Names, key: str) -> None:
    members = {f"m/{name}.env": key.encode() for name in names}
    repo.write({"a.zip": zipped(members), "b.tar": tarred(members)})


def in_closed_members(repo: Repo, names: Names, key: str) -> None:
    repo.write({"a.zip": encrypted_zip({f"m/{name}.env": b"x" for name in names})})


def in_tables(repo: Repo, names: Names, key: str) -> None:
    base = sqlite3.connect(repo.top / "a.db")
    for name in names:
        base.execute(f'CREATE TABLE "{name}" (v)')
        base.execute(f'INSERT INTO "{name}" VALUES (?)', (key,))
    base.commit()
    base.close()


PLACES = {
    "files": in_files,
    "folders": in_folders,
    "clean files": in_clean_files,
    "members": in_members,
    "closed members": in_closed_members,
    "tables": in_tables,
}
COMMANDS = {
    "scan": ("scan",),
    "staged": ("scan", "staged:"),
    "range": ("scan", "git:HEAD~1..HEAD"),
    "hook": ("hook", "pre-commit"),
    "audit": ("audit", "--no-cache"),
}
CASES = [
    *((place, command) for place in PLACES for command in ("scan", "audit")),
    *((place, command) for place in ("files", "members") for command in COMMANDS),
]


@pytest.mark.parametrize(("place", "command"), dict.fromkeys(CASES))
def test_an_encoded_key_in_a_file_name_is_found_and_never_printed(
    repo: Repo, names: Names, key: str, tmp_path: Path, place: str, command: str
) -> None:
    PLACES[place](repo, names, key)
    repo.git("add", "-A")
    if command in ("range", "audit"):
        repo.record()
    ran, output = report_all(repo, tmp_path, *COMMANDS[command])
    assert ran.code in (1, 3), ran.err
    assert names.list_printed(output) == []
    found = {one["fingerprint"] for one in ran.json()["findings"]}
    assert found >= names.found or (place, command) == ("closed members", "audit")


def test_an_encoded_key_in_the_name_of_a_skipped_file_is_never_printed(
    repo: Repo, names: Names, key: str, tmp_path: Path
) -> None:
    in_files(repo, names, key)
    ran, output = report_all(repo, tmp_path, "scan", "--max-file-size=1B")
    assert (ran.code, names.list_printed(output)) == (1, [])
    assert {one["fingerprint"] for one in ran.json()["findings"]} == names.found


def on_branches(repo: Repo, names: Names) -> None:
    for name in names:
        repo.git("branch", f"try/{name}")


def in_tags(repo: Repo, names: Names) -> None:
    for name in names:
        repo.git("tag", "-m", "x", f"v1-{name}")


def on_remotes(repo: Repo, names: Names) -> None:
    for name in names:
        repo.git("remote", "add", name.replace("&", "_"), "https://example.org")
        repo.git("update-ref", f"refs/remotes/{name}/main", "HEAD")


def in_submodules(repo: Repo, names: Names) -> None:
    for name in names:
        (repo.top / ".git/modules" / name).mkdir(parents=True)
        entry = f"160000,{'1' * 40},{name}"
        repo.git("update-index", "--add", "--cacheinfo", entry)
    repo.record()


def in_worktrees(repo: Repo, names: Names) -> None:
    for name in names:
        repo.git("worktree", "add", "-q", "--detach", str(repo.top.parent / name))


def in_messages(repo: Repo, names: Names) -> None:
    for name in names:
        repo.git("commit", "-q", "--allow-empty", "-m", name, f"--author={name} <{name}@b.c>")


REFS = {
    one.__name__: one
    for one in (on_branches, in_tags, on_remotes, in_submodules, in_worktrees, in_messages)
}


@pytest.mark.parametrize("place", REFS)
def test_an_encoded_key_in_a_ref_or_work_tree_name_is_never_printed(
    repo: Repo, names: Names, key: str, tmp_path: Path, place: str
) -> None:
    repo.commit({"a.txt": key})
    REFS[place](repo, names)
    ran, output = report_all(repo, tmp_path, "audit", "--no-cache")
    assert (ran.code, names.list_printed(output)) == (1, [])
    found = {one["fingerprint"] for one in ran.json()["findings"]}
    assert found >= names.found or place in ("in_worktrees",)


ARGUMENTS = {
    "path": ("scan", "{}"),
    "range": ("scan", "git:{}..HEAD"),
    "branch": ("audit", "--branch={}"),
    "repository": ("audit", "{}"),
    "template": ("scan", "--format=template", "--template={}"),
    "configuration": ("scan", "--config={}"),
    "ignored path": ("ignore", "add", "{}:1", "--reason=x"),
    "report": ("report", "{}"),
    "rules": ("scan", "--rules={}"),
    "command": ("{}",),
    "format": ("scan", "--format={}"),
    "fix": ("fix", "{}"),
}


@pytest.mark.parametrize("command", ARGUMENTS.values(), ids=ARGUMENTS)
def test_an_encoded_key_in_an_argument_is_never_printed(
    repo: Repo, names: Names, command: tuple[str, ...]
) -> None:
    for name, text in names.encoded.items():
        ran = repo.run(*(part.format(text) for part in command))
        assert (ran.code, names.list_printed(ran.out + ran.err)) == (2, []), name


@pytest.mark.parametrize("command", [("audit",), ("scan", "."), ("fix",), ("doctor",)], ids=str)
def test_an_encoded_key_in_the_repository_path_is_never_printed(
    names: Names, key: str, tmp_path: Path, command: tuple[str, ...]
) -> None:
    for name in ("base64", "hex", "some percent", "backwards"):
        text = names.encoded[name]
        repo = Repo(tmp_path / text / text)
        repo.commit({"a.txt": key, "shallow": "x"})
        (repo.top / ".git/shallow").write_text(repo.id("HEAD"))
        ran = repo.run(*command)
        assert names.list_printed(ran.out + ran.err) == [], name

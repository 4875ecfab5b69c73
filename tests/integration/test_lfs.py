"""Git LFS: what pointers stand for is looked at where it is here, and said where it is not."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import zipfile
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.architecture.test_startup import loaded_by
from tests.support.command import Ran, Run
from tests.support.files import write
from tests.support.keys import MakeKey, fingerprint, mask
from tests.support.repositories import Repo, fingerprints, places
from wakeyscan.core.document import Document, Origin
from wakeyscan.decoders import DECODERS
from wakeyscan.extractors.budget import Limits
from wakeyscan.extractors.file_types import detect_format
from wakeyscan.git.lfs import MAX_POINTER, Pointer, parse_pointer
from wakeyscan.rules import loader
from wakeyscan.scanner.context import build_context
from wakeyscan.scanner.documents import scan_documents

pytestmark = pytest.mark.usefixtures("no_litter")

V1 = "https://git-lfs.github.com/spec/v1"
OID = hashlib.sha256(b"x").hexdigest()


def pointer(content: bytes, version: str = V1) -> str:
    oid = hashlib.sha256(content).hexdigest()
    return f"version {version}\noid sha256:{oid}\nsize {len(content)}\n"


def place(store: Path, content: bytes) -> Path:
    """Return the path of a content in a store, as Git LFS builds it."""
    oid = hashlib.sha256(content).hexdigest()
    return store / "objects" / oid[:2] / oid[2:4] / oid


def keep(store: Path, content: bytes) -> Path:
    path = place(store, content)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def absent(content: bytes) -> str:
    return (
        f"Git LFS pointer: its {len(content):,} bytes are not on this machine;"
        " run git lfs fetch --all, or exclude it"
    )


def skipped(ran: Ran) -> list[tuple[str, str]]:
    return [(item["path"], item["reason"]) for item in ran.json()["skipped"]]


def text(key: str) -> bytes:
    return f"\n  token = {key}\n".encode()


def zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("config/.env", content)
    return buffer.getvalue()


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repo")
    repo.commit({"readme": "x"})
    return repo


@pytest.fixture
def store(repo: Repo) -> Path:
    return repo.top / ".git" / "lfs"


def of_a_folder(repo: Repo) -> Ran:
    return repo.scan()


def of_a_file(repo: Repo) -> Ran:
    return repo.scan("sub/model.bin")


def of_the_index(repo: Repo) -> Ran:
    return repo.scan("staged:")


def of_a_range(repo: Repo) -> Ran:
    repo.record()
    return repo.scan("git:HEAD~1..HEAD")


def before_a_commit(repo: Repo) -> Ran:
    return repo.run("hook", "pre-commit", "--format=json")


def before_a_commit_by_a_framework(repo: Repo) -> Ran:
    return repo.run("hook", "pre-commit", "--format=json", "--", "sub/model.bin")


def before_a_push(repo: Repo) -> Ran:
    old = repo.id("HEAD")
    line = f"refs/heads/main {repo.record()} refs/heads/main {old}\n"
    push = ("hook", "pre-push", "--format=json", "origin", "url")
    return repo.run(*push, stdin=line.encode())


def on_a_server(repo: Repo) -> Ran:
    old = repo.id("HEAD")
    line = f"{old} {repo.record()} refs/heads/main\n"
    repo.git("update-ref", "refs/heads/main", old)  # as it is until the hook is content
    return repo.run("hook", "pre-receive", "--format=json", stdin=line.encode())


def of_standard_input(repo: Repo) -> Ran:
    content = (repo.top / "sub/model.bin").read_bytes()
    return repo.run("scan", "-", "--format=json", stdin=content)


def of_all_objects(repo: Repo) -> Ran:
    repo.record()
    return repo.run("audit", "--no-cache", "--format=json")


def of_a_pack(repo: Repo) -> Ran:
    repo.record()
    repo.git("gc", "-q")
    return repo.run("audit", "--no-cache", "--format=json")


LOOKS: list[Callable[[Repo], Ran]] = [
    of_a_folder,
    of_a_file,
    of_the_index,
    of_a_range,
    before_a_commit,
    before_a_commit_by_a_framework,
    before_a_push,
    on_a_server,
    of_standard_input,
    of_all_objects,
    of_a_pack,
]
ALL_LOOKS = pytest.mark.parametrize("look", LOOKS, ids=lambda look: str(look.__name__))


@ALL_LOOKS
def test_stored_content_is_scanned_at_the_path_of_its_pointer(
    repo: Repo, store: Path, key: str, look: Callable[[Repo], Ran]
) -> None:
    keep(store, text(key))
    repo.stage({"sub/model.bin": pointer(text(key))})
    ran = look(repo)
    assert (ran.code, ran.json()["skipped"]) == (1, [])
    (finding,) = ran.json()["findings"]
    path = "<stdin>" if look is of_standard_input else "sub/model.bin"
    assert (finding["path"], finding["line"], finding["column"]) == (path, 2, 11)
    assert (finding["encoding"], finding["fingerprint"]) == ("lfs", fingerprint(key))
    assert finding["excerpt"] == f"token = {mask(key)}"


@ALL_LOOKS
def test_a_stored_container_is_extracted(
    repo: Repo, store: Path, key: str, look: Callable[[Repo], Ran]
) -> None:
    content = zipped(zipped(text(key)))
    keep(store, content)
    repo.stage({"sub/model.bin": pointer(content)})
    ran = look(repo)
    assert (ran.code, ran.json()["skipped"]) == (1, [])
    (finding,) = ran.json()["findings"]
    assert finding["path"].endswith("!/config/.env!/config/.env")
    assert (finding["line"], finding["encoding"]) == (2, "lfs/zip/zip")


@ALL_LOOKS
def test_content_that_is_not_stored_is_reported_for_each_pointer(
    repo: Repo, look: Callable[[Repo], Ran]
) -> None:
    files = {"sub/model.bin": b"x" * 12_345, "other": b"y"}
    repo.stage({name: pointer(content) for name, content in files.items()})
    ran = look(repo)
    assert (ran.code, ran.json()["complete"], ran.json()["findings"]) == (0, True, [])
    said = sorted(reason for _, reason in skipped(ran))
    one = look in (of_a_file, before_a_commit_by_a_framework, of_standard_input)
    assert said == sorted(map(absent, [*files.values()][: 1 if one else 2]))
    if look not in (of_standard_input, of_all_objects, of_a_pack):
        assert {path for path, _ in skipped(ran)} <= set(files)


@pytest.mark.parametrize("name", ["text", "sarif", "github", "markdown"])
def test_every_report_lists_content_that_is_not_stored(repo: Repo, name: str) -> None:
    repo.write({"a": pointer(b"x" * 12_345)})
    ran = repo.run("scan", "--format", name)
    assert ran.code == 0
    assert "its 12,345 bytes are not on this machine" in ran.out


@pytest.mark.parametrize("how", ["clean", "empty"])
def test_clean_content_is_clean(repo: Repo, store: Path, how: str) -> None:
    content = {"clean": b"nothing\n", "empty": b""}[how]
    if content:
        keep(store, content)
    repo.commit({"a": pointer(content)})
    assert repo.scan().json()["skipped"] == []
    assert repo.scan().code == 0
    assert repo.run("audit", "--no-cache").code == 0


@pytest.mark.parametrize("size", ["shorter", "longer"])
def test_content_of_another_size_is_damaged(repo: Repo, store: Path, key: str, size: str) -> None:
    content = text(key)
    path = keep(store, content)
    path.write_bytes(content[:-1] if size == "shorter" else content + b"\n")
    repo.commit({"a": pointer(content)})
    here = len(content) - 1 if size == "shorter" else len(content) + 1
    ran = repo.scan()
    said = f"in lfs: damaged: the content has {here} bytes, but the pointer says {len(content)}"
    assert (ran.code, skipped(ran)) == (3, [("a", said)])
    assert repo.run("audit", "--no-cache").code == 3


def test_content_with_another_hash_is_damaged(repo: Repo, store: Path, key: str) -> None:
    keep(store, text(key)).write_bytes(b" " * len(text(key)))
    repo.commit({"a": pointer(text(key))})
    said = "in lfs: damaged: the content does not have the SHA-256 of the pointer"
    assert skipped(repo.scan()) == [("a", said)]
    assert repo.run("audit", "--no-cache").code == 3


def a_link(path: Path, outside: Path) -> None:
    shutil.move(path, outside)
    path.symlink_to(outside)


def a_linked_folder(path: Path, outside: Path) -> None:
    shutil.move(path.parent.parent, outside)
    path.parent.parent.symlink_to(outside)


def a_folder(path: Path, outside: Path) -> None:
    path.unlink()
    path.mkdir()


def nothing(path: Path, outside: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    "harm", [a_link, a_linked_folder, a_folder, nothing], ids=lambda harm: str(harm.__name__)
)
def test_no_link_is_followed(
    repo: Repo, store: Path, tmp_path: Path, key: str, harm: Callable[[Path, Path], None]
) -> None:
    harm(keep(store, text(key)), tmp_path / "outside")
    repo.commit({"a": pointer(text(key))})
    ran = repo.scan()
    assert (ran.code, skipped(ran)) == (0, [("a", absent(text(key)))])
    audited = repo.run("audit", "--no-cache")
    if harm is a_linked_folder:
        assert (audited.code, audited.out) == (2, "")  # an audit wants no such link at all
    else:
        assert audited.code == 0
        assert absent(text(key)) in audited.out


def test_a_fifo_in_the_store_does_not_block(repo: Repo, store: Path, key: str) -> None:
    path = keep(store, text(key))
    path.unlink()
    os.mkfifo(path)
    repo.write({"a": pointer(text(key))})
    ran = repo.scan()
    assert (ran.code, skipped(ran)) == (0, [("a", absent(text(key)))])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_content_is_reported(repo: Repo, store: Path, key: str) -> None:
    keep(store, text(key)).chmod(0)
    repo.write({"a": pointer(text(key))})
    said = "in lfs: its content cannot be read: Permission denied"
    assert skipped(repo.scan()) == [("a", said)]


def lines(*more: str, version: str = V1, size: str = "1") -> str:
    return "\n".join((f"version {version}", *more, f"oid sha256:{OID}", f"size {size}", ""))


POINTERS = {
    "plain": lines(),
    "of old": lines(version="https://hawser.github.com/spec/v1"),
    "of the first days": lines(version="http://git-media.io/v/2"),
    "extensions": lines(f"ext-0-fold sha256:{OID}", f"ext-1-case sha256:{OID}"),
    "an extension at the end": lines() + f"ext-0-fold sha256:{OID}\n",
    "CRLF": lines().replace("\n", "\r\n"),
    "no end of line": lines().rstrip(),
    "empty lines": lines().replace("\n", "\n\n"),
}


@pytest.mark.parametrize("form", POINTERS)
def test_each_form_of_a_pointer_is_recognized(repo: Repo, store: Path, form: str) -> None:
    repo.commit({"a": POINTERS[form]})
    ran = repo.scan()
    assert (ran.code, skipped(ran)) == (0, [("a", absent(b"x"))])
    assert repo.run("audit", "--no-cache").code == 0
    keep(store, b"x")
    assert repo.scan().code == 0
    assert repo.run("audit", "--no-cache").code == 0


SIMILAR = {
    "more text": lines() + "and more\n",
    "text before": "# A pointer\n" + lines(),
    "a sample in a manual": f"A pointer:\n\n```\n{lines()}```\n",
    "two": lines() * 2,
    "another version": lines(version="https://git-lfs.github.com/spec/v2"),
    "a longer version": lines(version=V1 + "1"),
    "the first line": f"version {V1}\n",
    "no size": lines().partition("size")[0],
    "a size in words": lines(size="one"),
    "a negative size": lines(size="-1"),
    "a short hash": lines().replace(OID, OID[:-1]),
    "a long hash": lines().replace(OID, OID + "0"),
    "a way out": lines().replace(OID, "../" * 20 + "etc/passwd"),
    "another hash": lines().replace("sha256", "sha512"),
    "another order": f"version {V1}\nsize 1\noid sha256:{OID}\n",
    "too long": lines(f"ext-0-fold {'x' * 1000}"),
    "the version of something else": "version: '3'\nservices: {}\n",
}


@pytest.mark.parametrize("form", SIMILAR)
def test_text_that_only_looks_like_a_pointer_is_scanned_as_text(
    repo: Repo, key: str, form: str
) -> None:
    repo.commit({"a": SIMILAR[form]})
    ran = repo.scan()
    assert (ran.code, ran.json()["skipped"]) == (0, [])
    assert repo.run("audit", "--no-cache").code == 0
    repo.write({"a": SIMILAR[form] + f"token: {key}\n"})
    found = repo.scan().json()
    assert (fingerprints(found), found["findings"][0]["encoding"]) == ({fingerprint(key)}, "plain")


@given(st.integers(0, 10**18), st.binary(min_size=32, max_size=32), st.data())
def test_a_written_pointer_is_parsed_and_longer_text_is_not_a_pointer(
    size: int, oid: bytes, data: st.DataObject
) -> None:
    written = f"version {V1}\noid sha256:{oid.hex()}\nsize {size}\n".encode()
    assert parse_pointer(written) == Pointer(oid.hex(), size)
    assert detect_format(written, len(written)) == "lfs"
    more = data.draw(st.binary(min_size=1).filter(lambda more: more.strip(b" \t\n\r\x0b\x0c")))
    assert detect_format(written + more, len(written + more)) == "" or b"ext-" in more
    cut = data.draw(st.integers(0, written.index(b"size ") + 4))
    assert parse_pointer(written[:cut]) is None


@given(st.binary(max_size=MAX_POINTER + 9))
def test_any_bytes_can_be_parsed(rest: bytes) -> None:
    for content in (rest, f"version {V1}\n".encode() + rest, lines().encode()[:-2] + rest):
        found = parse_pointer(content)
        assert found is None or (len(found.oid) == 64 and found.size >= 0)


# Where the store is


@pytest.mark.parametrize("place_of", ["absolute", "relative", "of the user"])
def test_the_configuration_sets_the_place_of_the_store(
    repo: Repo, store: Path, tmp_path: Path, key: str, place_of: str
) -> None:
    elsewhere = {
        "absolute": tmp_path / "elsewhere",
        "relative": repo.top / ".git" / "our" / "lfs",
        "of the user": tmp_path / "home" / "lfs",
    }[place_of]
    said = {"absolute": str(elsewhere), "relative": "our/lfs", "of the user": "~/lfs"}[place_of]
    repo.git("config", "lfs.storage", said)
    keep(elsewhere, text(key))
    repo.stage({"a": pointer(text(key))})
    home = {"HOME": str(tmp_path / "home")}
    for target in (".", "staged:"):
        ran = repo.scan(target, env=home)
        assert (ran.code, places(ran.json())) == (1, ["a:2"]), target
    # An audit believes no configuration: whose it is can't be told.
    repo.record()
    assert repo.run("audit", "--no-cache", env=home).code == 0
    keep(store, text(key))
    assert repo.run("audit", "--no-cache", env=home).code == 1


def test_a_scan_follows_a_link_to_the_store_and_an_audit_does_not(
    repo: Repo, store: Path, tmp_path: Path, key: str
) -> None:
    keep(tmp_path / "shared", text(key))
    store.symlink_to(tmp_path / "shared")
    repo.commit({"a": pointer(text(key))})
    assert repo.scan().code == 1
    assert repo.run("audit", "--no-cache").code == 2
    store.unlink()
    assert repo.run("audit", "--no-cache").code == 0


def test_a_linked_work_tree_has_the_store_of_its_repository(
    repo: Repo, store: Path, tmp_path: Path, key: str
) -> None:
    keep(store, text(key))
    repo.commit({"a": pointer(text(key))})
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = Repo(tmp_path / "linked")
    linked.stage({"sub/b": pointer(text(key))})
    assert places(linked.scan().json()) == ["a:2", "sub/b:2"]
    assert places(linked.scan("staged:", cwd="sub").json()) == ["sub/b:2"]
    assert linked.run("audit", "--no-cache").code == 1


def test_each_file_is_looked_up_in_its_own_repository(
    repo: Repo, tmp_path: Path, make_key: MakeKey
) -> None:
    mine, inner, theirs = (text(make_key()) for _ in range(3))
    module, other = Repo(repo.top / "module"), Repo(tmp_path / "other")
    for owner, content in ((repo, mine), (module, inner), (other, theirs)):
        keep(owner.top / ".git" / "lfs", content)
        owner.write({"a": pointer(content), "b": pointer(content)})
    write(tmp_path, {"loose": pointer(mine)})  # in no repository, though one stands in one
    ran = repo.scan(".", "../other", "../loose")
    wanted = ["../other/a:2", "../other/b:2", "a:2", "b:2", "module/a:2", "module/b:2"]
    assert places(ran.json()) == wanted
    assert skipped(ran) == [("../loose", absent(mine))]


def test_content_of_a_bare_repository_is_scanned(
    repo: Repo, store: Path, tmp_path: Path, key: str
) -> None:
    repo.commit({"a": pointer(text(key))})
    repo.git("clone", "-q", "--bare", ".", str(tmp_path / "bare"))
    bare = Repo(tmp_path / "bare")
    here = {"GIT_DIR": "."}
    assert bare.scan("git:HEAD", env=here).code == bare.run("audit", "--no-cache").code == 0
    keep(bare.top / "lfs", text(key))
    assert bare.scan("git:HEAD", env=here).code == bare.run("audit", "--no-cache").code == 1


# What comes along with it


def test_keys_that_the_content_already_had_are_not_new(
    repo: Repo, store: Path, make_key: MakeKey
) -> None:
    old, new = text(make_key()), make_key()
    both = old + f"token: {new}\n".encode()
    for content in (old, both):
        keep(store, content)
    repo.commit({"a": pointer(old)})
    repo.stage({"a": pointer(both)})
    assert fingerprints(repo.scan("staged:").json()) == {fingerprint(new)}
    repo.git("reset", "-q", "--hard")
    repo.git("mv", "a", "b")
    assert repo.scan("staged:").code == 0


@pytest.mark.parametrize("here", [True, False], ids=["here", "not here"])
def test_content_over_the_limit_is_reported_and_not_read(
    repo: Repo, store: Path, key: str, here: bool
) -> None:
    content = text(key) + b"x" * 5000
    if here:
        keep(store, content)
    repo.write({"a": pointer(content)})
    ran = repo.scan("--max-file-size=4k")
    said = f"larger than --max-file-size: {len(content):,} of 4,096 bytes"
    assert (ran.code, skipped(ran)) == (3, [("a", said)])


def test_excluded_pointers_are_skipped(repo: Repo) -> None:
    repo.stage({"a.bin": pointer(b"x"), ".wakeyscan.toml": 'exclude = ["*.bin"]\n'})
    assert [repo.scan().code, repo.scan("staged:").code, repo.run("hook", "pre-commit").code] == [
        *(0, 0, 0)
    ]


def test_pointers_in_a_container_are_followed(repo: Repo, store: Path, make_key: MakeKey) -> None:
    here, gone = text(make_key()), text(make_key())
    keep(store, here)
    repo.write({"a": zipped(pointer(here).encode()), "b": zipped(pointer(gone).encode())})
    ran = repo.scan()
    (finding,) = ran.json()["findings"]
    assert (finding["path"], finding["encoding"]) == ("a!/config/.env", "zip/lfs")
    assert skipped(ran) == [("b!/config/.env", absent(gone))]


def test_worker_processes_follow_pointers(repo: Repo, store: Path, make_key: MakeKey) -> None:
    here, gone = text(make_key()), text(make_key())
    keep(store, here)
    repo.write({f"d/{number:03}": "x" for number in range(300)})
    repo.write({"e/a": pointer(here), "e/b": pointer(gone), "e/c": lines() + "more"})
    ran = repo.scan("--jobs=2")
    assert (places(ran.json()), skipped(ran)) == (["e/a:2"], [("e/b", absent(gone))])
    assert ran.json()["coverage"]["documents"] == 304


def test_a_container_larger_than_the_memory_limit_is_extracted_from_disk(
    tmp_path: Path, key: str
) -> None:
    """It is a file on disk, so it is read there; and what it unpacks to is measured by it."""
    inner = zipped(text(key))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("noise", os.urandom(17 << 20))
        archive.writestr("inner.zip", inner)
        archive.writestr("zeros", bytes(2 << 20))
    content = buffer.getvalue()
    path = keep(tmp_path / "lfs", content)
    bounds = Limits(free_bytes=1000, max_ratio=3, max_memory=1 << 20)
    context = build_context(loader.load_rules(), DECODERS)
    context = context._replace(limits=bounds, open_lfs_object=lambda _, oid: path.open("rb"))
    looked = scan_documents([Document(Origin("a"), pointer(content).encode())], context)
    assert looked.skipped == ()
    (finding,) = looked.findings
    assert (finding.origin.path, finding.encoding) == ("a!/inner.zip!/config/.env", "lfs/zip/zip")


@pytest.mark.parametrize("packed", [True, False], ids=["packed", "loose"])
def test_an_audit_does_not_cache_a_pointer_without_content(
    repo: Repo, store: Path, key: str, packed: bool
) -> None:
    content = text(key)
    repo.commit({"a": pointer(content)})
    repo.commit({"a": "gone again"})
    if packed:
        repo.git("gc", "-q")

    def audit() -> Any:
        ran = repo.run("audit", "--format=json")
        plain = repo.run("audit", "--format=json", "--no-cache")
        assert (ran.code, ran.out) == (plain.code, plain.out)
        return ran.code

    assert [audit(), audit()] == [0, 0]
    path = keep(store, content)
    assert [audit(), audit()] == [1, 1]
    path.unlink()
    assert [audit(), audit()] == [0, 0]


def test_a_key_that_only_the_store_has_gets_a_history(repo: Repo, store: Path, key: str) -> None:
    content = zipped(text(key))
    keep(store, content)
    brought = repo.commit({"a": pointer(content)})
    removed = repo.commit({"a": "gone again"})
    (told,) = repo.run("audit", "--no-cache", "--format=json").json()["keys"]
    assert (told["fingerprint"], told["at_head"]) == (fingerprint(key), False)
    assert (told["introduced"]["commit"], told["removed"]["commit"]) == (brought, removed)
    assert told["introduced"]["path"] == "a!/config/.env"


def test_a_text_that_is_not_a_pointer_costs_nothing(tmp_path: Path) -> None:
    encoded = b64encode(b"version: '3'\nservices: {}\n" * 3)
    write(tmp_path, {"a": "version: '3'\n", "b": "verbose\n", "c": encoded})
    loaded = loaded_by(tmp_path, "scan", "a", "b", "c")
    assert "wakeyscan.scanner.decoding" not in loaded
    assert not loaded & {
        "hashlib",
        "subprocess",
        "wakeyscan.git.command",
        "wakeyscan.extractors.extract",
    }
    assert not loaded & {"wakeyscan.pointer", "wakeyscan.git.lfs"}


def test_a_pointer_in_a_broken_repository_is_reported(tmp_path: Path, run: Run) -> None:
    write(tmp_path, {"a": pointer(b"x"), ".git": "gitdir: /nowhere\n"})
    ran = run("scan", "--format=json", "a")
    assert (ran.code, skipped(ran)) == (0, [("a", absent(b"x"))])

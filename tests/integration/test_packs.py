"""Our own reader of packs against git: both see the same secrets in the same objects."""

from __future__ import annotations

import os
import random
import shutil
import struct
import subprocess
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha1
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.audits import ignore_progress, run_audit
from tests.support.command import environment, execute
from tests.support.dated_repository import audit
from tests.support.keys import MakeKey, fingerprint
from tests.support.repositories import Repo
from tests.support.sifts import check_sifts
from wakeyscan.audit import native_packs
from wakeyscan.audit.cache import HistoryCache
from wakeyscan.audit.native_packs import has_native_core
from wakeyscan.audit.object_findings import ObjectFindings
from wakeyscan.audit.object_scan import ObjectScanResult, scan_objects
from wakeyscan.audit.object_tasks import describe_gap
from wakeyscan.core.document import Document, Origin
from wakeyscan.decoders import DECODERS
from wakeyscan.git import isolated, pack, pack_walk
from wakeyscan.git.object_dirs import list_object_ids
from wakeyscan.git.repository import find_repository
from wakeyscan.rules import loader
from wakeyscan.scanner.context import build_context
from wakeyscan.scanner.detector import detect_in_name
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.prefilter.strategy import LARGE_SCAN

RULES = loader.load_rules()
LENS = build_context(RULES, DECODERS)._replace(honor_inline=False)
LENS.prefilter.expect(LARGE_SCAN)  # as an audit does: the native core needs it
Marks = set[tuple[str, str, str]]
"""Objects with the rules and fingerprints of what they hold."""


class Blob(NamedTuple):
    """An object as git prints it."""

    name: str
    kind: str
    content: bytes


def ignore(seen: ObjectFindings) -> None:
    """Wait until all is seen."""


def spied(folder: Path, jobs: int = 1) -> ObjectScanResult:
    """Look at a repository the fast way."""
    repository = find_repository(str(folder))
    with isolated.open_isolated(repository) as git_there:
        return scan_objects(
            *(repository, LENS, git_there, HistoryCache("", RULES)),
            jobs=jobs,
            rebuild_context=lambda: LENS,
            on_progress=ignore_progress,
            on_findings=ignore,
        )


def fast(folder: Path, jobs: int = 1) -> Marks:
    """Return the secrets that our reader finds; it must skip nothing."""
    seen = spied(folder, jobs)
    assert seen.skipped == ()
    return found_by(seen)


def found_by(seen: ObjectScanResult) -> Marks:
    """Return the secrets in a result."""
    return {(o.object_id, ref.rule, ref.fingerprint) for o in seen.objects for ref in o.refs}


def objects(folder: Path) -> Iterator[Blob]:
    """Yield every object, as plain git prints it."""
    asked = ("cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer")
    printed = execute_bytes(folder, *asked)
    at = 0
    while at < len(printed):
        end = printed.index(b"\n", at)
        name, kind, size = printed[at:end].decode().split(" ")
        at = end + 1 + int(size) + 1
        yield Blob(name, kind, printed[end + 1 : at - 1])


def execute_bytes(folder: Path, *arguments: str) -> bytes:
    return subprocess.run(
        ["git", *arguments], cwd=folder, env=environment(), capture_output=True, check=True
    ).stdout


def slow(folder: Path) -> Marks:
    """Return the secrets in everything that git prints: the oracle."""
    return {
        (one.name, found.rule, found.secret.fingerprint)
        for one in objects(folder)
        for document in documents(one)
        for found in (
            detect_in_name(document.origin, LENS)[1]
            if one.kind == "tree"
            else scan_documents(
                [document], LENS
            ).findings  # a container too is opened, as in a scan
        )
    }


def documents(one: Blob) -> Iterator[Document]:
    if one.kind != "tree":
        yield Document(Origin("f"), one.content)
        return
    rest, width = one.content, len(one.name) // 2
    while rest:
        entry, _, rest = rest.partition(b"\0")
        yield Document(Origin(os.fsdecode(entry.split(b" ", 1)[1])), b"")
        rest = rest[width:]


def same(folder: Path, least: int = 1, jobs: int = 1, *, sifts: bool = True) -> None:
    """Check that our reader and git find the same secrets, at least `least` of them.

    With `sifts`, also check that the native core names the same objects as Python.
    """
    expected = slow(folder)
    assert fast(folder, jobs) == expected
    if sifts:
        check_sifts(str(folder), LENS)
    assert len(expected) >= least


# Random histories

Edit = Callable[[bytes], bytes]


class Step(NamedTuple):
    """A change of a text: what, where (thousandths of it), and two numbers that say how."""

    what: str
    place: int
    number: int
    more: int


KINDS = (
    *("key", "head", "tail", "split", "join", "cut", "move", "copy", "binary", "utf16"),
    *("base64", "line", "shrink"),
)
STEPS = st.builds(
    Step,
    st.sampled_from(KINDS),
    st.integers(0, 999),
    st.integers(0, 3),
    st.integers(1, 47),
)


def changed(text: bytes, step: Step, keys: list[bytes]) -> bytes:
    """Make a step."""
    at = len(text) * step.place // 1000
    key = keys[step.number]
    cut = min(step.more, len(key) - 1)
    before, after = text[:at], text[at:]
    far = text[(at * 7 + step.more) % (len(text) + 1) :][: step.more * 9]
    if step.what == "join":  # what was split, or begun and not ended, comes together
        return text.replace(b"\x01\n", b"", 1 + step.number)
    if step.what == "cut":
        return before + after[step.more * 5 :]
    if step.what == "shrink":
        return text.replace(key, key[:cut], 1)
    if step.what == "move":
        return before.replace(far, b"", 1) + far + after
    pieces = {
        "key": b" " + key + b"\n",
        "head": b" " + key[:cut] + b"\x01\n",
        "tail": key[cut:] + b"\n",
        "split": b"\n" + key[:cut] + b"\x01\n" + key[cut:] + b"\n",
        "copy": far,
        "binary": bytes(range(step.more * 5)),
        "utf16": ("\n" + key.decode() + "\n").encode("utf-16-le") + b"\0" * (step.more % 2),
        "base64": b" " + b64encode(b"x" * (step.more % 3) + b" " + key) + b" ",
        "line": b"line %d\n" % step.more * step.number,
    }
    return before + pieces[step.what] + after


def filler(seed: int, lines: int) -> bytes:
    source = random.Random(seed)
    return b"".join(b"%d some text of line %d\n" % (source.random() * 1e9, n) for n in range(lines))


class Storage(NamedTuple):
    """How objects are to be stored."""

    window: int
    depth: int
    by_offset: bool
    compression: int
    index_version: int
    format: str
    packs: int
    loose: bool
    midx: bool


STORAGE = st.builds(
    Storage,
    window=st.sampled_from([0, 1, 10, 50]),
    depth=st.sampled_from([1, 5, 50, 250]),
    by_offset=st.booleans(),
    compression=st.sampled_from([0, 1, 6, 9]),
    index_version=st.sampled_from([1, 2]),
    format=st.sampled_from(["sha1", "sha1", "sha256"]),
    packs=st.integers(1, 3),
    loose=st.booleans(),
    midx=st.booleans(),
)


def stored(top: Path, texts: list[bytes], how: Storage, message: bytes = b"m") -> Repo:
    """Make a repository with a commit for each text, stored as it is said."""
    repo = Repo(top, f"--object-format={how.format}")
    for name, value in {
        "repack.useDeltaBaseOffset": str(how.by_offset).lower(),
        "core.compression": str(how.compression),
        "pack.indexVersion": str(how.index_version),
        "fastimport.unpackLimit": "1",
        "gc.auto": "0",
        "pack.threads": "1",
    }.items():
        repo.git("config", name, value)
    share = -(-len(texts) // how.packs)
    for first in range(0, len(texts), share):
        said = [b"feature done\n"]
        for number, text in enumerate(texts[first : first + share], first):
            said.append(b"commit refs/heads/main\ncommitter A <a> %d +0000\n" % (10**9 + number))
            said.append(b"data %d\n%s\n" % (len(message), message))
            if number == first and first:
                said.append(b"from refs/heads/main^0\n")
            said.append(b"M 100644 inline f\ndata %d\n%s\n" % (len(text), text))
            said.append(b"M 100644 inline d/%d\ndata %d\n%s\n" % (number % 3, len(text), text))
        repo.git("fast-import", "--quiet", stdin=b"".join(said) + b"done\n")
        asked = ("-adfq",) if how.packs == 1 else ("-dfq",)
        repo.git("repack", *asked, f"--window={how.window}", f"--depth={how.depth}")
    if how.midx:
        repo.git("multi-pack-index", "write")
    if how.loose:
        repo.blob(texts[-1] + b"loose")
        repo.blob(texts[0][::-1])
    return repo


def test_our_reader_agrees_with_git_on_random_histories(tmp_path: Path, make_key: MakeKey) -> None:
    keys = [make_key().encode() for _ in range(4)]
    numbers = iter(range(10**6))

    @settings(max_examples=20)
    @given(st.lists(STEPS, min_size=2, max_size=14), STORAGE, st.integers(0, 80))
    def check(steps: list[Step], how: Storage, lines: int) -> None:
        texts = [filler(lines, lines)]
        for step in steps:
            texts.append(changed(texts[-1], step, keys))
        top = tmp_path / f"r{next(numbers)}"
        stored(top, texts, how)
        same(top, least=0)
        shutil.rmtree(top)

    check()


PLAIN = Storage(10, 50, True, 6, 2, "sha1", 1, False, False)


@pytest.mark.parametrize("by_offset", [True, False], ids=["ofs-delta", "ref-delta"])
@pytest.mark.parametrize("format_", ["sha1", "sha256"])
def test_keys_assembled_by_deltas_are_found(
    tmp_path: Path, make_key: MakeKey, by_offset: bool, format_: str
) -> None:
    """A key whose halves are each a copy, or one a copy and one inserted, cut at every place."""
    key = make_key().encode()
    plain = filler(1, 40)
    texts = [plain]
    for cut in range(1, len(key)):
        texts.append(plain[:300] + b"\n" + key[:cut] + b"\x01" + key[cut:] + plain[300:])
        texts.append(plain[:300] + b"\n" + key[:cut] + plain[300:700] + key[cut:] + plain[700:])
        texts.append(plain[:300] + b"\n" + key + b"\n" + plain[300:] + b"%d" % cut)
    repo = stored(tmp_path / "r", texts, PLAIN._replace(by_offset=by_offset, format=format_))
    deltas = repo.git("verify-pack", "-v", *map(str, repo.top.glob(".git/objects/pack/*.idx")))
    assert deltas.count("blob") > 100
    assert deltas.count("\nchain length") > 1
    same(tmp_path / "r", least=len(key) - 1)
    same(tmp_path / "r", least=len(key) - 1, jobs=2)


def test_keys_in_names_messages_tags_and_notes_are_found(tmp_path: Path, make_key: MakeKey) -> None:
    repo = Repo(tmp_path / "r")
    for number in range(30):
        name = f"{make_key()}/{make_key()}.txt" if number % 3 == 0 else "f"
        repo.commit({name: "x"}, f"a\n\n{make_key()} {number}" if number % 2 else "m")
    repo.git("tag", "-a", "-m", make_key(), "t")
    repo.git("notes", "add", "-m", make_key())
    same(repo.top, 20)
    repo.git("repack", "-adfq", "--depth=50", "--window=50")
    same(repo.top, 20)


# Kinds of stores


def history(make_key: MakeKey, count: int = 12) -> list[bytes]:
    texts = [filler(3, 60)]
    for number in range(count):
        texts.append(texts[-1][: 100 * number] + make_key().encode() + b"\n" + texts[-1][100:])
    return texts


def test_objects_of_alternates_are_read(tmp_path: Path, make_key: MakeKey) -> None:
    stored(tmp_path / "a", history(make_key), PLAIN)
    execute(["git", "clone", "-q", "--shared", "a", "b"], tmp_path)
    other = Repo(tmp_path / "b")
    other.commit({"x": make_key()})
    same(tmp_path / "b", 10)
    other.git("repack", "-dlq")
    same(tmp_path / "b", 10)


@pytest.mark.parametrize("version", ["1", "2", "2,0x40"])
def test_every_version_of_a_pack_index_is_read(
    tmp_path: Path, make_key: MakeKey, version: str
) -> None:
    repo = stored(tmp_path / "r", history(make_key), PLAIN)
    (listing,) = repo.top.glob(".git/objects/pack/*.idx")
    before = listing.read_bytes()
    for path in (listing, listing.with_suffix(".rev")):
        path.unlink(missing_ok=True)
    packed = str(listing.with_suffix(".pack"))
    repo.git("index-pack", f"--index-version={version}", "-o", str(listing), packed)
    assert (listing.read_bytes() == before) is (version == "2")
    same(repo.top, 10)


def test_an_empty_pack_and_an_empty_blob_are_read(tmp_path: Path, make_key: MakeKey) -> None:
    repo = stored(tmp_path / "r", [b"", *history(make_key, 2)], PLAIN)
    header = b"PACK" + struct.pack(">II", 2, 0)
    (tmp_path / "empty.pack").write_bytes(header + sha1(header).digest())
    place = repo.top / ".git" / "objects" / "pack" / "pack-empty.pack"
    shutil.copy(tmp_path / "empty.pack", place)
    repo.git("index-pack", str(place))
    repo.blob("")
    same(repo.top, 2)


def test_a_kept_pack_with_an_unusual_name_is_read(tmp_path: Path, make_key: MakeKey) -> None:
    repo = stored(tmp_path / "r", history(make_key), PLAIN)
    folder = repo.top / ".git" / "objects" / "pack"
    for file in [*folder.glob("pack-*")]:
        file.rename(folder / f"pack-x{file.suffix}")
    (folder / "pack-x.keep").write_text("")
    (folder / "tmp_pack_123").write_text("a draft")
    same(repo.top, 10)


@pytest.mark.parametrize("over", [-1, 0, 1], ids=["below", "at", "above"])
@pytest.mark.parametrize("packed", [True, False], ids=["packed", "loose"])
def test_objects_over_the_memory_limit_are_left_to_git(
    tmp_path: Path, make_key: MakeKey, monkeypatch: pytest.MonkeyPatch, over: int, packed: bool
) -> None:
    """What is larger than the bound is left to git, and so is what is a delta of it."""
    bound = 5000
    monkeypatch.setattr(pack_walk, "MAX_IN_MEMORY", bound)
    monkeypatch.setattr(pack, "SMALL", 100)
    repo = Repo(tmp_path / "r")
    key = make_key()
    text = (filler(5, 400).decode() + f"\n{key}\n")[-bound - over :]
    assert len(text) == bound + over
    for number in range(8):
        repo.commit(
            {"f": text[: 500 * number] + f"{number}\n{make_key()}\n" + text[500 * number :]}
        )
    repo.commit({"f": text})
    if packed:
        repo.git("repack", "-adfq")
    same(repo.top, 16, sifts=False)  # the native core keeps its own bounds


def test_an_object_larger_than_a_chunk_is_read(tmp_path: Path, make_key: MakeKey) -> None:
    repo = Repo(tmp_path / "r")
    zeros = b"\0" * (9 << 20)
    keys = [make_key() for _ in range(3)]
    content = f"{keys[0]}\n".encode() + zeros + keys[1].encode() + zeros + f"\n{keys[2]}".encode()
    repo.commit({"f": content})
    same(repo.top, 3)


REPOSITORIES = "WAKEYSCAN_TEST_REPOSITORIES"
"""Names the variable that lists folders of real repositories, parted as those of `PATH` are."""


def test_our_reader_agrees_with_git_on_real_repositories() -> None:
    folders = [Path(name) for name in os.environ.get(REPOSITORIES, "").split(os.pathsep) if name]
    if not folders:
        pytest.skip(f"{REPOSITORIES} is not set to folders of repositories")
    for folder in folders:
        same(folder, least=0, jobs=2)


# Damage: never a silent miss


def looked(folder: Path) -> tuple[set[str], bool]:
    """Audit; say what was found, and whether the look was whole."""
    outcome = run_audit(folder)
    assert not outcome.interrupted
    return {f.secret.fingerprint for f in outcome.findings}, outcome.complete


@pytest.fixture
def damaged(
    tmp_path: Path, make_key: MakeKey, monkeypatch: pytest.MonkeyPatch
) -> tuple[Repo, set[str], Path]:
    """Make a small repository in one pack, with keys in a base, a delta, a name and a message.

    With a wrong offset in an index git may inflate for ever (seen with 2.39.5), until it is ended.
    """
    monkeypatch.setattr("wakeyscan.git.process.TIMEOUT_SECONDS", 5)
    keys = [make_key() for _ in range(4)]
    repo = Repo(tmp_path / "r")
    plain = filler(7, 30).decode()
    repo.commit({"f": plain + keys[0]})
    repo.commit({"f": plain[:200] + f"\n{keys[1]}\n" + plain[200:] + keys[0], keys[2]: "n"})
    repo.commit({"f": plain}, keys[3])
    repo.git("repack", "-adfq")
    repo.git("prune-packed")
    (packed,) = repo.top.glob(".git/objects/pack/*.pack")
    packed.chmod(0o600)
    return repo, {fingerprint(key) for key in keys}, packed


Damaged = tuple[Repo, set[str], Path]


def test_the_undamaged_pack_is_read_completely(damaged: Damaged) -> None:
    repo, keys, _ = damaged
    assert looked(repo.top) == (keys, True)


def test_a_flipped_byte_in_a_pack_is_never_unreported(damaged: Damaged) -> None:
    """Flip bits of every entry's header, and of many bytes else: a miss is always said."""
    repo, keys, packed = damaged
    whole = packed.read_bytes()
    shown = repo.git("verify-pack", "-v", str(packed)).splitlines()
    starts = [int(line.split()[4]) for line in shown if len(line.split()) in (5, 7)]
    places = {*range(4, 12), *(start + n for start in starts for n in range(3))}
    places |= set(range(0, len(whole) - 20, 101))
    silent = []
    for place in sorted(places):
        for flip in (0x01, 0x10, 0x80) if place in starts else (0x10,):
            spoiled = bytearray(whole)
            spoiled[place] ^= flip
            packed.write_bytes(spoiled)
            found, complete = looked(repo.top)
            if complete and found != keys:
                silent.append((place, flip))
            check_sifts(str(repo.top), LENS)
    assert silent == []


@pytest.mark.skipif(not has_native_core(), reason="the native core is not installed")
def test_an_entry_that_the_native_core_rejects_is_named(damaged: Damaged) -> None:
    """The message names the pack, the offset of the entry and what is wrong with it."""
    repo, _, packed = damaged
    whole = bytearray(packed.read_bytes())
    entries = [line.split() for line in repo.git("verify-pack", "-v", str(packed)).splitlines()]
    start, size = next((int(one[4]), int(one[3])) for one in entries if one[1:2] == ["blob"])
    whole[start + size - 1] ^= 0xFF  # of the checksum behind the content
    packed.write_bytes(whole)
    told = audit(repo.top, "--verbose", "--no-cache").err
    prefix = f"wakeyscan: {packed}, offset {start}: left to Python by the native core: "
    assert [line for line in told.splitlines() if line.startswith(prefix)] != []


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.95])
def test_a_truncated_pack_makes_a_scan_incomplete(damaged: Damaged, share: float) -> None:
    repo, _, packed = damaged
    whole = packed.read_bytes()
    packed.write_bytes(whole[: int(len(whole) * share)])
    assert looked(repo.top)[1] is False


@pytest.mark.parametrize("suffix", [".idx", ".pack"])
def test_a_pack_without_its_other_file_makes_a_scan_incomplete(
    damaged: Damaged, suffix: str
) -> None:
    repo, _, packed = damaged
    packed.with_suffix(suffix).unlink()
    assert looked(repo.top)[1] is False


def test_an_invalid_pack_index_makes_a_scan_incomplete(damaged: Damaged) -> None:
    repo, keys, packed = damaged
    listing = packed.with_suffix(".idx")
    listing.chmod(0o600)
    whole = listing.read_bytes()
    full = whole[:8] + b"\xff" * len(whole[8:])
    later = whole[:7] + b"\3" + whole[8:]
    for spoiled in (b"", whole[:7], whole[:1000], whole[:-100], full, later, b"\0" * len(whole)):
        listing.write_bytes(spoiled)
        found, complete = looked(repo.top)
        assert found == keys or not complete, len(spoiled)


@pytest.mark.parametrize("core", [True, False], ids=["native", "python"])
def test_a_wrong_reverse_index_changes_no_report(
    damaged: Damaged, monkeypatch: pytest.MonkeyPatch, core: bool
) -> None:
    """It is only a shortcut to the order of the pack: a stale or damaged one is not used."""
    if not core:
        monkeypatch.setattr(native_packs, "native", None)
    repo, _, packed = damaged
    before = found_by(spied(repo.top))
    repo.git("-c", "pack.writeReverseIndex=true", "index-pack", "--rev-index", str(packed))
    reverse = packed.with_suffix(".rev")
    reverse.chmod(0o600)
    whole = reverse.read_bytes()
    head, table, foot = whole[:12], whole[12:-40], whole[-40:]
    swapped = table[4:8] + table[:4] + table[8:]
    tables = (table, swapped, table[:4] * (len(table) // 4), b"\xff" * len(table), table[:-4])
    wrong = [head + positions + foot for positions in tables]
    wrong += [b"", whole[:7], b"RIDX\0\0\0\2" + head[8:] + table + foot, whole + b"\0"]
    for content in wrong:
        reverse.write_bytes(content)
        result = spied(repo.top)
        assert (found_by(result), result.skipped) == (before, ()), content[:16]


def test_an_index_without_an_object_makes_a_scan_incomplete(damaged: Damaged) -> None:
    """One entry of the pack is named in no index: git does not see it, so the look is not whole."""
    repo, keys, packed = damaged
    listing = packed.with_suffix(".idx")
    listing.chmod(0o600)
    whole = bytearray(listing.read_bytes())
    count = struct.unpack(">I", whole[1028:1032])[0]
    table = 1032 + 20 * count + 4 * count
    for number in range(count):
        spoiled = bytearray(whole)
        other = (number + 1) % count
        spoiled[table + 4 * number : table + 4 * number + 4] = whole[
            table + 4 * other : table + 4 * other + 4
        ]
        listing.write_bytes(spoiled)
        found, complete = looked(repo.top)
        assert found == keys or not complete, number


def test_a_circle_of_deltas_makes_a_scan_incomplete(damaged: Damaged) -> None:
    """Two objects each of which is a delta of the other can't be read by anybody."""
    repo, keys, _ = damaged
    one, two = b"\x11" * 20, b"\x22" * 20
    delta = zlib.compress(b"\x05\x05\x90\x05")
    head = bytes([7 << 4 | 4])
    entries = [head + two + delta, head + one + delta]
    body = b"PACK" + struct.pack(">II", 2, 2) + b"".join(entries)
    place = repo.top / ".git" / "objects" / "pack" / "pack-circle.pack"
    place.write_bytes(body + sha1(body).digest())
    names, offsets = [one, two], [12, 12 + len(entries[0])]
    fanout = b"".join(struct.pack(">I", sum(n[0] <= b for n in names)) for b in range(256))
    listing = b"\xfftOc\0\0\0\2" + fanout + one + two
    listing += b"".join(struct.pack(">I", zlib.crc32(entry)) for entry in entries)
    listing += struct.pack(">II", *offsets) + sha1(body).digest()
    place.with_suffix(".idx").write_bytes(listing + sha1(listing).digest())
    assert looked(repo.top) == (keys, False)


LOOSE = {
    "garbage": b"garbage",
    "empty": b"",
    "cut": zlib.compress(b"blob 40\0" + b"x" * 40)[:-5],
    "short": zlib.compress(b"blob 41\0" + b"x" * 40),
    "kind": zlib.compress(b"blub 40\0" + b"x" * 40),
    "headless": zlib.compress(b"x" * 40),
    "number": zlib.compress(b"blob -1\0" + b"x" * 40),
}


@pytest.mark.parametrize("content", LOOSE.values(), ids=LOOSE)
def test_damaged_loose_objects_make_a_scan_incomplete(damaged: Damaged, content: bytes) -> None:
    repo, keys, _ = damaged
    folder = repo.top / ".git" / "objects" / "11"
    folder.mkdir()
    (folder / ("1" * 38)).write_bytes(content)
    assert looked(repo.top) == (keys, False)


def test_a_loose_object_with_trailing_bytes_is_read(damaged: Damaged) -> None:
    """Git takes it, and sees what it says that it is; so do we, and say that there is more."""
    repo, keys, _ = damaged
    content = zlib.compress(b"blob 40\0" + b"x" * 40) + b"more"
    (repo.top / ".git" / "objects" / "11").mkdir()
    (repo.top / ".git" / "objects" / "11" / ("1" * 38)).write_bytes(content)
    assert looked(repo.top) == (keys, False)
    seen = spied(repo.top)
    assert found_by(seen) == slow(repo.top)
    assert [skip.reason for skip in seen.skipped] == [describe_gap("loose objects", len(b"more"))]


def insert_bytes(packed: Path, at: int, more: bytes) -> None:
    """Insert bytes in front of an entry of a pack, or behind the last one; adapt the index."""
    whole = packed.read_bytes()[:-20]
    whole = whole[:at] + more + whole[at:]
    packed.write_bytes(whole + sha1(whole).digest())
    listing = packed.with_suffix(".idx")
    listing.chmod(0o600)
    index = listing.read_bytes()
    count = int.from_bytes(index[1028:1032])
    table = 1032 + 24 * count
    offsets = struct.unpack(f">{count}I", index[table : table + 4 * count])
    moved = struct.pack(f">{count}I", *(o + len(more) * (o >= at) for o in offsets))
    body = index[:table] + moved + sha1(whole).digest()
    listing.write_bytes(body + sha1(body).digest())


def test_bytes_between_the_entries_of_a_pack_are_reported(damaged: Damaged) -> None:
    """Neither the index nor git knows of an entry that is hidden there."""
    repo, keys, packed = damaged
    repo.git("-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq")
    (packed,) = repo.top.glob(".git/objects/pack/*.pack")
    packed.chmod(0o600)
    whole, listing = packed.read_bytes(), packed.with_suffix(".idx").read_bytes()
    shown = repo.git("verify-pack", "-v", str(packed)).splitlines()
    starts = sorted(int(line.split()[4]) for line in shown if len(line.split()) in (5, 7))
    hidden = bytes([3 << 4 | 5]) + zlib.compress(b"hello")
    for at in (*starts, len(whole) - 20):
        checksum = b"" if at == starts[0] else whole[at - 4 : at]
        for more in (b"x", hidden, hidden + checksum):
            packed.write_bytes(whole)
            packed.with_suffix(".idx").write_bytes(listing)
            insert_bytes(packed, at, more)
            seen = spied(repo.top)
            assert {fingerprint for _, _, fingerprint in found_by(seen)} == keys
            assert [skip.reason for skip in seen.skipped] == [describe_gap(str(packed), len(more))]
            check_sifts(str(repo.top), LENS)
    assert len(starts) > 6


def test_bytes_after_a_large_object_of_a_pack_are_reported(
    tmp_path: Path, make_key: MakeKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git reads the object."""
    monkeypatch.setattr(pack_walk, "MAX_IN_MEMORY", 1000)
    for where in (pack, native_packs):
        monkeypatch.setattr(where, "SMALL", 100)
    repo = Repo(tmp_path / "r")
    key = make_key()
    repo.commit({"f": filler(7, 90).decode() + key})
    repo.git("repack", "-adfq")
    (packed,) = repo.top.glob(".git/objects/pack/*.pack")
    packed.chmod(0o600)
    insert_bytes(packed, packed.stat().st_size - 20, b"more")
    seen = spied(repo.top)
    assert {found for _, _, found in found_by(seen)} == {fingerprint(key)}
    assert [skip.reason for skip in seen.skipped] == [describe_gap(str(packed), 4)]


def test_a_pack_with_hidden_bytes_is_not_cached(damaged: Damaged) -> None:
    repo, _, packed = damaged
    cache = repo.top.parent / "cache"
    insert_bytes(packed, 12, b"more")
    ran = [audit(repo.top, env={"XDG_CACHE_HOME": str(cache)}) for _ in range(2)]
    assert [one.code for one in ran] == [1, 1]
    assert [one.json()["complete"] for one in ran] == [False, False]


@pytest.mark.parametrize("is_folder", [True, False])
def test_an_object_file_with_an_upper_case_name_is_reported(
    damaged: Damaged, is_folder: bool
) -> None:
    """Git reads it on no file system that tells the cases apart."""
    repo, keys, _ = damaged
    folder = repo.top / ".git" / "objects" / ("AB" if is_folder else "ab")
    folder.mkdir()
    path = folder / (("c" if is_folder else "C") * 38)
    path.write_bytes(zlib.compress(b"blob 1\0x"))
    assert looked(repo.top) == (keys, False)
    assert [skip.reason.partition(": ")[0] for skip in spied(repo.top).skipped] == [str(path)]


def test_a_temporary_file_is_not_an_object(damaged: Damaged) -> None:
    repo, keys, _ = damaged
    folder = repo.top / ".git" / "objects" / "11"
    folder.mkdir()
    (folder / "tmp_obj_abc").write_bytes(b"half of an obj")
    assert looked(repo.top) == (keys, True)
    ids = list_object_ids(find_repository(str(repo.top)))
    assert ids and {len(one) for one in ids} == {40}


def test_a_decompression_bomb_in_a_pack_makes_a_scan_incomplete(damaged: Damaged) -> None:
    """An entry that says it is small and inflates to much more."""
    repo, keys, _ = damaged
    name = b"\x11" * 20
    entry = bytes([3 << 4 | 5]) + zlib.compress(b"\0" * (300 << 20), 9)
    body = b"PACK" + struct.pack(">II", 2, 1) + entry
    place = repo.top / ".git" / "objects" / "pack" / "pack-bomb.pack"
    place.write_bytes(body + sha1(body).digest())
    fanout = b"".join(struct.pack(">I", b >= 0x11) for b in range(256))
    listing = b"\xfftOc\0\0\0\2" + fanout + name + struct.pack(">II", zlib.crc32(entry), 12)
    listing += sha1(body).digest()
    place.with_suffix(".idx").write_bytes(listing + sha1(listing).digest())
    assert looked(repo.top) == (keys, False)


def test_a_blob_in_place_of_a_submodule(tmp_path: Path, make_key: MakeKey) -> None:
    """Git never follows such an entry, but the object is there."""
    repo = Repo(tmp_path / "r")
    key = make_key()
    blob = repo.blob(f"{key}\n")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{blob},sub")
    repo.record()
    repo.git("read-tree", "--empty")
    assert looked(repo.top) == ({fingerprint(key)}, True)
    same(repo.top, 1)


@pytest.mark.parametrize("encoding", ["UTF-16LE", "UTF-16BE"])
@pytest.mark.parametrize("is_packed", [True, False])
def test_keys_in_messages_in_utf_16(
    encoding: str, is_packed: bool, tmp_path: Path, make_key: MakeKey
) -> None:
    repo = Repo(tmp_path / "r")
    repo.commit({"f": "x"})
    tree, who = repo.id("HEAD^{tree}"), "a <a@b> 1 +0000"
    heads = {
        "commit": f"tree {tree}\nauthor {who}\ncommitter {who}\nencoding {encoding}\n\n",
        "tag": f"object {repo.id('HEAD')}\ntype commit\ntag t\ntagger {who}\n\n",
    }
    keys = {kind: make_key() for kind in heads}
    for kind, head in heads.items():
        content = head.encode() + f"see {keys[kind]}\n".encode(encoding)
        write = ("hash-object", "-t", kind, "--literally", "-w", "--stdin")
        repo.git("update-ref", f"refs/tags/{kind}", repo.git(*write, stdin=content))
    if is_packed:
        repo.git("repack", "-adfq")
    assert looked(repo.top) == (set(map(fingerprint, keys.values())), True)
    same(repo.top, 1)


def test_hidden_bytes_in_a_pack_with_a_delta_without_base(damaged: Damaged) -> None:
    """Git reads the objects of the pack."""
    repo, keys, _ = damaged
    base = repo.blob("x" * 100)
    delta = bytes([100, 2, 2]) + b"y\n"
    entry = bytes([7 << 4 | len(delta)]) + bytes.fromhex(base) + zlib.compress(delta)
    body = b"PACK" + struct.pack(">II", 2, 1) + entry + b"hidden"
    place = repo.top / ".git" / "objects" / "pack" / "pack-thin.pack"
    place.write_bytes(body + sha1(body).digest())
    name = sha1(b"blob 2\0y\n").digest()
    fanout = b"".join(struct.pack(">I", b >= name[0]) for b in range(256))
    listing = b"\xfftOc\0\0\0\2" + fanout + name + struct.pack(">II", zlib.crc32(entry), 12)
    listing += sha1(body).digest()
    place.with_suffix(".idx").write_bytes(listing + sha1(listing).digest())
    seen = spied(repo.top)
    assert {found for _, _, found in found_by(seen)} == keys
    assert describe_gap(str(place), 6) in [skip.reason for skip in seen.skipped]

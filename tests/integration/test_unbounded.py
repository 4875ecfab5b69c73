"""Input of a repository that has no end, no bottom, or far more in it than its size tells."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import sys
import zlib
from pathlib import Path

import pytest

from tests.support.command import WAKEYSCAN, Run, execute
from tests.support.files import write
from tests.support.keys import MakeKey
from tests.support.repositories import Repo
from wakeyscan.core import small_files
from wakeyscan.rules import loader

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no FIFO, no /dev/zero")

COMMANDS = {
    "configuration": (".wakeyscan.toml", ("scan",)),
    "named ignore file": ("other", ("scan", "--ignore-file", "other")),
    "named configuration": ("other.toml", ("scan", "--config", "other.toml")),
    "rule": ("rules/x.toml", ("scan", "--rules", "rules")),
    "report": ("r.json", ("ignore", "add", "--from", "r.json", "--reason=r")),
    "baseline": ("b.json", ("ignore", "import", "b.json", "--reason=r")),
    "message": ("m", ("scan", "message:m")),
}


KINDS = ["FIFO", "link to /dev/zero", "too large"]


def make_endless(file: Path, kind: str) -> None:
    file.parent.mkdir(exist_ok=True)
    if kind == "FIFO":
        os.mkfifo(file)
    elif kind == "too large":
        file.touch()
        os.truncate(file, (256 << 20) + 1)  # sparse: it takes no room
    else:
        file.symlink_to("/dev/zero")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", COMMANDS)
def test_an_endless_file_is_rejected(tmp_path: Path, run: Run, what: str, kind: str) -> None:
    name, command = COMMANDS[what]
    make_endless(tmp_path / name, kind)
    ran = run(*command)
    assert ran.code == 2, ran
    assert f"{name}: " in ran.err
    assert ": it is larger than " in ran.err or ": it is a device, FIFO or socket" in ran.err


@pytest.mark.parametrize("kind", KINDS)
def test_an_endless_ignore_file_hides_no_key(
    tmp_path: Path, run: Run, make_key: MakeKey, kind: str
) -> None:
    repo = Repo(tmp_path / "r")
    make_endless(repo.top / ".wakeyscanignore", kind)
    (repo.top / ".git/info/exclude").write_text(".wakeyscanignore\n")
    write(repo.top, {"a": "x"})
    clean = run("scan", "--format", "json", cwd=repo.top)
    (skipped,) = clean.json()["skipped"]
    assert (clean.code, clean.err) == (3, "")
    assert skipped["path"] == ".wakeyscanignore"
    assert "its entries were not applied" in skipped["reason"]
    write(repo.top, {"a": make_key()})
    assert run("scan", cwd=repo.top).code == 1


def test_a_link_to_a_file_is_followed(tmp_path: Path, run: Run, make_key: MakeKey) -> None:
    write(tmp_path, {"k": make_key(), "shared.toml": 'exclude = ["k"]'})
    (tmp_path / ".wakeyscan.toml").symlink_to("shared.toml")
    assert run("scan").code == 0


def test_a_linked_ignore_file_is_not_quoted(tmp_path: Path, run: Run) -> None:
    write(tmp_path, {"victim": "deadbeef hunter2 # x\n", "top/f": ""})
    (tmp_path / "top" / ".wakeyscanignore").symlink_to("../victim")
    ran = run("scan", cwd=tmp_path / "top")
    assert ran.code == 2
    assert "hunter2" not in ran.err


EXTREMES = {
    "lists": b"%s = " + b"[" * 2000,
    "tables": b"%s = " + b"{a = " * 2000,
    "dotted keys": b"%s" + b".a" * 300_000 + b" = 1",
    "deep headers": b"[%s" + b".a" * 99 + b"]\na" + b".a" * 90 + b" = 1",
    "decimal": b"%s = " + b"9" * 5000,
    "hexadecimal": b"%s = 0x" + b"f" * 100_000,
}


@pytest.mark.parametrize("text", EXTREMES.values(), ids=EXTREMES)
@pytest.mark.parametrize("place", ["configuration", "rule"])
def test_extreme_toml_is_rejected(tmp_path: Path, run: Run, text: bytes, place: str) -> None:
    name, command = COMMANDS[place]
    key = b"rule" if place == "configuration" else b"severity"
    write(tmp_path, {name: text % key})
    ran = run(*command)
    assert ran.code == 2, ran.err[-300:]
    assert ran.err.startswith(f"wakeyscan: {name}: invalid TOML: ")


def test_builtin_rules_are_within_the_toml_limits() -> None:
    for path in Path(loader.find_builtin_folder()).glob("*.toml"):
        assert small_files.parse_toml(path.read_bytes())


@pytest.mark.parametrize("what", ["report", "baseline"])
def test_deeply_nested_json_is_rejected(tmp_path: Path, run: Run, what: str) -> None:
    name, command = COMMANDS[what]
    write(tmp_path, {name: b"[" * 100_000})
    ran = run(*command)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert name in ran.err


def test_a_deeply_nested_event_is_rejected(tmp_path: Path, run: Run) -> None:
    write(tmp_path, {"e.json": b"[" * 100_000})
    env = {"GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(tmp_path / "e.json")}
    Repo(tmp_path)
    ran = run("action", env=env)
    assert ran.code == 2
    assert "nested too deeply" in ran.err


def test_aliases_in_a_baseline_do_not_multiply(tmp_path: Path, run: Run) -> None:
    levels = [b"l0: &l0 {a: b}", *(b"l%d: &l%d {<<: [*l%d, *l%d]}" % (n, n, n - 1, n - 1)
                                   for n in range(1, 60))]  # fmt: skip
    write(tmp_path, {"b.yml": b"fingerprint_algorithm: kingfisher\n" + b"\n".join(levels)})
    ran = run("ignore", "import", "b.yml", "--reason=r")
    assert ran.code == 2
    assert "contains an alias" in ran.err


# Packs

BLOB, OFS_DELTA = 3, 6


def varint(number: int, first: int = 0, bits: int = 7) -> bytes:
    text, number = [first | number & ((1 << bits) - 1)], number >> bits
    while number:
        text[-1] |= 0x80
        text.append(number & 0x7F)
        number >>= 7
    return bytes(text)


def distance(number: int) -> bytes:
    text = [number & 0x7F]
    while number := number >> 7:
        number -= 1
        text.insert(0, 0x80 | number & 0x7F)
    return bytes(text)


def copies(base: int, count: int = 1) -> bytes:
    """Make the delta that copies all of a base again and again."""
    step = 0xFF0000
    pieces = [(at, min(step, base - at)) for at in range(0, base, step)]
    orders = [b"\xff" + struct.pack("<I", at) + struct.pack("<I", size)[:3] for at, size in pieces]
    return varint(base) + varint(base * count) + b"".join(orders) * count


class PackMaker:
    """Writes entries of a pack, whatever they claim; ids are made up."""

    def __init__(self) -> None:
        self.data = b""
        self.offsets: list[int] = []

    def add(self, content: bytes, base: int = -1) -> int:
        """Add a blob, or a delta of an entry, and return its offset."""
        at = len(self.data) + 12
        kind = BLOB if base < 0 else OFS_DELTA
        head = varint(len(content), kind << 4, 4) + (b"" if base < 0 else distance(at - base))
        self.data += head + zlib.compress(content, 9)
        self.offsets.append(at)
        return at

    def write(self, repo: Repo) -> None:
        """Write the pack with its index."""
        data = b"PACK" + struct.pack(">II", 2, len(self.offsets)) + self.data
        data += (total := hashlib.sha1(data).digest())
        rows = sorted((hashlib.sha1(b"%d" % at).digest(), at) for at in self.offsets)
        fanout = [sum(name[0] <= n for name, _ in rows) for n in range(256)]
        index = b"\xfftOc" + struct.pack(">I", 2) + struct.pack(">256I", *fanout)
        index += b"".join(name for name, _ in rows) + bytes(4 * len(rows))
        index += b"".join(struct.pack(">I", at) for _, at in rows) + total
        folder = repo.top / ".git/objects/pack"
        folder.mkdir(exist_ok=True)
        name = f"pack-{total.hex()}"
        (folder / f"{name}.pack").write_bytes(data)
        (folder / f"{name}.idx").write_bytes(index + hashlib.sha1(index).digest())


def audited(repo: Repo, megabytes: int) -> tuple[int, dict[str, list[dict[str, str]]]]:
    """Audit with so much memory for each process."""
    line = f"ulimit -v {megabytes << 10}; exec {WAKEYSCAN} audit --no-cache --jobs 1 --format json"
    ran = execute(["sh", "-c", line], repo.top)
    assert ran.err == ""
    return ran.code, json.loads(ran.out)


@pytest.mark.parametrize("bits", [31, 40, 62, 63], ids=str)
def test_a_delta_that_claims_too_much_memory_is_reported(
    tmp_path: Path, make_key: MakeKey, bits: int
) -> None:
    repo, made = Repo(tmp_path / "r"), PackMaker()
    base = made.add(make_key().encode())
    text = copies(48)
    bomb = made.add(text[:1] + varint(1 << bits) + text[2:], base)
    made.add(copies(48), bomb)
    made.write(repo)
    code, report = audited(repo, 1500)
    assert code == 1  # the key is found all the same
    reasons = [one["reason"] for one in report["skipped"]]
    assert sum(f"takes {1 << bits:,} bytes of memory" in reason for reason in reasons) == 2


@pytest.mark.parametrize("deep", [0, 1], ids=["deep child first", "deep child last"])
def test_bases_that_wait_for_a_second_child_are_not_all_held(tmp_path: Path, deep: int) -> None:
    repo, made, size, levels = Repo(tmp_path / "r"), PackMaker(), 36 << 20, 30
    base = made.add(bytes(size))
    for _ in range(levels):
        base = [made.add(copies(size), base) for _ in range(2)][deep]
    made.write(repo)
    code, report = audited(repo, 900)
    assert (code, report["skipped"]) == (0, [])


def test_a_delta_of_itself_is_a_gap(tmp_path: Path, make_key: MakeKey) -> None:
    """Its distance is zero: no entry is its base, so nothing builds it."""
    repo, made = Repo(tmp_path / "r"), PackMaker()
    made.add(make_key().encode())
    made.add(copies(48), len(made.data) + 12)
    made.write(repo)
    code, report = audited(repo, 1500)
    assert (code, len(report["findings"])) == (1, 1)
    assert any(one["gap"] for one in report["skipped"])


def test_a_stream_that_the_user_names_is_read(run: Run, tmp_path: Path, make_key: MakeKey) -> None:
    write(tmp_path, {"a": make_key()})
    line = f"exec {WAKEYSCAN} scan a --config <(echo 'fail-on = \"never\"')"
    assert execute(["bash", "-c", line], tmp_path).code == 0

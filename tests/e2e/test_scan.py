"""`wakeyscan scan`: what is found where, what it ends with, and what it says of gaps."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from base64 import b64encode
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.command import (
    INTERRUPTIBLE_WAKEYSCAN,
    TIMEOUT,
    WAKEYSCAN,
    Ran,
    Run,
    environment,
    execute,
    start_program,
)
from tests.support.files import write
from tests.support.keys import MakeKey, fingerprint, mask

JOBS = ("1", "2", "4")
FORMATS = ("text", "json", "sarif", "github")
FULL = Path("/dev/full")


class Place(NamedTuple):
    """Where a key was planted, and so is to be found."""

    path: str
    line: int
    column: int
    end_column: int
    encoding: str
    fingerprint: str


def places(report: Any) -> list[Place]:
    """List where a JSON report has findings, in its order."""
    return [Place(*(finding[field] for field in Place._fields)) for finding in report["findings"]]


def gaps(report: Any) -> list[tuple[str, str]]:
    """List what a JSON report says was not looked at."""
    return [(item["path"], item["reason"]) for item in report["skipped"]]


class Kind(NamedTuple):
    """A way to write a file."""

    name: str
    codec: str = "utf-8"
    mark: bytes = b""
    end: str = "\n"
    before: str = 'key = "'
    encoding: str = "plain"
    shift: int = -1
    """Of base64: how the key stands to the groups of three bytes."""


KINDS = (
    Kind("plain"),
    Kind("crlf", end="\r\n"),
    Kind("cr", end="\r"),
    Kind("tabs", before='\t\t"a":\t"'),
    Kind("emoji", before="# 😀👩‍👩‍👧 é中: "),
    Kind("marked", mark=BOM_UTF8, before='"'),
    Kind("latin", codec="latin-1", before="clé = "),
    Kind("utf16le", "utf-16-le", BOM_UTF16_LE, "\r\n", "😀\tset ", "utf-16"),
    Kind("utf16be", "utf-16-be", BOM_UTF16_BE, "\r\n", "中 ", "utf-16"),
    Kind("utf16le-bare", "utf-16-le", end="\r\n", before="😀 ", encoding="utf-16"),
    Kind("utf16be-bare", "utf-16-be", before="é = ", encoding="utf-16"),
    Kind("utf32le", "utf-32-le", BOM_UTF32_LE, before="😀 ", encoding="utf-32"),
    Kind("utf32be", "utf-32-be", BOM_UTF32_BE, before="中 ", encoding="utf-32"),
    Kind("utf32le-bare", "utf-32-le", before="k=", encoding="utf-32"),
    Kind("utf32be-bare", "utf-32-be", end="\r\n", before="k=", encoding="utf-32"),
    Kind("base64-0", encoding="base64", shift=0),
    Kind("base64-1", encoding="base64", shift=1),
    Kind("base64-2", encoding="base64", shift=2),
)
NAMES = ("src/{}.py", "a b/{}.js", "ünï/{}.cfg", "deep/er/and/deeper/{}")


def plant(kind: Kind, keys: list[str]) -> tuple[bytes, list[tuple[int, int, int, str]]]:
    """Write keys on every other line; give the file, and line, column, end column of each."""
    lines, found = ["start", ""], []
    for key in keys:
        text = key
        if kind.shift >= 0:
            text = b64encode(f"{' ' * (3 + kind.shift)}{key}\n".encode()).decode()
        lines += [f'{kind.before}{text}";', "x" * (len(lines) % 5)]
        column = len(kind.before) + 1
        found.append((len(lines) - 1, column, column + len(text), fingerprint(key)))
    return kind.mark + kind.end.join(lines).encode(kind.codec), found


def thousand(make_key: MakeKey) -> Iterator[tuple[str, bytes, list[Place]]]:
    """Make 500 files with two keys each, and 150 without any."""
    for number, kind, name in zip(range(500), cycle(KINDS), cycle(NAMES), strict=False):
        path = name.format(f"{number:03}-{kind.name}")
        content, found = plant(kind, [make_key(), make_key(16 + number % 100)])
        yield path, content, [Place(path, *at[:3], kind.encoding, at[3]) for at in found]
    for number in range(150):
        yield f"clean/{number}.txt", b"nothing\r\n" * number, []


def test_a_thousand_keys_are_found_with_any_number_of_jobs(
    tmp_path: Path, run: Run, make_key: MakeKey
) -> None:
    wanted: list[Place] = []
    for path, content, found in thousand(make_key):
        write(tmp_path, {path: content})
        wanted += found
    ran = [run("scan", "--format=json", f"--jobs={jobs}") for jobs in (*JOBS, JOBS[-1])]
    report = ran[0].json()
    assert len(wanted) == 1000
    assert places(report) == sorted(wanted)
    assert report["complete"] is True
    assert report["coverage"] == {
        "documents": 650,
        "bytes": sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()),
        "skipped": 0,
        "opaque": 0,
        "excluded": 0,
    }
    assert [(one.code, one.out == ran[0].out, one.err) for one in ran] == [(1, True, "")] * 4


@pytest.mark.parametrize("jobs", JOBS)
def test_skipped_files_among_many_are_reported(
    tmp_path: Path, run: Run, make_key: MakeKey, jobs: str
) -> None:
    # Beyond the first 256 other processes look: they have to tell of gaps and empty files, too.
    write(tmp_path, {f"{number:03}.txt": "a" * (number % 3) for number in range(600)})
    key = make_key()
    write(tmp_path, {"z/large.py": f"k = '{key}'" + " " * 2000, "z/key.py": f"k = '{key}'"})
    os.symlink(f"/home/{make_key()}", tmp_path / "z/link")
    ran = run("scan", ".", "--format=json", f"--jobs={jobs}", "--max-file-size=1k")
    report = ran.json()
    size = len(f"k = '{key}'") + 2000
    assert ran.code == 1
    assert [place.path for place in places(report)] == ["z/key.py", "z/link"]
    assert gaps(report) == [("z/large.py", f"larger than --max-file-size: {size:,} of 1,024 bytes")]
    assert report["coverage"]["documents"] == 602


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_key_deep_in_a_large_file_has_the_right_line(
    tmp_path: Path, run: Run, make_key: MakeKey, jobs: str
) -> None:
    write(tmp_path, {f"{number:03}.txt": "a" for number in range(300)})
    lines = (17 << 20) // len(b"one line\r\n")
    write(tmp_path, {"z/clean.log": b"one line\r\n" * lines})
    write(tmp_path, {"z/large.log": b"one line\r\n" * lines + f"k={make_key()}\r\n".encode()})
    report = run("scan", ".", "--format=json", f"--jobs={jobs}").json()
    assert [place[:3] for place in places(report)] == [("z/large.log", lines + 1, 3)]
    assert report["coverage"]["documents"] == 302


@pytest.mark.parametrize("jobs", JOBS)
def test_a_size_limit_of_zero_scans_only_empty_files(tmp_path: Path, run: Run, jobs: str) -> None:
    write(tmp_path, {f"{number:03}.txt": "a" * (number % 2) for number in range(600)})
    report = run("scan", "--format=json", f"--jobs={jobs}", "--max-file-size=0").json()
    assert report["coverage"] == {
        "documents": 300,
        "bytes": 0,
        "skipped": 300,
        "opaque": 0,
        "excluded": 0,
    }


# What a scan ends with (contract, section 3)


@pytest.fixture
def levels(tmp_path: Path, make_key: MakeKey) -> Path:
    """Make folders, each with one finding, of a severity that it is called after."""
    key, name = make_key(), make_key(24, prefix="")
    write(
        tmp_path,
        {
            "high/a.py": f"k = '{key}'\n",
            "critical/a.html": f"<b id='{key}'>\n",
            "low/b.ini": f"X-App-Key: {name}\n",
            "medium/c.py": f"headers = {{'Authorization': 'Bearer {name}'}}\n",
            "clean/d.py": "k = 1\n",
        },
    )
    return tmp_path


@pytest.mark.parametrize(
    ("folder", "level", "code"),
    [
        *((folder, "note", 1) for folder in ("low", "medium", "high", "critical")),
        *((folder, "low", 1) for folder in ("low", "medium", "high", "critical")),
        *((folder, "medium", 1) for folder in ("medium", "high", "critical")),
        *((folder, "high", 1) for folder in ("high", "critical")),
        ("critical", "critical", 1),
        ("low", "medium", 0),
        ("medium", "high", 0),
        ("high", "critical", 0),
        *((folder, "never", 0) for folder in ("low", "medium", "high", "critical")),
        *(("clean", level, 0) for level in ("note", "low", "critical", "never")),
    ],
)
def test_fail_on_sets_the_severity_that_fails(
    levels: Path, run: Run, folder: str, level: str, code: int
) -> None:
    ran = run("scan", folder, "--fail-on", level, "--format=json")
    found = [finding["severity"] for finding in ran.json()["findings"]]
    assert (ran.code, found, ran.err) == (code, [folder] * (folder != "clean"), "")


def test_fail_on_is_low_by_default(levels: Path, run: Run) -> None:
    assert [run("scan", folder).code for folder in ("low", "clean")] == [1, 0]


@pytest.mark.parametrize(
    ("level", "code"),
    [("low", 1), ("high", 1), ("critical", 3), ("never", 3)],
)
def test_a_skipped_file_changes_the_exit_code_only_without_findings(
    levels: Path, run: Run, level: str, code: int
) -> None:
    os.mkfifo(levels / "high/pipe")
    assert run("scan", "high", "--fail-on", level).code == code


def test_a_clean_scan_prints_a_summary(levels: Path, run: Run) -> None:
    assert run("scan", "clean") == Ran(0, "No keys found.\nScanned 1 file (6 bytes).\n", "")


def test_an_incomplete_scan_lists_what_it_skipped(tmp_path: Path, run: Run) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert run("scan") == Ran(
        3,
        "No keys found, but the scan was incomplete.\n\n"
        "Skipped (1):\n  pipe: a FIFO, not scanned\n\n"
        "Scanned 0 files (0 bytes).\n",
        "",
    )


def test_a_finding_has_every_field(tmp_path: Path, run: Run, make_key: MakeKey) -> None:
    key, other = make_key(), make_key()
    write(tmp_path, {"conf/a.env": f"# 😀\r\n\tA={key} B={other}\r\n"})
    report = run("scan", "conf/a.env", "--format=json").json()
    shared = {
        "rule": "wastack-api-key",
        "severity": "high",
        "path": "conf/a.env",
        "within": "",
        "line": 2,
        "encoding": "plain",
        "bounds": "certain",
        "exposure": "configuration",
        "standing": "reported",
        "reason": "",
        "liveness": "unchecked",
        "excerpt": f"A={mask(key)} B={mask(other)}",
        "details": {},
    }
    first = {"fingerprint": fingerprint(key), "secret": mask(key), "column": 4, "end_column": 52}
    second = {"fingerprint": fingerprint(other), "secret": mask(other)}
    second |= {"column": 55, "end_column": 103}  # type: ignore[dict-item]
    assert report["findings"] == [shared | first, shared | second]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        pytest.param("nowhere", "nowhere: no such file or directory", id="missing"),
        pytest.param("a/nowhere.py", "a/nowhere.py: no such file or directory", id="missing below"),
        pytest.param("dangling", "dangling: no such file or directory", id="dangling link"),
        pytest.param(
            "loop", "loop: cannot be read: Too many levels of symbolic links", id="loop of links"
        ),
        pytest.param("a/b.py/c", "a/b.py/c: cannot be read: Not a directory", id="below a file"),
        pytest.param("n" * 300, f"{'n' * 300}: cannot be read: File name too long", id="too long"),
        pytest.param("\x1b[31m", "\\x1b[31m: no such file or directory", id="escape sequence"),
        pytest.param("no:such", "no:such: no such file or directory", id="no such scheme"),
    ],
)
def test_a_target_that_cannot_be_scanned_is_rejected(
    tmp_path: Path, run: Run, make_key: MakeKey, target: str, said: str
) -> None:
    write(tmp_path, {"a/b.py": f"k = '{make_key()}'"})
    os.symlink("gone", tmp_path / "dangling")
    os.symlink("loop", tmp_path / "loop")
    # The finding in `a` is not reported: the job could not be done.
    assert run("scan", "a", target) == Ran(2, "", f"wakeyscan: {said}\n")


def test_a_key_as_a_target_is_masked(run: Run, make_key: MakeKey) -> None:
    key = make_key()
    ran = run("scan", key)
    assert (ran.code, ran.out) == (2, "")
    assert not leaks(ran, key)


def leaks(ran: Ran, key: str) -> list[str]:
    """Return the streams that show more of a key than its prefix."""
    body = key[len("wa_live_") :]
    return [name for name in ("out", "err") if body[:8] in getattr(ran, name)]


# stdin and stdout


def test_a_key_in_stdin_is_found(run: Run, make_key: MakeKey) -> None:
    key = make_key()
    ran = run("scan", "-", "--format=json", stdin=f"a\nk={key}\n".encode())
    assert ran.code == 1
    assert places(ran.json()) == [Place("<stdin>", 2, 3, 51, "plain", fingerprint(key))]


@pytest.mark.parametrize(
    ("stdin", "documents"), [(b"", 1), (b"a\n", 1)], ids=["nothing", "something"]
)
def test_a_clean_stdin_is_one_document(run: Run, stdin: bytes, documents: int) -> None:
    ran = run("scan", "-", "--format=json", stdin=stdin)
    assert (ran.code, ran.json()["coverage"]["documents"]) == (0, documents)


def test_stdin_over_the_limit_is_skipped(run: Run, make_key: MakeKey) -> None:
    ran = run("scan", "-", "--max-file-size=20", "--format=json", stdin=make_key().encode())
    assert ran.code == 3
    assert gaps(ran.json()) == [("<stdin>", "larger than --max-file-size: 48 of 20 bytes")]


def test_a_file_named_like_stdin_is_scanned(tmp_path: Path, run: Run, make_key: MakeKey) -> None:
    write(tmp_path, {"-": make_key()})
    ran = run("scan", "-", "--format=json", stdin=b"")
    assert (ran.code, [place.path for place in places(ran.json())]) == (1, ["-"])


@pytest.mark.parametrize(
    ("redirection", "said"),
    [
        pytest.param(">&-", "stdout is closed, so nothing can be written there", id="closed"),
        pytest.param(
            ">/dev/full",
            "stdout cannot be written: No space left on device",
            id="full",
            marks=pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here"),
        ),
        pytest.param(
            "- <&-", "-: standard input is closed; redirect a file or a pipe to it", id="no stdin"
        ),
    ],
)
@pytest.mark.parametrize("planted", [False, True], ids=["clean", "finding"])
def test_unusable_streams_are_reported(
    tmp_path: Path, make_key: MakeKey, redirection: str, said: str, planted: bool
) -> None:
    write(tmp_path, {"a.py": make_key() if planted else ""})
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" scan a.py {redirection}', WAKEYSCAN],
        cwd=tmp_path,
        env=environment(),
        stderr=subprocess.PIPE,
        timeout=TIMEOUT,
        check=False,
    )
    assert (done.returncode, done.stderr.decode()) == (2, f"wakeyscan: {said}\n")


def test_a_closed_stderr_does_not_change_the_exit_code(tmp_path: Path) -> None:
    command = ["sh", "-c", 'exec "$0" scan gone 2>&-', WAKEYSCAN]
    assert subprocess.run(command, cwd=tmp_path, timeout=TIMEOUT, check=False).returncode == 2


def test_a_broken_pipe_is_reported(tmp_path: Path, make_key: MakeKey) -> None:
    write(tmp_path, {"a.py": "\n".join(f"k = '{make_key()}'" for _ in range(2000))})
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [WAKEYSCAN, "scan", "a.py"],
        cwd=tmp_path,
        stdout=writer,
        stderr=subprocess.PIPE,
        timeout=TIMEOUT,
        check=False,
    )
    os.close(writer)
    said = b"wakeyscan: stdout cannot be written: Broken pipe\n"
    assert (done.returncode, done.stderr) == (2, said)


def waiting(
    tmp_path: Path, *arguments: str, before: tuple[str, ...] = ()
) -> subprocess.Popen[bytes]:
    """Start a scan of stdin, and give it when it has read some and waits for more."""
    process = subprocess.Popen(
        [*INTERRUPTIBLE_WAKEYSCAN, "scan", *before, "-", *arguments],
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin
    process.stdin.write(b"\n" * (1 << 20))  # more than a pipe holds: most of it was read
    process.stdin.flush()
    return process


def test_an_interrupt_exits_with_130(tmp_path: Path) -> None:
    with waiting(tmp_path) as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, err) == (130, b"wakeyscan: interrupted\n")
    assert b"interrupted before everything was scanned" in out


def test_an_interrupted_scan_reports_its_findings_so_far(tmp_path: Path, key: str) -> None:
    write(tmp_path, {"a": key})
    with waiting(tmp_path, before=("a",)) as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, err) == (130, b"wakeyscan: interrupted\n")
    assert f"1:1  high      wastack-api-key  {mask(key)}" in out.decode()


# Files that change while the scan is under way: it holds still at stdin


def go_on(process: subprocess.Popen[bytes]) -> Ran:
    out, err = process.communicate(timeout=TIMEOUT)
    return Ran(process.returncode, out.decode(), err.decode())


def test_a_file_deleted_during_the_scan_is_a_gap(tmp_path: Path, make_key: MakeKey) -> None:
    write(tmp_path, {"a.py": make_key()})
    with waiting(tmp_path, "a.py", "--format=json") as process:
        (tmp_path / "a.py").unlink()
        ran = go_on(process)
    assert ran.code == 3
    assert gaps(ran.json()) == [("a.py", "was deleted or moved during the scan")]


def test_a_file_that_becomes_a_fifo_is_a_gap(tmp_path: Path, make_key: MakeKey) -> None:
    write(tmp_path, {"a.py": make_key()})
    with waiting(tmp_path, "a.py", "--format=json") as process:
        (tmp_path / "a.py").unlink()
        os.mkfifo(tmp_path / "a.py")
        ran = go_on(process)
    assert ran.code == 3
    assert gaps(ran.json()) == [("a.py", "a FIFO, not scanned")]


def test_a_file_that_becomes_a_link_is_not_followed(tmp_path: Path, make_key: MakeKey) -> None:
    outside = tmp_path / "outside"
    write(tmp_path, {"in/a.py": "", "outside": make_key()})
    with waiting(tmp_path, "in/a.py", "--format=json") as process:
        (tmp_path / "in/a.py").unlink()
        os.symlink(outside, tmp_path / "in/a.py")
        ran = go_on(process)
    assert (ran.code, ran.json()["findings"]) == (0, [])


def test_a_file_that_keeps_growing_is_scanned(tmp_path: Path, run: Run, make_key: MakeKey) -> None:
    key = make_key()
    write(tmp_path, {"a.log": f"{key}\n"})
    code = "f = open('a.log', 'a')\nprint(flush=True)\nwhile f.tell() < 4 << 20: f.write('x' * 99)"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE) as writer:
        assert writer.stdout
        writer.stdout.readline()
        for _ in range(5):
            ran = run("scan", "a.log", "--format=json")
            wanted = [Place("a.log", 1, 1, 49, "plain", fingerprint(key))]
            assert (ran.code, places(ran.json())) == (1, wanted)


def test_a_file_larger_than_its_reported_size_is_scanned(make_key: MakeKey) -> None:
    file = Path("/proc/self/environ")
    if not file.exists():
        pytest.skip("there is no /proc here")
    # The file has the environment that the process started with.
    ran = start_program([WAKEYSCAN, "scan", str(file), "--format=json"], env={"A_KEY": make_key()})
    assert (ran.code, len(ran.json()["findings"])) == (1, 1)


# Large files

BORDER = 16 << 20
OWN = BORDER - (256 << 10)
SIZE = 300 << 20
MEASURE = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, file=sys.stderr)
sys.exit(code)
"""


def measured(folder: Path, name: str) -> Ran:
    """Scan a file; stderr says how many MiB were taken at most."""
    command = [sys.executable, "-c", MEASURE, WAKEYSCAN, "scan", name, "--format=json"]
    return execute(command, folder)


def test_a_large_file_with_one_line_is_scanned_in_bounded_memory(
    tmp_path: Path, make_key: MakeKey
) -> None:
    keys = [make_key() for _ in range(4)]
    at = [100, OWN - 20, BORDER - 20, SIZE - len(keys[3])]
    with open(tmp_path / "a.bin", "wb") as file:
        file.write("😀".encode())
        for key, offset in zip(keys, at, strict=True):
            file.seek(offset)
            file.write(key.encode())
    ran = measured(tmp_path, "a.bin")
    columns = [offset - 3 + 1 for offset in at]  # the emoji has four bytes
    assert places(ran.json()) == [
        Place("a.bin", 1, column, column + 48, "plain", fingerprint(key))
        for key, column in zip(keys, columns, strict=True)
    ]
    assert ran.json()["coverage"]["bytes"] == SIZE
    assert ran.code == 1
    assert int(ran.err) < 300


def test_columns_are_right_after_a_chunk_border_inside_a_character(
    tmp_path: Path, make_key: MakeKey
) -> None:
    # UTF-16 after a mark: every border is inside a surrogate pair unless it is moved.
    key, emojis = make_key(), 6 << 20
    content = BOM_UTF16_LE + ("😀" * emojis + key).encode("utf-16-le")
    write(tmp_path, {"a.txt": content})
    ran = measured(tmp_path, "a.txt")
    wanted = [Place("a.txt", 1, emojis + 1, emojis + 49, "utf-16", fingerprint(key))]
    assert (ran.code, places(ran.json())) == (1, wanted)
    assert int(ran.err) < 300

"""Text reports in a terminal: lines that fit its width, colors and links."""

from __future__ import annotations

import fcntl
import re
import struct
import subprocess
import termios
from pathlib import Path

import pytest

from tests.support.command import WAKEYSCAN, environment, execute
from tests.support.dated_repository import Dated
from tests.support.fake_wastack import LIVE, REVOKED, FakeWAStack
from tests.support.files import write
from tests.support.keys import PREFIX, MakeKey, mask
from tests.support.terminal import Terminal
from wakeyscan.reports.terminal_text import find_host, measure

WIDTH = 62
LINK = re.compile(r"\x1b\]8;;([^\x1b]+)\x1b\\")
SUPPORTED = {"TERM": "xterm-256color", "TERM_PROGRAM": "vscode", "TMUX": "", "STY": ""}


def show(folder: Path, *arguments: str, **variables: str) -> str:
    """Run wakeyscan in a narrow terminal, and return what it writes there."""
    return show_answer(folder, b"", *arguments, **variables)


def show_answer(folder: Path, stdin: bytes, *arguments: str, **variables: str) -> str:
    """Do the same with a standard input."""
    terminal = Terminal()
    fcntl.ioctl(terminal.stderr, termios.TIOCSWINSZ, struct.pack("HHHH", 50, WIDTH, 0, 0))
    env = {**environment(), **SUPPORTED, **variables}
    env = {name: text for name, text in env.items() if text}
    process = subprocess.Popen(
        [WAKEYSCAN, *arguments],
        env=env,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=terminal.stderr,
        stderr=subprocess.DEVNULL,
    )
    terminal.close_stderr()
    assert process.stdin
    process.stdin.write(stdin)
    process.stdin.close()
    shown = terminal.read_rest().decode().replace("\r\n", "\n")
    process.wait()
    return shown


@pytest.fixture
def repo(tmp_path: Path, make_key: MakeKey) -> Dated:
    repo = Dated(tmp_path / "repo").at(1)
    long_line = f"{'first = second; ' * 6}key = '{make_key()}'; {'third = fourth; ' * 6}"
    repo.commit({"src/a b.js": long_line, "src/large": "x" * 5000, "b.md": f"`{make_key()}`\n"})
    repo.git("update-ref", "refs/remotes/origin/main", repo.id("HEAD"))
    return repo


@pytest.mark.parametrize("command", [("scan", "--max-file-size=4k"), ("audit", ".")])
def test_every_line_fits_and_shows_the_key(repo: Dated, command: tuple[str, ...]) -> None:
    shown = show(repo.top, *command)
    lines = shown.splitlines()
    assert [line for line in lines if measure(line) > WIDTH] == []
    (excerpt,) = (line for line in lines if "second" in line)
    assert re.search(rf"\| ….*{PREFIX}…\([0-9a-f]{{6}}\).*…", excerpt)
    assert "larger than --max-file-size" in " ".join(shown.split()) or command[0] == "audit"


def test_reasons_of_a_verdict_fit_below_it(tmp_path: Path, make_key: MakeKey) -> None:
    live, revoked = make_key(), make_key()
    keys = f"{live}\n{revoked}\n".encode()
    with FakeWAStack({live: LIVE, revoked: REVOKED}) as api:
        arguments = ("verify", "--api-url", api.url)
        shown = show_answer(tmp_path, keys, *arguments)
        piped = execute([WAKEYSCAN, *arguments], tmp_path, keys).out
    lines = shown.splitlines()
    assert lines[:2] == ["2 keys: 1 LIVE, 1 revoked.", ""]
    assert [line for line in lines if len(line) > WIDTH] == []
    assert {line[:1] for line in lines[2:]} == {"w", " "}
    assert " ".join(shown.split()).endswith(" ".join(piped.split()))
    assert [line.split()[0] for line in piped.splitlines()] == [mask(live), mask(revoked)]


@pytest.mark.parametrize("command", ["fix", "wipe"])
def test_a_summary_of_changes_fits(tmp_path: Path, make_key: MakeKey, command: str) -> None:
    transcript = tmp_path / ".claude" / "projects" / "p" / "s.jsonl"
    write(tmp_path, {"a.unknown": f"key {make_key()}\n", "a.py": f"k = '{make_key()}'\n"})
    write(transcript.parent, {transcript.name: f'{{"type": "user", "text": "{make_key()}"}}\n'})
    target = {"fix": ".", "wipe": "agents:claude"}[command]
    shown = show(tmp_path, command, target, HOME=str(tmp_path))
    sentences = [line for line in shown.splitlines() if " " in line.strip()]
    assert [line for line in sentences if measure(line) > WIDTH] == []
    assert "until you revoke it" in " ".join(shown.split())


NARROW = {"COLUMNS": ""}
SPACED = f"{'a folder/' * 9}a file.py"
COMMANDS = ("wakeyscan ", WAKEYSCAN, "git ", "echo ", "export ", "GIT_SEQUENCE_EDITOR=")


def list_wide(text: str, width: int = 80) -> list[str]:
    """Return the lines that are too wide, but for commands and for single names."""
    wide = [line.strip() for line in text.splitlines() if len(line) > width]
    return [line for line in wide if not line.startswith(COMMANDS) and SPACED not in line]


@pytest.mark.parametrize("command", ["scan", "audit", "hook"])
def test_a_report_without_a_terminal_has_eighty_columns(
    repo: Dated, make_key: MakeKey, command: str
) -> None:
    text = make_key()
    key = mask(text)
    content = f"{'first = second; ' * 9}key = '{text}'; {'third = fourth; ' * 9}"
    repo.stage({SPACED: content, "large": "x" * 5000, ".wakeyscanignore": f"{'0' * 32} # x\n"})
    if command == "audit":
        repo.git("commit", "-q", "-m", "c")
    options = {"scan": (), "audit": (), "hook": ("pre-commit",)}[command]
    ran = repo.run(command, *options, "--max-file-size=4k", env=NARROW)
    assert key in ran.out
    assert list_wide(ran.out) == []
    assert list_wide(ran.err) == []
    assert f"'{SPACED}'" in ran.out or SPACED in ran.out
    wide = repo.run(command, *options, "--max-file-size=4k", env={"COLUMNS": "200"})
    assert max(len(line) for line in wide.out.splitlines() if SPACED not in line) > 80
    assert list_wide(wide.out, 200) == []


def test_a_report_in_a_file_has_eighty_columns(repo: Dated) -> None:
    repo.run("scan", "--report", "text=report.txt", env=NARROW)
    assert list_wide((repo.top / "report.txt").read_text("utf-8")) == []


@pytest.mark.parametrize("command", ["scan", "audit"])
def test_places_are_links_to_the_files(repo: Dated, command: str) -> None:
    shown = show(repo.top, command)
    files = {"src/a%20b.js", "b.md"}
    assert set(LINK.findall(shown)) == {
        f"file://{find_host()}{repo.top.as_posix()}/{file}" for file in files
    }


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (("--color=never",), {}),
        ((), {"TERM_PROGRAM": "Apple_Terminal"}),
        ((), {"NO_COLOR": "1"}),
        (("-f", "json"), {}),
        (("--report", "text=/dev/null", "-o", "/dev/stdout"), {}),
    ],
)
def test_links_are_omitted_if_they_are_disabled(
    repo: Dated, arguments: tuple[str, ...], variables: dict[str, str]
) -> None:
    assert "\x1b]8" not in show(repo.top, "scan", *arguments, **variables)


def test_pushed_branches_and_verdicts_have_colors(repo: Dated) -> None:
    shown = show(repo.top, "audit")
    assert "\x1b[35mto origin/main\x1b[0m" in shown


def test_a_file_name_cannot_end_its_link(tmp_path: Path, make_key: MakeKey) -> None:
    key = make_key()
    write(tmp_path, {"a\x1b\\\x07.js": key, f"b-{key}": key})
    shown = show(tmp_path, "scan")
    (address,) = LINK.findall(shown)
    assert address.endswith("/a%1B%5C%07.js")
    assert key not in shown
    assert mask(key) in shown


def test_the_checks_of_doctor_fit_a_terminal(repo: Dated) -> None:
    lines = show(repo.top, "doctor").splitlines()
    assert [line for line in lines if len(line) > WIDTH] == []
    assert any(line.startswith(" " * 27) for line in lines)
    assert max(map(len, repo.run("doctor").out.splitlines())) > WIDTH

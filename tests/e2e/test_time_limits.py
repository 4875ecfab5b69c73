"""Asking ends: at no more than the rate that the API allows, and whatever the network does."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_verify import Api, lines, reasons, told
from tests.integration.test_wastack import most_in_a_span
from tests.support.command import WAKEYSCAN, environment
from tests.support.fake_wastack import REVOKED, FakeWAStack
from tests.support.files import write
from tests.support.keys import MakeKey, mask
from tests.support.terminal import Terminal

# Faults of the system, and a clock that jumps where one sleeps: given to the whole process.

NO_NAME = """
import socket
def getaddrinfo(*given, **named):
    raise socket.gaierror(socket.{code}, "as the system says it")
socket.getaddrinfo = getaddrinfo
"""

SILENT_RESOLVER = """
import socket, time
def getaddrinfo(*given, **named):
    time.sleep(3600)
socket.getaddrinfo = getaddrinfo
"""

CLOCK = """
import os, sys, time
real, skipped = time.monotonic, 0.0
def sleep(seconds):
    global skipped
    skipped += seconds
time.monotonic, time.sleep = lambda: real() + skipped, sleep
def note(event, arguments):
    if event == "socket.connect":
        with open(os.environ["MOMENTS"], "a") as file:
            file.write(f"{time.monotonic()}\\n")
sys.addaudithook(note)
"""


@pytest.fixture
def api(tmp_path: Path, make_key: MakeKey) -> Iterator[Api]:
    (tmp_path / "work").mkdir()
    with FakeWAStack({}) as standin:
        yield Api(standin, tmp_path / "work", make_key)


def start_with(api: Api, script: str) -> None:
    """Let Python run a script first, in each of its processes."""
    place = api.folder.parent / "first"
    write(place, {"sitecustomize.py": script})
    api.env["PYTHONPATH"] = str(place)


@pytest.mark.parametrize("code", ["EAI_NONAME", "EAI_AGAIN"])
def test_an_unknown_host_name_is_reported(api: Api, code: str) -> None:
    start_with(api, NO_NAME.format(code=code))
    key = api.key()
    api.source({"a": key})
    ran = api.scan("--require-verified", "--fail-on=never", "--api-url=https://api.example.org")
    assert (ran.code, told(ran)) == (3, {mask(key): ("high", "unknown", "reported")})
    assert reasons(ran) == {mask(key): "the host name api.example.org cannot be resolved"}


def test_a_resolver_that_never_responds_is_abandoned(api: Api) -> None:
    start_with(api, SILENT_RESOLVER)
    key = api.key()
    api.source({"a": key})
    ran = api.scan("--api-url", "https://api.example.org")  # which `execute` gives two minutes
    assert (ran.code, told(ran)) == (1, {mask(key): ("high", "unknown", "reported")})
    assert reasons(ran) == {mask(key): "no response within 10 s"}


def at_a_terminal(api: Api, *line: str, stdin: bytes = b"") -> tuple[int, bytes, bytes]:
    """Run wakeyscan with a terminal for stderr; give the code, stdout, and what is shown."""
    terminal = Terminal()
    with subprocess.Popen(
        [WAKEYSCAN, *line],
        cwd=api.folder,
        env=environment(**api.env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=terminal.stderr,
    ) as process:
        terminal.close_stderr()
        assert process.stdin and process.stdout
        process.stdin.write(stdin)
        process.stdin.close()
        shown = terminal.read_rest()
        out = process.stdout.read()
    return process.returncode, out, shown


@pytest.mark.parametrize("command", ["scan", "verify"])
def test_three_hundred_keys_keep_within_the_rate_and_show_progress(
    api: Api, command: str, tmp_path: Path
) -> None:
    start_with(api, CLOCK)
    api.env["MOMENTS"] = str(tmp_path / "moments")
    keys = lines(*(api.key(REVOKED) for _ in range(300)))
    api.source({"a": keys})
    asked = ("verify",) if command == "verify" else ("scan", "--verify", "src")
    code, out, shown = at_a_terminal(api, *asked, stdin=keys if command == "verify" else b"")
    assert code == 0
    assert out.count(b"revoked") >= 300
    assert len(api.asked) == len(set(api.asked)) == 300
    moments = [float(line) for line in (tmp_path / "moments").read_text().split()]
    assert len(moments) == 300
    # The pace is kept where a request begins. A request may reach its socket up to a second later;
    # the API's own limit of 60 leaves room for that.
    assert most_in_a_span(moments, 59) == 50
    assert most_in_a_span(moments) <= 60
    assert 300 <= moments[-1] - moments[0] < 360
    told_of = shown.decode().split("\r\x1b[K")
    assert (told_of[0], told_of[-1]) == ("", "")
    assert {f"{count} of 300 keys verified" for count in (50, 100, 150, 200, 250)} <= {
        text.partition(",")[0] for text in told_of
    }
    assert any(text.endswith("s left") for text in told_of)

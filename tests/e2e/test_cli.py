"""The command line: one law for both ways of reading it, exit codes, and where reports go."""

from __future__ import annotations

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.command import (
    INTERRUPTIBLE_WAKEYSCAN,
    TIMEOUT,
    WAKEYSCAN,
    Ran,
    Run,
    environment,
    execute,
)
from tests.support.files import write
from tests.support.keys import MakeKey, mask
from tests.support.reports import FORMATS as OWN_FORMATS
from tests.support.reports import hide_times
from wakeyscan import __version__
from wakeyscan.cli import arguments, click_parser, help_topics, main
from wakeyscan.cli.commands import COMMANDS
from wakeyscan.reports import REPORTS

NAMES = tuple(COMMANDS)
FORMATS = ", ".join(tuple(REPORTS))
MODULES = {name: COMMANDS.load(name) for name in NAMES}
CLEAN = "No keys found.\nScanned 1 file (1 byte).\n"


def by_click(name: str, line: list[str]) -> tuple[dict[str, Any], list[str]]:
    """Read a command line with the very click command that the front door makes."""
    read: list[Any] = []

    def note(*given: Any) -> int:
        read.append(given)
        return 0

    module = ModuleType(name)
    module.PARAMETERS = MODULES[name].PARAMETERS  # type: ignore[attr-defined]
    module.HELP = ""  # type: ignore[attr-defined]
    module.run = note  # type: ignore[attr-defined]
    click_parser.build_command(name, module).main(line, name, standalone_mode=False)()
    values, operands = read[0]
    return values, operands


WORDS = st.one_of(
    st.sampled_from(["a", "-", "--", "", "--help", "-x", "json", "a=b", "=", "---", "é"]),
    st.text("a-= é\n", max_size=4),
)


@st.composite
def command_lines(draw: st.DrawFn) -> tuple[str, list[str]]:
    name = draw(st.sampled_from([name for name in NAMES if MODULES[name].PARAMETERS.options]))
    options = MODULES[name].PARAMETERS.options
    line: list[str] = []
    for _ in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(["word", "option", "valued", "joined"]))
        option = draw(st.sampled_from(options))
        if kind == "word":
            line.append(draw(WORDS))
        elif kind == "option":
            line.append(f"--{option.name}")
        elif kind == "valued":
            line += [f"--{option.name}", *([draw(WORDS)] if option.metavar else [])]
        else:
            line.append(f"--{option.name}={draw(WORDS)}")
    return name, line


@given(command_lines())
@example(("scan", ["--format=", "a"]))
@example(("scan", ["--format", "", "--report=", "--report", ""]))
@example(("scan", ["--report", "a=b", "x", "--report=c=d", "--", "--report", "--"]))
@example(("scan", ["--quiet", "--quiet", "--jobs", "1", "--jobs=2", "-"]))
@example(("scan", ["--format", "-"]))
@example(("rules", ["list", "--rules", "x"]))
def test_the_fast_parser_agrees_with_click(line: tuple[str, list[str]]) -> None:
    name, words = line
    read = arguments.parse_arguments(words, MODULES[name].PARAMETERS)
    if read is not None:
        assert read == by_click(name, words)


@given(command_lines())
def test_a_plain_command_line_is_parsed_without_click(line: tuple[str, list[str]]) -> None:
    name, words = line
    parameters = MODULES[name].PARAMETERS
    plain = [word for word in words if not word.startswith("-")]
    for read, operands in ((plain, plain), (["--", *words], words)):
        takes = parameters.operands or not operands
        assert arguments.parse_arguments(read, parameters) == (({}, operands) if takes else None)


@pytest.mark.parametrize(
    "line",
    [
        ["--help"],
        ["-h"],
        ["-x"],
        ["-fjson"],
        ["-qv"],
        ["--nope"],
        ["--quiet=1"],
        ["--format"],
        ["--format", "--quiet"],
    ],
    ids=" ".join,
)
def test_an_unusual_command_line_is_left_to_click(line: list[str]) -> None:
    assert arguments.parse_arguments(line, MODULES["scan"].PARAMETERS) is None


@pytest.mark.parametrize("command", NAMES)
def test_every_option_has_help_and_a_variable_and_help_shows_both(run: Run, command: str) -> None:
    ran = run(command, "--help", env={"COLUMNS": "80"})
    shown = " ".join(ran.out.split())
    assert (ran.code, ran.err) == (0, "")
    for option in MODULES[command].PARAMETERS.options:
        lead = f"--{option.name} {option.metavar}".rstrip()
        variable = "WAKEYSCAN_" + option.name.upper().replace("-", "_")
        assert f"{lead} {' '.join(option.help.split())} [{variable}]" in shown
        assert option.help.endswith("."), option.name


@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize("command", NAMES)
def test_every_command_has_help(run: Run, command: str, flag: str) -> None:
    ran = run(command, flag)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Usage: wakeyscan {command} [OPTIONS]")


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_lists_every_command_and_the_exit_codes(run: Run, flag: str) -> None:
    ran = run(flag)
    assert (ran.code, ran.err) == (0, "")
    listed = ran.out.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    assert tuple(line.split()[0] for line in listed if not line.startswith("   ")) == NAMES
    shown = " ".join(ran.out.split())
    assert (
        "Exit codes: 0 no findings, 1 findings, 2 usage or environment error, 3 no findings,"
        in shown
    )


ACTIONS = [(name, action) for name, actions in help_topics.ACTIONS.items() for action in actions]


def test_help_of_every_action_shows_its_own_options_and_operands(run: Run) -> None:
    for name, action in ACTIONS:
        ran = run(name, action, "--help")
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith(f"Usage: wakeyscan {name} {action} [OPTIONS]")
    assert "--reason" in run("ignore", "add", "-h").out
    assert "--as " not in run("ignore", "add", "-h").out
    assert "--reason" not in run("ignore", "list", "-h").out


def test_help_of_a_command_lists_its_actions_groups_and_examples(run: Run) -> None:
    shown = run("ignore", "--help").out
    headings = re.findall(r"(?m)^(\w.*):$", shown)
    assert headings == [
        "Commands",
        *(f"{name} options" for name in ("Input", "Output", "Policy", "Performance", "Other")),
        "Examples",
    ]
    assert "  prune " in shown
    assert '\n  wakeyscan ignore add 3fa9c1 --reason "revoked on 2026-01-31"\n' in shown


def test_a_path_in_place_of_a_command_is_explained(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"src/a": "x"})
    said = "unknown command 'src'; for the file or folder, write: wakeyscan scan src"
    assert run("src") == Ran(2, "", f"wakeyscan: {said} (see wakeyscan --help)\n")


def test_without_arguments_help_goes_to_stderr(run: Run) -> None:
    # An empty variable in `wakeyscan $ARGS > report` must not look like a report.
    assert run() == Ran(2, "", run("--help").out)


def test_version_is_printed_by_the_option_and_by_the_module(run: Run) -> None:
    expected = Ran(0, f"wakeyscan {__version__}\n", "")
    assert run("--version") == expected
    assert execute([sys.executable, "-P", "-m", "wakeyscan", "--version"]) == expected


ONE_OF_IGNORE = "add, import, remove, list, prune or explain"
REFUSED = {
    "an unknown option": (
        ["scan", "--nope"],
        "No such option '--nope' (see wakeyscan scan --help)",
    ),
    "a misspelt option": (
        ["scan", "--verbosee"],
        "No such option '--verbosee'. Did you mean '--verbose'? (see wakeyscan scan --help)",
    ),
    "a value for a switch": (
        ["scan", "--quiet=1"],
        "Option '--quiet' does not take a value (see wakeyscan scan --help)",
    ),
    "no value": (
        ["scan", "--format"],
        "Option '--format' requires an argument (see wakeyscan scan --help)",
    ),
    "an unknown command": (
        ["scna"],
        "unknown command 'scna'; did you mean 'scan'? (see wakeyscan --help)",
    ),
    "a command like no other": (
        ["frobnicate"],
        "unknown command 'frobnicate' (see wakeyscan --help)",
    ),
    "an unknown option of an action": (
        ["ignore", "add", "--nope"],
        "No such option '--nope' (see wakeyscan ignore add --help)",
    ),
    "an option of another action": (
        ["ignore", "list", "--reason", "x"],
        "wakeyscan ignore list: --reason has no effect here (see wakeyscan ignore list --help)",
    ),
    "a misspelt action": (
        ["ignore", "prnue"],
        f"wakeyscan ignore: expected {ONE_OF_IGNORE}, got 'prnue'; did you mean 'prune'?",
    ),
    "an unknown option before the command": (
        ["--nope", "scan"],
        "No such option '--nope' (see wakeyscan --help)",
    ),
    "an unknown format": (
        ["scan", "--format", "txt"],
        f"unknown report format 'txt' (known: {FORMATS}); did you mean 'text'?",
    ),
    "a path for a format": (
        ["scan", "--format", "../json"],
        f"unknown report format '../json' (known: {FORMATS}); did you mean 'json'?",
    ),
    "a private module for a format": (
        ["scan", "--format", "__init__"],
        f"unknown report format '__init__' (known: {FORMATS})",
    ),
    "no format": (
        ["scan", "--format="],
        f"unknown report format '' (known: {FORMATS})",
    ),
    "an unknown format of a report": (
        ["scan", "--report", "txt=x"],
        f"unknown report format 'txt' (known: {FORMATS}); did you mean 'text'?",
    ),
    "a report without a file": (
        ["scan", "--report", "sarif"],
        "--report: expected NAME=FILE, for example sarif=wakeyscan.sarif, got 'sarif'",
    ),
    "a report with an empty file": (
        ["scan", "--report", "sarif="],
        "--report: expected NAME=FILE, for example sarif=wakeyscan.sarif, got 'sarif='",
    ),
    "a level": (
        ["scan", "--fail-on", "worst"],
        "--fail-on: expected one of note, low, medium, high, critical, never, got 'worst'",
    ),
    "jobs": (["scan", "--jobs", "two"], "--jobs: expected a whole number, got 'two'"),
    "colour": (
        ["scan", "--color", "red"],
        "--color: expected one of auto, always, never, got 'red'",
    ),
    "a profile": (
        ["scan", "--sarif-profile", "gitlab"],
        "--sarif-profile: expected one of generic, github, got 'gitlab'",
    ),
    "no such file": (["scan", "nofile"], "nofile: no such file or directory"),
    "an empty target": (["scan", ""], ": no such file or directory"),
    "no such rule": (
        ["rules", "show", "x"],
        "unknown rule 'x' (known: wastack-api-key, authorization-header, wastack-app-key)",
    ),
    "no such verb": (
        ["rules", "x"],
        "wakeyscan rules: expected list, show, test, new or export, got 'x'",
    ),
}


@pytest.mark.parametrize(("line", "message"), REFUSED.values(), ids=REFUSED)
def test_a_usage_error_exits_with_2_and_one_line_with_a_hint(
    run: Run, line: list[str], message: str
) -> None:
    program = "" if message.startswith("wakeyscan ") else "wakeyscan: "
    assert run(*line) == Ran(2, "", f"{program}{message}\n")


def test_a_missing_last_target_is_reported_before_anything_is_scanned(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    write(tmp_path, {"leak": make_key()})
    assert run("scan", "leak", "lek") == Ran(2, "", "wakeyscan: lek: no such file or directory\n")


def test_control_characters_in_a_message_are_escaped(run: Run) -> None:
    ran = run("scan", "\x1b[31m\n::error::x\r\u202e")
    assert ran == Ran(
        2, "", "wakeyscan: \\x1b[31m\\n::error::x\\r\\u202e: no such file or directory\n"
    )


HOLDERS: dict[str, Callable[[str], list[str]]] = {
    "as a target": lambda key: ["scan", key],
    "as a command": lambda key: [key],
    "after --": lambda key: ["scan", "--", key],
    "as a value": lambda key: ["scan", "--config", key],
    "joined to an option": lambda key: ["scan", f"--rules={key}"],
    "as an option": lambda key: ["scan", f"--{key}"],
    "in a header": lambda key: ["scan", "--app-key", f"Bearer {key}"],
    "before --help": lambda key: ["--help", key],
    "in the name of a missing file": lambda key: ["scan", f"logs/{key}.txt"],
}


@pytest.mark.parametrize("line", HOLDERS.values(), ids=HOLDERS)
def test_a_key_as_an_argument_is_rejected_and_not_echoed(
    run: Run, make_key: MakeKey, line: Callable[[str], list[str]]
) -> None:
    assert run(*line(make_key())) == Ran(
        2,
        "",
        "wakeyscan: an argument contains a key, which other users can see in the process list; "
        "pass keys on standard input, or name a file that contains them\n",
    )


def test_a_key_in_a_variable_is_not_echoed(run: Run, make_key: MakeKey) -> None:
    key = make_key()
    for name in ("FORMAT", "FAIL_ON", "CONFIG", "RULES", "REPORT", "QUIET", "COLOR"):
        ran = run("scan", env={f"WAKEYSCAN_{name}": key})
        assert ran.code == 2
        assert key not in ran.out + ran.err


def test_a_file_whose_name_holds_a_key_is_scanned_and_masked(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    key = make_key()
    write(tmp_path, {f"{key}.txt": "x"})
    for name in OWN_FORMATS:
        ran = run("scan", f"{key}.txt", "--format", name)
        assert (ran.code, ran.err) == (1, "")
        assert key not in ran.out
    assert f"{mask(key)}.txt\n" in run("scan", f"{key}.txt").out


@pytest.mark.parametrize("line", [["scan", "-", "-"], ["scan", "--", "-"]], ids=" ".join)
def test_stdin_can_be_named_anywhere_among_the_arguments(
    run: Run, make_key: MakeKey, line: list[str]
) -> None:
    key = make_key()
    assert run(*line, stdin=key.encode()).out.splitlines()[2] == "<stdin>"


OPTION_LIKE = ["--format", "-x", "--help", "--", "git:x", "-", "staged:", "::error::x"]


@pytest.mark.parametrize("name", OPTION_LIKE)
def test_a_file_of_any_name_is_scanned(
    run: Run, make_key: MakeKey, tmp_path: Path, name: str
) -> None:
    write(tmp_path, {name: make_key()})
    ran = run("scan", "--", name, env={"WAKEYSCAN_FORMAT": "json"})
    assert [finding["path"] for finding in ran.json()["findings"]] == [name]


@pytest.mark.parametrize("name", ["--fail-on=never", "-h", "--help", "--quiet", "-x"])
@pytest.mark.parametrize("command", [["scan"], ["hook", "pre-commit"]], ids=" ".join)
def test_a_file_named_like_an_option_is_rejected(
    run: Run, make_key: MakeKey, tmp_path: Path, name: str, command: list[str]
) -> None:
    write(tmp_path, {name: "", "a": make_key()})
    ran = run(*command, "a", name)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(
        f"wakeyscan: {name}: looks like an option, but is a file in the current directory"
    )


@pytest.mark.parametrize("line", [["scan"], ["--version"], ["--help"], ["scan", "--help"]], ids=str)
def test_an_unwritable_stdout_exits_with_2_and_is_reported(tmp_path: Path, line: list[str]) -> None:
    command = [WAKEYSCAN, *line]
    quoted = " ".join(command)
    for buffered in ({}, {"PYTHONUNBUFFERED": "1"}):
        closed = execute(["sh", "-c", f"{quoted} >&-"], tmp_path, env=buffered)
        full = execute(["sh", "-c", f"{quoted} >/dev/full"], tmp_path, env=buffered)
        assert closed == Ran(
            2, "", "wakeyscan: stdout is closed, so nothing can be written there\n"
        )
        assert full == Ran(2, "", "wakeyscan: stdout cannot be written: No space left on device\n")


def test_a_broken_pipe_exits_with_2_without_a_traceback(tmp_path: Path, make_key: MakeKey) -> None:
    write(tmp_path, {"a": "\n".join(make_key() for _ in range(2000))})
    reader, writer = os.pipe()
    os.close(reader)
    with subprocess.Popen(
        [WAKEYSCAN, "scan"],
        cwd=tmp_path,
        env=environment(),
        stdout=writer,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(writer)
        _, err = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, err) == (2, b"wakeyscan: stdout cannot be written: Broken pipe\n")


def test_a_closed_stderr_changes_no_exit_code(tmp_path: Path, make_key: MakeKey) -> None:
    write(tmp_path, {"leak": make_key()})
    codes = [
        execute(["sh", "-c", f"{WAKEYSCAN} scan {target} 2>&-"], tmp_path).code
        for target in ("leak", "nofile", "--nope")
    ]
    assert codes == [1, 2, 2]


def test_a_closed_stdin_is_reported(tmp_path: Path) -> None:
    ran = execute(["sh", "-c", f"{WAKEYSCAN} scan - <&-"], tmp_path)
    assert ran == Ran(
        2, "", "wakeyscan: -: standard input is closed; redirect a file or a pipe to it\n"
    )


def test_an_interrupt_exits_with_130(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*INTERRUPTIBLE_WAKEYSCAN, "scan", "-"],
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin
        process.stdin.write(b"x" * (1 << 20))  # a pipe holds less: it is read when this returns
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        process.stdin.close()
        out, err = (stream.read() for stream in (process.stdout, process.stderr) if stream)
    assert (process.returncode, err) == (130, b"wakeyscan: interrupted\n")
    assert b"interrupted before everything was scanned" in out


LOADED = (
    "wakeyscan.cli.process",
    "wakeyscan.core.lazy",
    "wakeyscan.cli.commands",
    "wakeyscan.cli.commands.scan",
    "wakeyscan.scanner.scan",
    "wakeyscan.reports.text",
)
INTERRUPTED_AT = """
import _signal, os, sys
_signal.signal(_signal.SIGINT, _signal.default_int_handler)
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[3]: os.kill(os.getpid(), _signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
from wakeyscan.__main__ import start
start()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there os.kill ends the process")
@pytest.mark.parametrize("module", LOADED)
def test_an_interrupt_during_imports_exits_with_130(tmp_path: Path, module: str) -> None:
    command = [sys.executable, "-P", "-c", INTERRUPTED_AT, "scan", ".", module]
    write(tmp_path, {module: ""})
    ran = execute(command, tmp_path)
    assert (ran.code, ran.err) == (130, "wakeyscan: interrupted\n")


def test_an_interrupt_that_the_shell_ignores_stays_ignored(tmp_path: Path) -> None:
    write(tmp_path, {"wakeyscan.scanner.scan": ""})
    script = INTERRUPTED_AT.replace("_signal.default_int_handler", "_signal.SIG_IGN", 1)
    command = [sys.executable, "-P", "-c", script, "scan", ".", "wakeyscan.scanner.scan"]
    assert execute(command, tmp_path).code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there it is another call")
def test_an_interrupt_inside_a_finalizer_still_stops_the_scan(tmp_path: Path) -> None:
    write(tmp_path, {"a": "x"})
    script = (
        "import signal, sys, threading, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a background job ignores it
        "class Late:\n"
        "    def __del__(self): raise KeyboardInterrupt\n"
        "def interrupt():\n"
        "    while sys.unraisablehook is sys.__unraisablehook__: time.sleep(0.01)\n"
        "    time.sleep(0.5)\n"
        "    Late()\n"
        "threading.Thread(target=interrupt).start()\n"
        "sys.argv = ['wakeyscan', 'scan', '-']\n"
        "from wakeyscan.__main__ import start; start()"
    )
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    )
    assert process.wait(timeout=TIMEOUT) == 130
    assert process.stderr is not None
    assert process.stderr.read() == b"wakeyscan: interrupted\n"
    for stream in (process.stdin, process.stdout, process.stderr):
        assert stream is not None
        stream.close()


@pytest.fixture
def broken(tmp_path: Path, make_key: MakeKey) -> Callable[..., Ran]:
    """Copy wakeyscan, break the copy's text report, and run it."""
    root = Path(main.__file__).parent.parent
    copy = tmp_path / "copy"
    shutil.copytree(root, copy / "wakeyscan", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(root.parent / "rules", copy / "rules")
    report = copy / "wakeyscan/reports/text.py"
    fault = "raise KeyError(result.findings[0].secret.reveal())"
    source = report.read_text("utf-8")
    report.write_text(source.replace("    shown = ", f"    {fault}\n    shown = ", 1), "utf-8")

    def call(*line: str) -> Ran:
        env = {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
        return execute([sys.executable, "-P", "-m", "wakeyscan", *line], tmp_path, env=env)

    return call


def test_an_internal_error_exits_with_4_and_a_traceback_without_the_key(
    broken: Callable[..., Ran], make_key: MakeKey, tmp_path: Path
) -> None:
    key = make_key()
    write(tmp_path, {"leak": key})
    ran = broken("scan", "leak")
    assert (ran.code, ran.out) == (4, "")
    lines = ran.err.splitlines()
    assert lines[:2] == [
        "wakeyscan: internal error; please report this traceback",
        "Traceback (most recent call last):",
    ]
    assert "copy/wakeyscan/reports/text.py" in ran.err
    assert lines[-1].startswith("KeyError (its message is not shown")
    assert key.removeprefix("wa_live_") not in ran.err


def test_an_internal_error_whose_redaction_fails_exits_with_4_and_shows_places_only(
    broken: Callable[..., Ran], make_key: MakeKey, tmp_path: Path
) -> None:
    key = make_key()
    write(tmp_path, {"leak": key})
    masking = tmp_path / "copy/wakeyscan/core/encoded_keys.py"
    start = "def mask_encoded_keys(text: str) -> str:\n"
    source = masking.read_text("utf-8")
    masking.write_text(source.replace(start, f"{start}    raise ValueError(text)\n"), "utf-8")
    ran = broken("scan", "leak")
    assert (ran.code, ran.out) == (4, "")
    first, second, *places, error = ran.err.splitlines()
    assert first == "wakeyscan: internal error; please report this traceback"
    assert second == "Traceback, which cannot be redacted:"
    assert re.fullmatch(r"main\.py:\d+", places[0])
    assert all(re.fullmatch(r"\w+\.py:\d+", place) for place in places)
    assert error in ("KeyError", "ValueError")
    assert key.removeprefix("wa_live_") not in ran.err


def test_an_internal_error_in_one_report_does_not_affect_others(
    broken: Callable[..., Ran], make_key: MakeKey, tmp_path: Path
) -> None:
    write(tmp_path, {"leak": make_key(), "t": "old"})
    assert broken("scan", "leak", "--format", "json", "--report", "text=t").code == 4
    assert (tmp_path / "t").read_text() == "old"
    assert broken("scan", "leak", "--format", "json").code == 1


def files_of(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in folder.iterdir() if path.is_file()}


def test_reports_are_written_to_files_in_addition_to_stdout(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    write(tmp_path, {"src/leak": make_key()})
    formats = OWN_FORMATS
    flags = [f"--report={name}=out.{name}" for name in formats]
    # The next steps name the JSON report.
    single = ("scan", "src", "--report=json=out.json", "--format")
    expected = {f"out.{name}": hide_times(run(*single, name).out) for name in formats}
    ran = run("scan", "src", *flags)
    assert (ran.code, ran.out, ran.err) == (1, expected["out.text"], "")
    assert {name: hide_times(text) for name, text in files_of(tmp_path).items()} == expected


def test_a_report_file_name_may_contain_an_equals_sign(run: Run, tmp_path: Path) -> None:
    assert run("scan", "--report", "json=a=b").code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["a=b"]


def test_a_report_replaces_the_old_one_and_leaves_no_other_file(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"src/a": "x", "out": "old" * 1000})
    assert run("scan", "src", "--report", "text=out").code == 0
    assert files_of(tmp_path) == {"out": CLEAN}


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o777], ids=oct)
def test_a_report_keeps_the_mode_of_the_file(run: Run, tmp_path: Path, mode: int) -> None:
    out = tmp_path / "out"
    out.write_text("old")
    out.chmod(mode)
    assert run("scan", "--report", "text=out").code == 0
    assert stat.S_IMODE(out.stat().st_mode) == mode


@pytest.mark.parametrize("mask_", ["022", "077", "002"])
def test_a_new_report_has_the_mode_of_any_new_file(tmp_path: Path, mask_: str) -> None:
    (tmp_path / "src").mkdir()
    line = f"umask {mask_}; {WAKEYSCAN} scan src --report text=out --report text=src/in"
    assert execute(["sh", "-c", line], tmp_path).code == 0
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o666 & ~int(mask_, 8)


def test_a_report_written_through_a_link_replaces_the_link_target(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"src/a": "x", "real/out": "old"})
    (tmp_path / "link").symlink_to("real/out")
    assert run("scan", "src", "--report", "text=link").code == 0
    assert (tmp_path / "link").is_symlink()
    assert files_of(tmp_path / "real") == {"out": CLEAN}


def test_a_report_goes_to_a_device_or_a_pipe_too(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"src/a": "x"})
    ran = run("scan", "src", "--format", "github", "--report", "text=/dev/stdout")
    assert (ran.code, ran.out) == (0, CLEAN)
    assert run("scan", "src", "--report", "text=/dev/null").code == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


UNWRITABLE = {
    "a folder": ("src", "Is a directory"),
    "a missing folder": ("no/out", "No such file or directory"),
    "a file for a folder": ("src/a/out", "Not a directory"),
    "a link to a folder": ("link", "Is a directory"),
    "a full device": ("/dev/full", "No space left on device"),
    "a name that is too long": ("x" * 300, "File name too long"),
}


@pytest.mark.parametrize(("file", "reason"), UNWRITABLE.values(), ids=UNWRITABLE)
def test_an_unwritable_report_exits_with_2(
    run: Run, tmp_path: Path, file: str, reason: str
) -> None:
    write(tmp_path, {"src/a": "x"})
    (tmp_path / "link").symlink_to("src")
    ran = run("scan", "src/a", "--report", f"json={file}")
    assert ran == Ran(2, "", f"wakeyscan: {file}: the report cannot be written: {reason}\n")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "link", "src"]


def test_an_invalid_report_option_is_rejected_before_the_scan(run: Run, tmp_path: Path) -> None:
    # Scanning would wait for the other end of the pipe, or say that there is no such target.
    write(tmp_path, {"out": "old"})
    for report in ("nope=x", "text", "=x", "text=", "TEXT=x", "text =x"):
        ran = run("scan", "nofile", "--report", "text=out", "--report", report)
        assert (ran.code, ran.out) == (2, "")
        assert "nofile" not in ran.err
    assert files_of(tmp_path) == {"out": "old"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 16 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(disk)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no right to mount a small file system, so no disk can be full")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_keeps_the_old_report(
    run: Run, make_key: MakeKey, tmp_path: Path, small_disk: Path
) -> None:
    write(tmp_path, {"src/leak": "\n".join(make_key() for _ in range(100))})
    write(small_disk, {"out": "old report"})
    ran = run("scan", "src", "--report", "json=disk/out")
    assert ran == Ran(
        2, "", "wakeyscan: disk/out: the report cannot be written: No space left on device\n"
    )
    assert files_of(small_disk) == {"out": "old report"}


def test_a_report_is_replaced_atomically(run: Run, make_key: MakeKey, tmp_path: Path) -> None:
    write(tmp_path, {"src/leak": "\n".join(make_key() for _ in range(2000))})
    out = tmp_path / "out"
    whole = run("scan", "src", "--format", "json").out
    out.write_text("old")
    with subprocess.Popen(
        [WAKEYSCAN, "scan", "src", "--report", "json=out"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.DEVNULL,
    ) as process:
        seen = {out.read_text("utf-8")}
        deadline = time.monotonic() + TIMEOUT
        while process.poll() is None and time.monotonic() < deadline:
            seen.add(out.read_text("utf-8"))
    assert process.returncode == 1
    assert seen | {out.read_text("utf-8")} == {"old", whole}

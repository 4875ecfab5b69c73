"""What a run says: text, JSON and annotations, and that none of it gives orders to its reader."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.command import Ran, Run
from tests.support.files import write
from tests.support.keys import PREFIX, MakeKey, fingerprint, mask
from tests.support.next_steps import next_steps
from tests.support.reports import FORMATS, hide_times
from wakeyscan import __version__

HEADER = "authorization-header"


def test_text_lists_findings_by_file_and_next_steps(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    one, two = make_key(), make_key()
    token = make_key(prefix="")
    content = f'const a = "{one}";\n\n\tfetch("{two}", "{one}")\n'
    header = f"Authorization: Bearer {token}\n"
    write(tmp_path, {"src/app.js": content, "public/app.js": f"k='{one}'\n", "curl.sh": header})
    size = len(content) + len(header) + len(one) + 5
    assert run("scan") == Ran(
        1,
        f"""3 keys in 5 places: 1 critical, 1 high, 1 medium.

curl.sh
      1:23  medium    authorization-header  {mask(token, HEADER)}  source
            | Authorization: Bearer {mask(token, HEADER)}

public/app.js
       1:4  critical  wastack-api-key  {mask(one)}  client-side
            | k='{mask(one)}'

src/app.js
      1:12  high      wastack-api-key  {mask(one)}  source
            | const a = "{mask(one)}";
       3:9  high      wastack-api-key  {mask(two)}  source
            | fetch("{mask(two)}", "{mask(one)}")
      3:61  high      wastack-api-key  {mask(one)}  source
            | fetch("{mask(two)}", "{mask(one)}")

Scanned 3 files ({size} bytes).
{next_steps(one, two, others={HEADER: token})}""",
        "",
    )


def test_text_with_only_a_header_does_not_mention_wastack(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    token = make_key(prefix="")
    write(tmp_path, {"a.sh": f"Authorization: Bearer {token}"})
    out = run("scan").out
    assert out.endswith(f"\n{next_steps(others={HEADER: token})}")
    assert "WAStack (Settings" not in out


def test_text_has_colors_on_a_terminal(run: Run, make_key: MakeKey, tmp_path: Path) -> None:
    key = make_key()
    write(tmp_path, {"app.py": f"k = '{key}'\n"})
    assert run("scan", "--color", "always").out == (
        "\x1b[31m1 key in 1 place: 1 high.\x1b[0m\n\n"
        f"\x1b[1mapp.py\x1b[0m\n"
        f"       1:6  \x1b[31mhigh    \x1b[0m  wastack-api-key  {mask(key)}  source\n"
        f"\x1b[2m            | k = '{mask(key)}'\x1b[0m\n"
        f"\n"
        f"Scanned 1 file (55 bytes).\n{next_steps(key)}"
    )


@pytest.mark.parametrize(
    ("arguments", "variables", "colored"),
    [
        ([], {}, False),
        (["--color", "auto"], {}, False),
        (["--color", "always"], {}, True),
        (["--color=always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"CLICOLOR_FORCE": "1"}, True),
        ([], {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ([], {"WAKEYSCAN_COLOR": "always"}, True),
        (["--color", "never"], {"WAKEYSCAN_COLOR": "always"}, False),
    ],
    ids=str,
)
def test_colors_are_used_if_they_are_enabled(
    run: Run, tmp_path: Path, arguments: list[str], variables: dict[str, str], colored: bool
) -> None:
    write(tmp_path, {"a": "nothing"})
    ran = run("scan", *arguments, env=variables)
    painted = "\x1b[32mNo keys found.\x1b[0m" if colored else "No keys found."
    assert ran == Ran(0, f"{painted}\nScanned 1 file (7 bytes).\n", "")


@pytest.mark.parametrize("name", FORMATS)
def test_colors_are_never_written_to_files_or_machine_formats(
    run: Run, make_key: MakeKey, tmp_path: Path, name: str
) -> None:
    write(tmp_path, {"a": make_key()})
    ran = run("scan", "a", "--format", name, "--color", "always", "--report", "text=t")
    assert "\x1b" not in (tmp_path / "t").read_text()
    assert ("\x1b" in ran.out) == (name == "text")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a": "x"}, "Scanned 1 file (1 byte).\n"),
        ({"a": "xx"}, "Scanned 1 file (2 bytes).\n"),
        ({"a": "x", "b": "y"}, "Scanned 2 files (2 bytes).\n"),
        ({"a": "x" * 999}, "Scanned 1 file (999 bytes).\n"),
        ({"a": "x" * 1000}, "Scanned 1 file (1 kB).\n"),
        ({"a": "x" * 1_234_567}, "Scanned 1 file (1.2 MB).\n"),
    ],
    ids=["1 byte", "2 bytes", "2 files", "999 bytes", "kB", "MB"],
)
def test_text_of_a_clean_scan_has_a_summary(
    run: Run, tmp_path: Path, files: dict[str, str], expected: str
) -> None:
    write(tmp_path, dict(files))
    assert run("scan") == Ran(0, f"No keys found.\n{expected}", "")


def test_text_of_an_empty_folder_has_a_summary(run: Run) -> None:
    assert run("scan") == Ran(0, "No keys found.\nScanned 0 files (0 bytes).\n", "")


def test_text_counts_excluded_files(run: Run, make_key: MakeKey, tmp_path: Path) -> None:
    write(tmp_path, {".wakeyscan.toml": "exclude = ['old']\n", "old/a": make_key(), "old/b": ""})
    said = "No keys found (2 files excluded by old).\nScanned 1 file (18 bytes), 2 excluded.\n"
    assert run("scan") == Ran(0, said, "")


def suppressed_tree(folder: Path, make_key: MakeKey) -> str:
    key = make_key()
    samples = [PREFIX + "your_key_goes_here_please", PREFIX + "x" * 24]
    lines = [f"{key}  # wakeyscan:ignore -- revoked in May", *samples]
    write(folder, {"a.txt": "\n".join(lines) + "\n"})
    return key


def test_suppressed_findings_are_counted_but_not_listed(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    suppressed_tree(tmp_path, make_key)
    assert run("scan") == Ran(
        0,
        "No keys found.\n"
        "1 ignored, 2 placeholders (show with --show-suppressed).\n"
        "Scanned 1 file (154 bytes).\n",
        "",
    )


def test_show_suppressed_lists_them_with_the_reason(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    key = suppressed_tree(tmp_path, make_key)
    one, two = mask(PREFIX + "your_key_goes_here_please"), mask(PREFIX + "x" * 24)
    assert run("scan", "--show-suppressed") == Ran(
        0,
        f"""No keys found.

a.txt
       1:1  high      wastack-api-key  {mask(key)}  documentation
            | {mask(key)}  # wakeyscan:ignore -- revoked in May
            ignored: wakeyscan:ignore: revoked in May
       2:1  high      wastack-api-key  {one}  documentation
            | {one}
            placeholder: contains a word that examples use
       3:1  high      wastack-api-key  {two}  documentation, may be cut or too long
            | {two}
            placeholder: contains a word that examples use

1 ignored, 2 placeholders.
Scanned 1 file (154 bytes).
""",
        "",
    )


def test_one_placeholder_is_singular(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"a": PREFIX + "x" * 24})
    assert "1 placeholder (" in run("scan").out


def test_text_of_an_incomplete_scan_is_not_an_all_clear(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"big": "x" * 11, "small": "x"})
    os.mkfifo(tmp_path / "pipe")
    assert run("scan", "--max-file-size", "10") == Ran(
        3,
        "No keys found, but the scan was incomplete.\n"
        "\n"
        "Skipped (2):\n"
        "  big: larger than --max-file-size: 11 of 10 bytes\n"
        "  pipe: a FIFO, not scanned\n"
        "\n"
        "Scanned 1 file (1 byte).\n",
        "",
    )


@pytest.mark.parametrize(
    ("arguments", "listed", "last"),
    [([], 10, "  and 2 more (show with --verbose)"), (["--verbose"], 12, "")],
    ids=["first ten", "verbose"],
)
def test_many_skipped_items_are_listed_on_demand_and_always_counted(
    run: Run, tmp_path: Path, arguments: list[str], listed: int, last: str
) -> None:
    names = [f"big{number:02}" for number in range(12)]
    write(tmp_path, dict.fromkeys(names, "xx"))
    lines = run("scan", "--max-file-size", "1", *arguments).out.split("\n\n")[1].splitlines()
    reason = "larger than --max-file-size: 2 of 1 bytes"
    told = [f"  {name}: {reason}" for name in names[:listed]]
    assert lines == ["Skipped (12):", *told, *([last] if last else [])]


def test_text_lists_skipped_items_in_addition_to_findings(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    key = make_key()
    write(tmp_path, {"a": key, "big": "x" * 200})
    ran = run("scan", "--max-file-size", "100")
    assert ran.code == 1
    assert ran.out == (
        "1 key in 1 place: 1 high; the scan was incomplete.\n\n"
        f"a\n       1:1  high      wastack-api-key  {mask(key)}  source\n"
        f"            | {mask(key)}\n\n"
        "Skipped (1):\n  big: larger than --max-file-size: 200 of 100 bytes\n\n"
        f"Scanned 1 file (48 bytes).\n{next_steps(key)}"
    )


def test_json_follows_the_contract(run: Run, make_key: MakeKey, tmp_path: Path) -> None:
    key, named = make_key(), make_key()
    write(
        tmp_path,
        {
            "b/app.js": f'\nconst é = "{key}";\n',
            f"a/{named}": "nothing",
            "c": f"{key} // wakeyscan:ignore -- old\n",
            "big": "x" * 101,
        },
    )
    ran = run("scan", ".", "--format", "json", "--max-file-size=100")
    assert (ran.code, ran.err) == (1, "")
    common = {
        "rule": "wastack-api-key",
        "severity": "high",
        "within": "",
        "encoding": "plain",
        "bounds": "certain",
        "liveness": "unchecked",
    }
    assert ran.json() == {
        "schema": "wakeyscan-report/1",
        "tool": {"name": "wakeyscan", "version": __version__},
        "command": "scan",
        "targets": ["."],
        "complete": False,
        "findings": [
            {
                **common,
                "fingerprint": fingerprint(named),
                "secret": mask(named),
                "path": f"a/{mask(named)}",
                "line": 1,
                "column": 3,
                "end_column": 51,
                "exposure": "metadata",
                "standing": "reported",
                "reason": "",
                "excerpt": f"a/{mask(named)}",
                "details": {"part": "name"},
            },
            {
                **common,
                "fingerprint": fingerprint(key),
                "secret": mask(key),
                "path": "b/app.js",
                "line": 2,
                "column": 12,
                "end_column": 60,
                "exposure": "source",
                "standing": "reported",
                "reason": "",
                "excerpt": f'const é = "{mask(key)}";',
                "details": {},
            },
            {
                **common,
                "fingerprint": fingerprint(key),
                "secret": mask(key),
                "path": "c",
                "line": 1,
                "column": 1,
                "end_column": 49,
                "exposure": "source",
                "standing": "ignored",
                "reason": "wakeyscan:ignore: old",
                "excerpt": f"{mask(key)} // wakeyscan:ignore -- old",
                "details": {},
            },
        ],
        "keys": [],
        "skipped": [
            {
                "path": "big",
                "within": "",
                "reason": "larger than --max-file-size: 101 of 100 bytes",
                "gap": True,
                "opaque": False,
                "times": 1,
            }
        ],
        "scope": {
            "since": None,
            "branches": [],
            "reachable": False,
            "commits": None,
            "range": None,
            "ignored_by_git": 0,
            "excluded": 0,
            "limits": [],
        },
        "summary": {
            "keys": 2,
            "findings": 2,
            "by_severity": {"high": 2},
            "by_liveness": {"unchecked": 2},
            "ignored": 1,
            "placeholders": 0,
        },
        "coverage": {"documents": 3, "bytes": 147, "skipped": 1, "opaque": 0, "excluded": 0},
        "ignores": {"used": 0, "unused": 0, "expired": 0},
        "policy": {"file": "", "revision": "", "exclude": [], "notes": []},
    }


def test_json_has_the_order_of_fields_of_the_contract(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    write(tmp_path, {"a": make_key()})
    report = run("scan", "--format", "json").json()
    assert list(report) == (
        [
            "schema",
            "tool",
            "command",
            "targets",
            "complete",
            "scope",
            "summary",
            "findings",
            "keys",
            "skipped",
            "coverage",
            "ignores",
            "policy",
        ]
    )
    assert list(report["findings"][0]) == (
        [
            "rule",
            "severity",
            "fingerprint",
            "secret",
            "path",
            "within",
            "line",
            "column",
            "end_column",
            "encoding",
            "bounds",
            "exposure",
            "standing",
            "reason",
            "liveness",
            "excerpt",
            "details",
        ]
    )


@pytest.mark.parametrize("name", FORMATS)
def test_a_repeated_scan_gives_identical_reports(
    run: Run, make_key: MakeKey, tmp_path: Path, name: str
) -> None:
    keys = [make_key() for _ in range(3)]
    names = ["b", "a/z", "a/b", "B", "é", "a.txt"]
    write(tmp_path, dict.fromkeys(names, f"{keys[0]} {keys[1]}\n{keys[2]}"))
    ones = ["scan", *sorted(names), "--format", name]
    others = ["scan", *sorted(names, reverse=True), *names, "--format", name]
    first, second, third = (hide_times(run(*each).out) for each in (ones, ones, others))
    targets = re.compile(r'"targets": \[.*?\]', re.DOTALL)
    assert first == second
    # Named twice, files are counted twice, but nothing is found twice.
    counted = re.compile(r'Scanned .*|"(?:documents|bytes)": \d+')
    assert counted.sub("", targets.sub("", first)) == counted.sub("", targets.sub("", third))


def test_json_is_sorted_by_path_line_and_column(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    key = make_key()
    write(tmp_path, dict.fromkeys(("b", "a/c", "a.x"), f"\n{key} {key}\n{key}\n"))
    found = run("scan", "--format", "json").json()["findings"]
    places = [(f["path"], f["line"], f["column"]) for f in found]
    assert places == [
        (name, *place) for name in ("a.x", "a/c", "b") for place in ((2, 1), (2, 50), (3, 1))
    ]


def test_github_annotates_worst_first(run: Run, make_key: MakeKey, tmp_path: Path) -> None:
    key, token, app = make_key(), make_key(prefix=""), make_key(24, "")
    write(
        tmp_path,
        {
            "a.py": f"'X-App-Key': '{app}'\n",
            "b.py": f"\nAuthorization: Bearer {token}\n",
            "c d,e:f.py": f"é {key}\n",
            "d.html": f"{key}\n",
            "big": "x" * 101,
        },
    )
    os.mkfifo(tmp_path / "pipe")
    low, medium = mask(app, "wastack-app-key"), mask(token, HEADER)
    new_one = ", and read the new one from an environment variable."
    assert run("scan", "--format", "github", "--max-file-size=100") == Ran(
        1,
        f"::error file=d.html,line=1,endLine=1,col=1,endColumn=49,title=WAStack API key (critical)"
        f"::Leaked WAStack key. Revoke it{new_one} {mask(key)} (wastack-api-key, client-side). "
        f"Also at c d,e:f.py:1.\n"
        f"::warning file=b.py,line=2,endLine=2,col=23,endColumn=63,"
        f"title=Hardcoded Authorization header (medium)::Hardcoded Authorization header. "
        f"Replace the credential{new_one} {medium} (authorization-header, source).\n"
        f"::notice file=a.py,line=1,endLine=1,col=15,endColumn=39,"
        f"title=Hardcoded X-App-Key header (low)::Hardcoded X-App-Key header. "
        f"Replace the credential{new_one} {low} (wastack-app-key, source).\n"
        f"::warning title=wakeyscan%3A incomplete::Incomplete scan. Skipped: "
        f"big: larger than --max-file-size: 101 of 100 bytes (and 1 more)\n",
        "",
    )


@pytest.mark.parametrize("count", [0, 10, 11])
def test_github_reports_if_not_all_annotations_are_shown(
    run: Run, make_key: MakeKey, tmp_path: Path, count: int
) -> None:
    write(tmp_path, {"a": "\n".join(make_key() for _ in range(count))})
    lines = run("scan", "--format", "github").out.splitlines()
    notice = (
        f"::notice title=wakeyscan::{count} secrets; GitHub shows 10 of each kind. See the log."
    )
    assert lines[count:] == ([notice] if count > 10 else [])


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    data: str


# A port of actions/runner, src/Runner.Common/ActionCommand.cs (MIT): what a log line must look
# like for the machine that runs a workflow to obey it. `str.lstrip` trims all that .NET's
# TrimStart does, and `str.splitlines` cuts wherever its ReadLine does: both do more, so this
# port sees at least the orders that the runner sees.
KNOWN = {
    *("add-mask", "add-matcher", "remove-matcher", "add-path", "set-env", "set-output"),
    *("save-state", "stop-commands", "echo", "debug", "error", "warning", "notice"),
    *("group", "endgroup", "internal-set-repo-path"),
}
PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
OLD = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%"))


def unescaped(text: str, table: tuple[tuple[str, str], ...]) -> str:
    for replacement, token in table:
        text = text.replace(replacement, token)
    return text


def try_parse_v2(message: str) -> Command | None:
    message = message.lstrip()
    end = message.find("::", 2)
    if not message.startswith("::") or end < 0:
        return None
    return parsed(message[2:end], message[end + 2 :], ",", PROPERTY, DATA)


def try_parse(message: str) -> Command | None:
    start = message.find("##[")
    end = message.find("]", start)
    if start < 0 or end < 0:
        return None
    return parsed(message[start + 3 : end], message[end + 1 :], ";", OLD, OLD)


def parsed(
    info: str,
    data: str,
    separator: str,
    escapes: tuple[tuple[str, str], ...],
    data_escapes: tuple[tuple[str, str], ...],
) -> Command | None:
    name, _, listed = info.partition(" ")
    if name.lower() not in KNOWN:
        return None
    pairs = [pair.split("=", 1) for pair in listed.strip().split(separator) if pair]
    properties = {pair[0]: unescaped(pair[1], escapes) for pair in pairs if len(pair) == 2}
    return Command(name, properties, unescaped(data, data_escapes))


def orders(output: str) -> Iterator[Command]:
    for line in output.splitlines():
        if order := try_parse_v2(line) or try_parse(line):
            yield order


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("::error::x", "error"),
        ("\u00a0\u2003::add-mask::x", "add-mask"),
        ("a##[add-matcher]m", "add-matcher"),
        ("  ::Error file=a%2Cb::x", "Error"),
        ("x::error::", None),
        ("::std::string", None),
        ("##vso[task.x]", None),
    ],
)
def test_the_port_of_the_runner_parser_finds_the_same_commands(line: str, name: str | None) -> None:
    assert [order.name for order in orders(line)] == ([name] if name else [])


HOSTILE = {
    "a command": "::error::x",
    "a command after spaces": "   ::error::x",
    "after a no-break space": "\u00a0::add-mask::x",
    "after an em space": "\u2003::add-mask::x",
    "on a second line": "x\n::error::y",
    "on a second line, escaped": "x%0A::warning::y",
    "after a carriage return": "x\r::error::y",
    "after a next line": "x\x85::error::y",
    "after a line separator": "x\u2028::error::y",
    "the old form": "a##[add-matcher]m",
    "the old form, twice": "##[##[error]x",
    "three hashes": "###[error]x",
    "Azure": "##vso[task.setvariable variable=x]y",
    "TeamCity": "##teamcity[message text='x']",
    "out of the properties": "x,line=1::error::y",
    "stop": "::stop-commands::x",
    "a colour": "\x1b[31mred",
    "a title": "\x1b]0;title\x07",
    "a link": "\x1b]8;;https:example.org\x1b\\x",
    "C1": "\x9b31m",
    "C1 in UTF-8": b"\xc2\x9b31m".decode(),
    "overwrites": "bad\rgood",
    "bidi": "a\u202eb\u2066c\u2069",
    "zero width": "a\u200bb\ufeffc\u00add",
    "backspace": "a\b\bb",
    "DEL": "a\x7fb",
    "percent": "a%25b%3Ac",
    "quotes": "a\"b'c`d\\e",
    "markup": "<img src=x onerror=y>[a](b)",
}


def hostile_tree(folder: Path, key: str, text: str) -> None:
    """Put a text where a report could print it: a name, an excerpt, a reason, a gap's name."""
    name = os.fsencode(text.replace("/", "_"))
    for sub in (b"a", b"b"):
        os.makedirs(os.fsencode(folder) + b"/" + sub)
    line = f"{text} {key} {text}\n".encode("utf-8", "surrogateescape")
    Path(os.fsdecode(os.fsencode(folder) + b"/a/x")).write_bytes(
        line + f"{key} # wakeyscan:ignore -- {text}".encode("utf-8", "surrogateescape")
    )
    for path in (name, b"b/" + name):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + path)).write_bytes(key.encode())
    os.mkfifo(os.fsencode(folder) + b"/" + name + b"\n::error::")


READ_BY_LINE = ("text", "github", "markdown")
"""Formats for people and for runners: they shorten long lists."""


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_report_contains_runner_commands_or_terminal_sequences(
    run: Run, make_key: MakeKey, tmp_path: Path, text: str
) -> None:
    key = make_key()
    hostile_tree(tmp_path, key, text)
    for name in READ_BY_LINE:
        assert_no_orders(name, run("scan", "--format", name, "--show-suppressed", "--verbose"), key)


@pytest.mark.parametrize("name", sorted({*FORMATS} - {*READ_BY_LINE}))
def test_no_report_of_hostile_trees_contains_runner_commands(
    run: Run, make_key: MakeKey, tmp_path: Path, name: str
) -> None:
    key = make_key()
    for number, text in enumerate(HOSTILE.values()):
        hostile_tree(tmp_path / str(number), key, text)
    assert_no_orders(name, run("scan", "--format", name, "--show-suppressed", "--verbose"), key)


def assert_no_orders(name: str, ran: Ran, key: str) -> None:
    ours = {"error", "warning"} if name == "github" else set()
    assert ran.code == 1
    assert [c for c in ran.out + ran.err if not (c.isprintable() or c == "\n")] == []
    assert {o.name for o in orders(ran.out)} == ours
    assert [*orders(ran.err)] == []
    assert not re.search(r"##\[|##vso\[|##teamcity\[", ran.out + ran.err)
    assert key not in ran.out + ran.err


def test_a_custom_rule_cannot_inject_runner_commands(run: Run, tmp_path: Path) -> None:
    rule = r"""title = "a\u001b[31m\n::error::x##[error]"
severity = "medium"
anchors = ["acme-"]
pattern = '(?P<secret>acme-[0-9]{8})'
help = "a\u001b[31m\n::error::x##[error]"
hits = ["acme-12345678", "acme-23456789", "acme-34567890"]
misses = ["acme-1", "acme-x", "acme"]
"""
    write(tmp_path, {"rules/mine.toml": rule, "a": "acme-90210817"})
    for name in FORMATS:
        ran = run("scan", "a", "--rules", "rules", "--format", name)
        assert ran.code == 1
        assert [c for c in ran.out if not (c.isprintable() or c == "\n")] == []
        names = [order.name for order in orders(ran.out)]
        assert names == (["warning"] if name == "github" else [])


@pytest.mark.parametrize("name", FORMATS)
def test_no_control_byte_of_a_name_or_an_excerpt_is_printed_raw(
    run: Run, make_key: MakeKey, tmp_path: Path, name: str
) -> None:
    folder = os.fsencode(tmp_path)
    for byte in range(256):
        key, piece = make_key().encode(), bytes([byte])
        (tmp_path / f"{byte:02x}.txt").write_bytes(b"a" + piece + b"::error::" + piece + b" " + key)
        if piece not in (b"\0", b"/"):
            os.mkfifo(os.path.join(folder, b"n" + piece + b"::error::x" + piece))
            with open(os.path.join(folder, piece + b"::error::y" + piece), "wb") as file:
                file.write(key)
    ran = run("scan", "--format", name, "--verbose")
    assert ran.code == 1
    assert [c for c in ran.out if not (c.isprintable() or c == "\n")] == []
    own = {"error", "warning", "notice"} if name == "github" else set()
    assert {order.name for order in orders(ran.out)} == own


def test_a_report_without_a_finding_escapes_del_too(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a\x7f")
    for name in FORMATS:
        assert "\x7f" not in run("scan", "--format", name).out


@pytest.mark.parametrize(
    "name",
    ["a b", "a,b", "a:b", "a%2Cb", "a%25", "é", "a=b", "::error::x", "x,line=1", "[x]", "#", "a;b"],
)
def test_names_survive_the_unescaping_of_the_runner(
    run: Run, make_key: MakeKey, tmp_path: Path, name: str
) -> None:
    write(tmp_path, {f"{name}/{name}": f"\n {make_key()}\n", name + "x": make_key()})
    found = [order.properties for order in orders(run("scan", "--format", "github").out)]
    common = {"title": "WAStack API key (high)"}
    one = {"file": f"{name}/{name}", "line": "2", "endLine": "2", "col": "2", "endColumn": "50"}
    two = {"file": f"{name}x", "line": "1", "endLine": "1", "col": "1", "endColumn": "49"}
    assert sorted(found, key=str) == sorted(({**one, **common}, {**two, **common}), key=str)


def test_text_shows_a_hostile_name_as_a_valid_path(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    key = make_key()
    write(tmp_path, {" ::error::x": key})
    shown = run("scan").out.splitlines()[2]
    assert shown == "./ ::error::x"
    assert (tmp_path / shown).read_text() == key


@pytest.mark.parametrize("name", FORMATS)
def test_reports_are_valid_utf_8_with_any_python_settings(
    run: Run, make_key: MakeKey, tmp_path: Path, name: str
) -> None:
    with open(os.path.join(os.fsencode(tmp_path), b"\xff\xc3\xa9"), "wb") as file:
        file.write(b"\xfe\xc3\xa9 " + make_key().encode())
    plain = run("scan", "--format", name)
    assert plain.code == 1
    plain.out.encode("utf-8")  # what is not UTF-8 would be a surrogate here
    for settings in ({"PYTHONIOENCODING": "cp1252"}, {"LC_ALL": "C"}):
        ran = run("scan", "--format", name, env=settings)
        assert (ran.code, hide_times(ran.out), ran.err) == (1, hide_times(plain.out), "")


def test_json_is_valid_with_a_name_that_is_not_utf_8(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    with open(os.path.join(os.fsencode(tmp_path), b"a\xff\xc3\xa9"), "wb") as file:
        file.write(make_key().encode())
    report = json.loads(run("scan", "--format", "json").out)
    assert [finding["path"] for finding in report["findings"]] == ["a\\xffé"]

"""Settings: flags, variables and files, in that order; and what a file must not set."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import Ran, Run
from tests.support.files import write
from tests.support.keys import MakeKey

OURS, PROJECT = ".wakeyscan.toml", "pyproject.toml"
TABLE = "[tool.wakeyscan]\n"
CLEAN = "No keys found.\nScanned 1 file ("


def refused(ran: Ran, message: str) -> None:
    """Check for exit 2, nothing on stdout, and one line on stderr."""
    assert ran == Ran(2, "", f"wakeyscan: {message}\n")


@pytest.fixture
def leak(make_key: MakeKey, tmp_path: Path) -> str:
    """Write a file with a key (severity high) and a subfolder."""
    key = make_key()
    write(tmp_path, {"leak.py": key, "sub/leak.py": key})
    return key


@pytest.mark.parametrize("file", [OURS, PROJECT])
@pytest.mark.parametrize(
    ("flag", "variable", "in_file", "code"),
    [
        ("never", "low", "low", 0),
        ("low", "never", "never", 1),
        ("", "never", "low", 0),
        ("", "low", "never", 1),
        ("", "", "never", 0),
        ("", "", "high", 1),
        ("", "", "critical", 0),
        ("", "", "", 1),
        ("HIGH", "", "", 1),
        ("Never", "", "", 0),
    ],
)
def test_a_flag_overrides_a_variable_which_overrides_a_file(
    run: Run,
    leak: str,
    tmp_path: Path,
    file: str,
    flag: str,
    variable: str,
    in_file: str,
    code: int,
) -> None:
    lead = TABLE if file == PROJECT else ""
    write(tmp_path, {file: lead + (f'fail-on = "{in_file}"\n' if in_file else "")})
    arguments = ["--fail-on", flag] if flag else []
    ran = run("scan", "leak.py", *arguments, env={"WAKEYSCAN_FAIL_ON": variable})
    assert (ran.code, ran.err) == (code, "")


@pytest.mark.parametrize(
    ("flag", "variable", "in_file", "code"),
    [
        ("100", "1", '"1"', 0),
        ("1", "100", '"100"', 3),
        ("", "100", '"1"', 0),
        ("", "1", '"100"', 3),
        ("", "", '"1k"', 0),
        ("", "", '"10"', 3),
        ("", "", "10", 3),
        ("", "", "100", 0),
    ],
)
def test_sizes_have_the_same_precedence(
    run: Run, tmp_path: Path, flag: str, variable: str, in_file: str, code: int
) -> None:
    write(tmp_path, {OURS: f"max-file-size = {in_file}\n", "a": "x" * 50})
    arguments = ["--max-file-size", flag] if flag else []
    assert run("scan", "a", *arguments, env={"WAKEYSCAN_MAX_FILE_SIZE": variable}).code == code


@pytest.mark.parametrize(
    ("size", "most"),
    [
        ("10", 10),
        ("1k", 1024),
        ("1K", 1024),
        ("1kB", 1024),
        ("1KiB", 1024),
        (" 2k ", 2048),
        ("1m", 1 << 20),
        ("0", 0),
        ("2G", 2 << 30),
        ("3T", 3 << 40),
    ],
)
def test_a_size_may_have_a_unit(run: Run, tmp_path: Path, size: str, most: int) -> None:
    for name, length in (("fits", most), ("over", most + 1)):
        with open(tmp_path / name, "wb") as file:
            file.truncate(min(length, 3 << 20) if name == "fits" else length)
    assert run("scan", "fits", "--max-file-size", size).code == 0
    ran = run("scan", "over", "--max-file-size", size, "--format", "json")
    assert (ran.code, [gap["reason"] for gap in ran.json()["skipped"]]) == (
        3,
        [f"larger than --max-file-size: {most + 1:,} of {most:,} bytes"],
    )


@pytest.mark.parametrize(
    "size", ["", "x", "-1", "1.5k", "1 k", "k", "1kk", "5q", "1_0", "²", "0x9"]
)
def test_an_invalid_size_is_rejected(run: Run, tmp_path: Path, size: str) -> None:
    message = f"expected a size such as 500k, 20M or 2G, got {size!r}"
    refused(run("scan", f"--max-file-size={size}"), f"--max-file-size: {message}")
    write(tmp_path, {OURS: f'max-file-size = "{size}"\n'})
    refused(run("scan"), f"{OURS}: max-file-size: {message}")


@pytest.mark.parametrize("name", ["fail-on", "jobs", "max-file-size", "sarif-profile", "color"])
def test_an_invalid_value_is_reported_with_its_source(run: Run, name: str) -> None:
    variable = "WAKEYSCAN_" + name.upper().replace("-", "_")
    flagged = run("scan", f"--{name}", "bad")
    from_variable = run("scan", env={variable: "bad"})
    assert flagged.err.startswith(f"wakeyscan: --{name}: expected ")
    assert flagged.err.endswith(", got 'bad'\n")
    refused(flagged, flagged.err.removeprefix("wakeyscan: ").removesuffix("\n"))
    refused(from_variable, flagged.err[len("wakeyscan: ") : -1].replace(f"--{name}", variable))


@pytest.mark.parametrize(
    ("value", "code"),
    [("1", 0), ("true", 0), ("YES", 0), ("on", 0), ("0", 0), ("false", 0), ("no", 0), ("off", 0)],
)
def test_a_variable_turns_a_switch_on_or_off(
    run: Run, tmp_path: Path, value: str, code: int
) -> None:
    write(tmp_path, {"a": "wa_" + "live_" + "x" * 20})
    ran = run("scan", env={"WAKEYSCAN_SHOW_SUPPRESSED": value})
    on = value in ("1", "true", "YES", "on")
    assert (ran.code, "placeholder: " in ran.out) == (code, on)


def test_an_invalid_switch_variable_is_rejected(run: Run) -> None:
    refused(
        run("scan", env={"WAKEYSCAN_QUIET": "maybe"}),
        "WAKEYSCAN_QUIET: expected 1 or 0, true or false, yes or no, on or off, got 'maybe'",
    )


def test_reports_of_a_variable_are_split_at_blanks_and_replaced_by_flags(
    run: Run, tmp_path: Path
) -> None:
    both = {"WAKEYSCAN_REPORT": "json=a.json  sarif=b.sarif"}
    assert run("scan", env=both).code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "b.sarif"]
    assert run("scan", "--report", "text=c", env={"WAKEYSCAN_REPORT": "json=d"}).code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "b.sarif", "c"]


def test_wakeyscan_toml_overrides_pyproject(run: Run, leak: str, tmp_path: Path) -> None:
    write(tmp_path, {OURS: 'fail-on = "never"\n', PROJECT: f'{TABLE}fail-on = "low"\n'})
    assert run("scan", "leak.py").code == 0


def test_wakeyscan_toml_may_use_the_pyproject_table_name(
    run: Run, leak: str, tmp_path: Path
) -> None:
    write(tmp_path, {OURS: f'{TABLE}fail-on = "never"\n'})
    assert run("scan", "leak.py").code == 0


def test_the_nearest_file_is_used_even_if_it_is_empty(run: Run, leak: str, tmp_path: Path) -> None:
    write(tmp_path, {OURS: 'fail-on = "never"\n', f"sub/{OURS}": ""})
    assert run("scan", "leak.py").code == 0
    assert run("scan", "leak.py", cwd=tmp_path / "sub").code == 1


@pytest.mark.parametrize(
    "project",
    ['[project]\nname = "wakeyscan"\n', "[tool.other]\n", "not TOML ["],
    ids=["names us", "does not", "broken, but not ours"],
)
def test_a_pyproject_without_a_wakeyscan_table_is_skipped(
    run: Run, leak: str, tmp_path: Path, project: str
) -> None:
    write(tmp_path, {OURS: 'fail-on = "never"\n', f"sub/{PROJECT}": project})
    assert run("scan", "leak.py", cwd=tmp_path / "sub").code == 0


def test_files_are_searched_up_to_the_top_of_the_repository(
    run: Run, leak: str, tmp_path: Path
) -> None:
    write(tmp_path, {OURS: 'fail-on = "never"\n', "sub/deep/er/leak.py": leak})
    deep = tmp_path / "sub/deep/er"
    assert run("scan", "leak.py", cwd=deep).code == 0
    (tmp_path / "sub/.git").mkdir()
    assert run("scan", "leak.py", cwd=deep).code == 1
    write(tmp_path, {f"sub/{PROJECT}": f'{TABLE}fail-on = "never"\n'})
    assert run("scan", "leak.py", cwd=deep).code == 0


def test_a_gitfile_also_marks_the_top_of_a_repository(run: Run, leak: str, tmp_path: Path) -> None:
    write(tmp_path, {OURS: 'fail-on = "never"\n', "sub/.git": "gitdir: elsewhere\n"})
    assert run("scan", "leak.py", cwd=tmp_path / "sub").code == 1


def test_a_file_in_the_scanned_folder_is_not_used(run: Run, leak: str, tmp_path: Path) -> None:
    write(tmp_path, {f"sub/{OURS}": 'fail-on = "never"\n'})
    assert run("scan", "sub").code == 1


@pytest.mark.parametrize("how", ["flag", "variable"])
def test_a_named_file_overrides_the_discovered_one(
    run: Run, leak: str, tmp_path: Path, how: str
) -> None:
    write(tmp_path, {OURS: 'fail-on = "low"\n', "my/own.toml": 'fail-on = "never"\n'})
    flags = ["--config", "my/own.toml"] if how == "flag" else []
    env = {} if how == "flag" else {"WAKEYSCAN_CONFIG": "my/own.toml"}
    assert run("scan", "leak.py", *flags, env=env).code == 0


def test_a_named_file_must_exist(run: Run, tmp_path: Path) -> None:
    refused(
        run("scan", "--config", "no.toml"), "no.toml: cannot be read: No such file or directory"
    )
    refused(run("scan", "--config", str(tmp_path)), f"{tmp_path}: cannot be read: Is a directory")


KEYS = "agent-fail, allow, exclude, fail-on, max-file-size, rule, rules"
WRONG = {
    "misspelt": ("exlude = []", "unknown key 'exlude'; did you mean 'exclude'?"),
    "underscores": ("fail_on = 'low'", "unknown key 'fail_on'; did you mean 'fail-on'?"),
    "misspelt size": (
        "max_size = 3",
        "unknown key 'max_size'; did you mean 'max-file-size'?",
    ),
    "no similar name": ("zzz = 1", f"unknown key 'zzz' (known: {KEYS})"),
    "api-url": ("api-url = 'https://x'", f"unknown key 'api-url' (known: {KEYS})"),
    "verify": ("verify = true", f"unknown key 'verify' (known: {KEYS})"),
    "app-key": ("app-key = 'x'", f"unknown key 'app-key' (known: {KEYS})"),
    "format": ("format = 'json'", f"unknown key 'format' (known: {KEYS})"),
    "report": ("report = ['json=x']", f"unknown key 'report' (known: {KEYS})"),
    "exclude is too long": (
        f"exclude = {['x'] * 1001}",
        "'exclude': more than 1,000 patterns; name folders instead of files",
    ),
    "exclude is a text": ("exclude = 'x'", "'exclude': expected a list of strings"),
    "exclude has a number": ("exclude = ['a', 1]", "'exclude': expected a list of strings"),
    "exclude has no pattern": ("exclude = ['a', '!']", "'exclude': invalid gitignore pattern '!'"),
    "exclude has a bad range": (
        "exclude = ['[z-a]']",
        "'exclude': invalid gitignore pattern '[z-a]'",
    ),
    "fail-on is a number": ("fail-on = 1", "'fail-on': expected a string"),
    "fail-on is invalid": (
        "fail-on = 'worst'",
        "fail-on: expected one of note, low, medium, high, critical, never, got 'worst'",
    ),
    "size is a truth": ("max-file-size = true", "'max-file-size': expected a string"),
    "size is a fraction": ("max-file-size = 1.5", "'max-file-size': expected a string"),
    "size is negative": (
        "max-file-size = -1",
        "max-file-size: expected a size such as 500k, 20M or 2G, got -1",
    ),
    "rules has a NUL": ('rules = "\\u0000"', "'rules': has a NUL"),
    "rules is a list": ("rules = ['x']", "'rules': expected a string"),
    "rule is a text": ("rule = 'x'", "'rule': expected tables such as [rule.authorization-header]"),
    "a rule is a text": (
        "rule.x = 'y'",
        "'rule': expected tables such as [rule.authorization-header]",
    ),
    "a rule's key": (
        "rule.x.sevrity = 'low'",
        "'rule': x: unknown key 'sevrity'; did you mean 'severity'?",
    ),
    "a rule's severity": (
        "rule.x.severity = 'never'",
        "'rule': x: severity: expected one of note, low, medium, high, critical, got 'never'",
    ),
    "a rule's truth": (
        "rule.x.enabled = 'no'",
        "'rule': x: enabled: expected true or false, got 'no'",
    ),
    "no such rule": (
        "rule.x.enabled = false",
        "unknown rule 'x' (known: authorization-header, wastack-api-key, wastack-app-key)",
    ),
    "allow is a text": ("allow = 'x'", "'allow': expected tables such as [[allow]]"),
    "allow has a text": ("allow = ['x']", "'allow': expected tables such as [[allow]]"),
    "allow without a path": (
        "allow = [{reason = 'x'}]",
        "'allow': 'path': missing or empty",
    ),
    "allow without a reason": (
        "allow = [{path = 'x', reason = ' '}]",
        "'allow': 'reason': missing or empty",
    ),
    "allow with an empty rule": (
        "allow = [{path = 'x', reason = 'x', rule = ''}]",
        "'allow': 'rule': missing or empty",
    ),
    "allow of a number": (
        "allow = [{path = 1, reason = 'x'}]",
        "'allow': 'path': expected a string",
    ),
    "allow with a bad pattern": (
        "allow = [{path = '[z-a]', reason = 'x'}]",
        "'allow': invalid gitignore pattern '[z-a]'",
    ),
    "allow of no such rule": (
        "allow = [{path = 'x', reason = 'x', rule = 'y'}]",
        "unknown rule 'y' (known: authorization-header, wastack-api-key, wastack-app-key)",
    ),
    "allow with another key": (
        "allow = [{path = 'x', paths = 'y', reason = 'x'}]",
        "'allow': unknown key 'paths'; did you mean 'path'?",
    ),
}


@pytest.mark.parametrize("file", [OURS, PROJECT, "named.toml"])
@pytest.mark.parametrize(("line", "message"), WRONG.values(), ids=WRONG)
def test_an_invalid_setting_is_reported_with_file_and_key(
    run: Run, tmp_path: Path, file: str, line: str, message: str
) -> None:
    write(tmp_path, {file: f"{TABLE}{line}\n"})
    named = ["--config", file] if file == "named.toml" else []
    refused(run("scan", *named), f"{file}: {message}")


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        (OURS, b"a = ", "invalid TOML: Invalid value (at end of document)"),
        (PROJECT, b"[tool.wakeyscan]\nb\n", "invalid TOML: Expected '=' after a key in a "),
        (OURS, b"a = '\xff'", "invalid TOML: byte 6 is not UTF-8; save the file as UTF-8"),
        (PROJECT, b"[tool]\nwakeyscan = 3\n", "'wakeyscan': expected a table"),
        (OURS, b"fail-on = 'low'\nfail-on = 'low'\n", "invalid TOML: Cannot overwrite a value"),
    ],
    ids=["no value", "no equals sign", "not UTF-8", "no table", "twice"],
)
def test_an_invalid_file_is_named(
    run: Run, tmp_path: Path, file: str, content: bytes, message: str
) -> None:
    write(tmp_path, {file: content})
    ran = run("scan")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"wakeyscan: {file}: {message}")


def test_a_file_in_a_parent_folder_is_named_with_its_path(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {OURS: "zzz = 1\n", "a/b/c": ""})
    refused(run("scan", cwd=tmp_path / "a/b"), f"../../{OURS}: unknown key 'zzz' (known: {KEYS})")


def test_an_invalid_file_stops_the_run_even_if_a_flag_overrides_it(
    run: Run, tmp_path: Path
) -> None:
    write(tmp_path, {OURS: "fail-on = 3\n"})
    refused(run("scan", "--fail-on", "low"), f"{OURS}: 'fail-on': expected a string")


def test_a_key_in_an_invalid_file_is_not_printed(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    key = make_key()
    write(tmp_path, {OURS: f"'{key}' = 1\nfail-on = '{key}'\n"})
    ran = run("scan")
    assert ran.code == 2
    assert key not in ran.err


EXCLUDES = {
    "a folder": (["old/"], {"old/a", "old/b/c", "sub/old/d"}),
    "a folder at the top": (["/old"], {"old/a", "old/b/c"}),
    "a kind of file": (["*.lock"], {"x.lock", "sub/y.lock"}),
    "all but one": (["old/*", "!old/a"], {"old/b/c"}),
    "any depth": (["sub/**/d"], {"sub/old/d"}),
    "a comment": (["# x", "", "x.lock"], {"x.lock"}),
    "nothing": ([], set[str]()),
}
FILES = {"old/a", "old/b/c", "sub/old/d", "x.lock", "sub/y.lock", "kept"}


@pytest.mark.parametrize(("patterns", "left_out"), EXCLUDES.values(), ids=EXCLUDES)
@pytest.mark.parametrize("start", [".", "sub"])
def test_excluded_files_are_skipped_and_counted(
    run: Run,
    make_key: MakeKey,
    tmp_path: Path,
    patterns: list[str],
    left_out: set[str],
    start: str,
) -> None:
    key = make_key()
    write(tmp_path, {"w.toml": f"exclude = {patterns}\n", **dict.fromkeys(FILES, key)})
    # The patterns are relative to the file that sets them, wherever one stands.
    up = "../" if start == "sub" else ""
    arguments = ["scan", f"{up}." if not up else "..", "--config", f"{up}w.toml"]
    report = run(*arguments, "--format", "json", cwd=tmp_path / start).json()
    found = {finding["path"].removeprefix("../") for finding in report["findings"]}
    assert found == FILES - left_out
    assert report["coverage"] == {
        "documents": len(FILES) + 1 - len(left_out),
        "bytes": len(key) * len(found) + (tmp_path / "w.toml").stat().st_size,
        "skipped": 0,
        "opaque": 0,
        "excluded": len(left_out),
    }
    assert report["complete"] is True


def test_an_excluded_file_is_skipped_even_if_it_is_a_target(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    # pre-commit names every file of a commit, and knows nothing of our configuration.
    write(tmp_path, {OURS: "exclude = ['old/']\n", "old/a": make_key(), "b": "x"})
    assert run("scan", "old/a", "b") == Ran(
        0, "No keys found (1 file excluded by old/).\nScanned 1 file (1 byte), 1 excluded.\n", ""
    )


RULE = """title = "Acme token"
severity = "medium"
anchors = ["acme-"]
pattern = '(?P<secret>acme-[0-9]{8})'
help = "Ask for another one."
hits = ["acme-12345678", "acme-23456789", "acme-34567890"]
misses = ["acme-1", "acme-x", "acme"]
"""


def test_rule_folders_are_relative_to_the_file_or_the_current_directory(
    run: Run, tmp_path: Path
) -> None:
    write(
        tmp_path,
        {
            OURS: "rules = 'own'\n",
            "own/acme-token.toml": RULE,
            "sub/a": "acme-90210817",
            "sub/mine/acme-other.toml": RULE,
        },
    )
    sub = tmp_path / "sub"
    listed = [f["rule"] for f in run("scan", "a", "--format=json", cwd=sub).json()["findings"]]
    assert listed == ["acme-token"]
    flagged = run("scan", "a", "--format=json", "--rules", "mine", cwd=sub).json()
    assert [f["rule"] for f in flagged["findings"]] == ["acme-other"]
    from_variable = run("scan", "a", "--format=json", env={"WAKEYSCAN_RULES": "mine"}, cwd=sub)
    assert from_variable.json() == flagged


@pytest.mark.parametrize(
    ("folder", "problem"),
    [("no", "cannot be read as a rules folder: "), ("empty", "contains no rules (*.toml); ")],
)
def test_a_folder_without_rules_is_rejected(
    run: Run, tmp_path: Path, folder: str, problem: str
) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path, {OURS: f"rules = '{folder}'\n"})
    ran = run("scan")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"wakeyscan: ./{folder}: {problem}")


def test_clean_files_need_no_configuration(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"a": "x"})
    assert run("scan") == Ran(0, f"{CLEAN}1 byte).\n", "")


ENCODINGS = {"utf-8-bom": "utf-8-sig", "utf-16-bom": "utf-16"}


@pytest.mark.parametrize("encoding", ENCODINGS.values(), ids=ENCODINGS)
def test_files_with_a_byte_order_mark_are_read(
    run: Run, leak: str, tmp_path: Path, encoding: str
) -> None:
    own, project = 'exclude = ["*.py"]\r\n', '[tool.wakeyscan]\r\nexclude = ["*.py"]\r\n'
    assert run("scan").code == 1
    for name, text in ((".wakeyscan.toml", own), ("pyproject.toml", project)):
        write(tmp_path, {name: text.encode(encoding)})
        assert run("scan").code == 0
        (tmp_path / name).unlink()


@pytest.mark.parametrize("file", [".wakeyscan.toml", ".wakeyscanignore", "rules/x.toml"])
def test_a_binary_file_is_rejected_with_a_clear_message(
    run: Run, tmp_path: Path, file: str
) -> None:
    write(tmp_path, {file: b"# caf\xe9\n", "a": "x"})
    options = ["--rules", "rules"] if file.startswith("rules") else []
    ran = (
        run("scan", "a", *options, "--ignore-file", file)
        if "ignore" in file
        else run("scan", "a", *options)
    )
    assert (ran.code, ran.out) == (2, "")
    assert "byte 6 is not UTF-8; save the file as UTF-8" in ran.err
    assert "codec" not in ran.err


def test_an_ssh_address_is_rejected_with_the_https_one(run: Run) -> None:
    ran = run("audit", "git@github.com:o/r.git")
    assert (ran.code, ran.out) == (2, "")
    assert "audit https://github.com/o/r.git, or clone it" in ran.err

"""`wakeyscan wipe agents:`: keys in the files of assistants are masked in place."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.agent_home import make_home
from tests.support.command import WAKEYSCAN, Run
from tests.support.files import write
from tests.support.keys import PREFIX, MakeKey, fingerprint

AN_HOUR_AGO = 1_700_000_000


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return make_home(tmp_path / "home", monkeypatch)


def mask_id(key: str) -> str:
    return fingerprint(key)[:6]


def keep(home: Path, files: dict[str, str | bytes]) -> None:
    """Write files that no session writes to any more."""
    write(home, files)
    for name in files:
        os.utime(home / name, (AN_HOUR_AGO, AN_HOUR_AGO))


def build_transcript(key: str, other: str) -> str:
    """Return a transcript as Claude Code writes one, with a key in five places, and an app key."""
    image = base64.b64encode(f"\x89PNG {key} {'x' * 60}".encode()).decode()
    lines: list[object] = [
        {"type": "user", "message": {"role": "user", "content": f"use {key} and {other}"}},
        {"type": "tool", "input": {"command": f"curl -H 'Authorization: Bearer {key}' a.b"}},
        {"result": {"stdout": f'A=1\nK="{key}"\n\u001b[31mé😀 {key}\u001b[0m', "n": 1.50}},
        {"content": [{"type": "image", "source": {"data": image}}]},
        {"text": "".join(f"\\x{ord(c):02x}" for c in key), key: 1},
        {"nothing": "here"},
    ]
    return "".join(
        json.dumps(line, ensure_ascii=number % 2 == 0) + "\n" for number, line in enumerate(lines)
    )


def test_a_transcript_is_masked_and_stays_valid(run: Run, home: Path, make_key: MakeKey) -> None:
    key, other = make_key(), make_key()
    name = ".claude/projects/p/a.jsonl"
    text = build_transcript(key, other)
    keep(home, {name: text, ".claude/history.jsonl": json.dumps({"display": other}) + "\n"})
    (home / name).chmod(0o600)
    ran = run("wipe", "agents:")
    assert (ran.code, ran.err) == (1, "")
    assert (home / name).read_text() == text
    assert "write it with --write" in ran.out
    for secret in (key, other):
        assert secret[len(PREFIX) :] not in ran.out
    ran = run("wipe", "--write", "agents:")
    assert (ran.code, ran.err) == (0, ""), ran.out
    masked = (home / name).read_bytes()
    lines = [json.loads(line) for line in masked.splitlines()]
    assert len(lines) == 6
    assert masked.splitlines()[5] == text.encode().splitlines()[5]
    for secret in (key, other):
        assert secret[len(PREFIX) :].encode() not in masked
    assert lines[2]["result"]["stdout"].startswith('A=1\nK="redacted-by-wakeyscan-')
    assert (home / name).stat().st_mode & 0o777 == 0o600
    assert (home / name).stat().st_mtime == AN_HOUR_AGO
    assert run("scan", "agents:").code == 0
    assert "No keys to mask." in run("wipe", "agents:").out


@pytest.mark.parametrize(
    ("name", "form"),
    [
        pytest.param(".claude/shell-snapshots/snapshot-bash-1.sh", "export K={}\n", id="shell"),
        pytest.param(".claude/CLAUDE.md", "The key is `{}`.\r\n", id="memory"),
        pytest.param(".codex/log/codex.log", "\x00\x01 {} \n", id="binary"),
        pytest.param(".config/Code/User/History/1/a.py", "K = '{}'", id="no line end"),
        pytest.param(".gemini/tmp/a/chats/session-1.json", '{{\n  "t": [\n"{}"\n]\n}}', id="json"),
        pytest.param(".codex/sessions/a.jsonl", '\ufeff{{"a": "{}"}}\n{{"cut": "', id="cut json"),
        pytest.param(".vibe/vibehistory", "é\u2028{}\f{}\n", id="other line ends"),
    ],
)
def test_the_rest_of_a_file_is_kept(run: Run, home: Path, key: str, name: str, form: str) -> None:
    keep(home, {name: form.replace("{}", key).replace("{{", "{").replace("}}", "}")})
    before = (home / name).read_bytes()
    ran = run("wipe", "--write", "agents:")
    assert ran.code == 0, ran
    after = (home / name).read_bytes()
    mark = after[len(before.partition(key.encode())[0]) :][:28]
    assert mark.startswith(b"redacted-by-wakeyscan-")
    assert after == before.replace(key.encode(), mark)


def test_other_names_of_a_file_are_reported(run: Run, home: Path, key: str) -> None:
    keep(home, {".claude/a.jsonl": f'{{"a": "{key}"}}\n'})
    os.link(home / ".claude/a.jsonl", home / ".claude/b.jsonl")
    os.link(home / ".claude/a.jsonl", home / "backup")
    inode = (home / "backup").stat().st_ino
    expected = f".claude/a.jsonl: 1 more, to be found by the inode: {inode}\n"
    for arguments in ((), ("--write",)):
        ran = run("wipe", *arguments, "agents:")
        assert (ran.code, ran.err) == (1, "")
        assert "other names (hard links), which keep the keys:\n" in ran.out
        assert expected in ran.out
    assert key in (home / "backup").read_text()
    assert run("wipe", "--write", "agents:").code == 0
    for name in ("a.jsonl", "b.jsonl"):
        assert key not in (home / ".claude" / name).read_text()


def test_names_that_are_all_masked_are_not_reported(run: Run, home: Path, key: str) -> None:
    keep(home, {".claude/a.jsonl": f'{{"a": "{key}"}}\n'})
    os.link(home / ".claude/a.jsonl", home / ".claude/b.jsonl")
    ran = run("wipe", "--write", "agents:")
    assert (ran.code, "hard links" in ran.out) == (0, False)


def test_settings_are_not_masked_unless_requested(run: Run, home: Path, key: str) -> None:
    server = {"command": "x", "env": {"K": key}}
    keep(
        home,
        {
            ".claude.json": json.dumps({"mcpServers": {"a": server}}),
            ".gemini/settings.json": json.dumps({"apiKey": key}),
        },
    )
    before = (home / ".claude.json").read_bytes()
    ran = run("wipe", "--write", "agents:")
    assert (ran.code, ran.out.count("it is a setting in use")) == (1, 2)
    assert (home / ".claude.json").read_bytes() == before
    assert run("wipe", "--write", "--settings", "agents:").code == 0
    value = json.loads((home / ".claude.json").read_bytes())
    assert value["mcpServers"]["a"]["env"]["K"].startswith("redacted-by-wakeyscan-")


def test_a_file_in_use_is_not_masked_unless_forced(run: Run, home: Path, key: str) -> None:
    write(home, {".claude/a.jsonl": f'{{"a": "{key}"}}\n'})
    ran = run("wipe", "--write", "agents:")
    assert (ran.code, "a session may be writing" in ran.out) == (1, True)
    assert key in (home / ".claude/a.jsonl").read_text()
    assert run("wipe", "--write", "--force", "agents:").code == 0
    assert key not in (home / ".claude/a.jsonl").read_text()


def test_keys_that_cannot_be_masked_are_reported_and_kept(run: Run, home: Path, key: str) -> None:
    folder = home / ".config/Cursor/User/globalStorage"
    folder.mkdir(parents=True)
    with sqlite3.connect(folder / "state.vscdb") as database:
        database.execute("CREATE TABLE t (value TEXT)")
        database.execute("INSERT INTO t VALUES (?)", (json.dumps({"text": key}),))
    database.close()
    os.utime(folder / "state.vscdb", (AN_HOUR_AGO, AN_HOUR_AGO))
    encoded = base64.b64encode(f"the key is {key}".encode())
    keep(home, {".vibe/a.txt": b"\0\1\n" + encoded + b" \0"})
    (home / ".vibe/link").symlink_to(key)
    before = {p: p.read_bytes() for p in (folder / "state.vscdb", home / ".vibe/a.txt")}
    ran = run("wipe", "--write", "agents:")
    assert ran.code == 1
    assert "inside a database or an archive" in ran.out
    assert "it is encoded; delete the file" in ran.out
    assert "it is in a name or a link" in ran.out
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", ["\ufeff", ""], ids=["with a mark", "without"])
def test_a_file_in_utf_16_is_left_alone(
    run: Run, home: Path, key: str, codec: str, mark: str
) -> None:
    """A position in its text is none in its bytes."""
    encoded = base64.b64encode(f"the key is {key}".encode()).decode()
    text = f'{mark}{{"first": "other", "a": "{key}"}}\n{{"b": "{encoded}", "c": 1}}\n'
    files: dict[str, str | bytes] = {
        f".claude/a.{ending}": text.encode(codec) for ending in ("json", "jsonl", "md")
    }
    # A mask in the part that is not in UTF-16 would move the rest.
    files[".claude/b.jsonl"] = mark.encode(codec) + f"{key}\n".encode() + "rest".encode(codec)
    keep(home, files)
    ran = run("wipe", "--write", "agents:")
    changed = {name for name in files if (home / name).read_bytes() != files[name]}
    assert (ran.code, changed) == (1, set() if mark else {".claude/b.jsonl"}), ran
    assert ran.out.count("it is encoded; delete the file") >= 3


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(b'{"a": 1,\r"b": 2,\r\n"x": "y"}\r', id="lone CR"),
        pytest.param(b'{"x": "' + b"\xe2\x82" * 60 + b'", "y": ', id="cut characters"),
        pytest.param(b'\xef\xbb\xbf{"x": "", "y": ', id="a mark of UTF-8"),
    ],
)
def test_an_encoded_key_is_masked_where_the_scan_shows_it(
    run: Run, home: Path, key: str, before: bytes
) -> None:
    encoded = base64.b64encode(f"the key is {key}".encode())
    content = before + b'"' + encoded + b'", "other": "z"}\n{"c": ["d", "e", "f", "g"]}\n'
    keep(home, {".claude/a.jsonl": content})
    ran = run("wipe", "--write", "agents:")
    after = (home / ".claude/a.jsonl").read_bytes()
    mark = after[len(before) + 1 :][:28]
    assert (ran.code, mark[:22]) == (0, b"redacted-by-wakeyscan-"), ran
    assert after == content.replace(encoded, mark)


FORMS: dict[str, Callable[[str], str]] = {
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
    "hex": lambda key: key.encode().hex(),
    "percent": lambda key: key.replace("_", "%5F"),
    "entities": lambda key: f"&#119;{key[1:]}",
    "color": lambda key: f"{key[:14]}\x1b[0m{key[14:]}",
    "escape": lambda key: f"\\u0077{key[1:]}",
}


@pytest.mark.parametrize("name", [".claude/a.jsonl", ".claude/a.json", ".claude/a.md"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_of_an_encoded_key_only_its_own_bytes_are_masked(
    run: Run, home: Path, key: str, form: Callable[[str], str], name: str
) -> None:
    text, mark = f"first\nthe key: {form(key)} more\nlast", f"redacted-by-wakeyscan-{mask_id(key)}"
    is_json = not name.endswith(".md")
    keep(home, {name: json.dumps({"a": [text, 1]}) if is_json else text})
    ran = run("wipe", "--write", "agents:")
    after = (home / name).read_text()
    assert (ran.code, ran.err, "whole JSON string" in ran.out) == (0, "", False)
    assert (json.loads(after)["a"][0] if is_json else after) == text.replace(form(key), mark)


def test_of_a_split_key_each_part_is_masked(run: Run, home: Path, key: str) -> None:
    code = f"p = '{key[:8]}'\nq = 1\nx = p + '{key[8:]}'\n"
    keep(home, {".claude/a.jsonl": json.dumps({"m": code, "n": "rest"}) + "\n"})
    ran = run("wipe", "--write", "agents:")
    mark = f"redacted-by-wakeyscan-{mask_id(key)}"
    assert ran.code == 0, ran
    expected = f"p = '{mark}'\nq = 1\nx = p + '{mark}'\n"
    assert json.loads((home / ".claude/a.jsonl").read_bytes()) == {"m": expected, "n": "rest"}
    assert f"\n+{json.dumps({'m': expected, 'n': 'rest'})}\n" in ran.out


@pytest.mark.parametrize("options", [(), ("--write",)], ids=["plan", "write"])
def test_a_string_that_still_shows_a_part_of_a_key_is_replaced(
    run: Run, home: Path, key: str, options: tuple[str, ...]
) -> None:
    encoded = base64.b64encode(f"the key is {key}".encode()).decode()
    texts = {"a": f"before {encoded} it ends in {key[-20:]}", "b": key}
    keep(home, {".vibe/a.json": json.dumps(texts).encode()})
    ran = run("wipe", *options, "agents:")
    assert f'\n+"redacted-by-wakeyscan-{mask_id(key)}"\n' in ran.out
    assert "For 1 of them, the mask replaces the whole JSON string around the key." in ran.out


def test_a_short_credential_is_masked_only_where_it_is(run: Run, home: Path) -> None:
    line = "curl -H 'Authorization: Bearer k3yQ9zT1' https://a.b\nk3yQ9zT1x = 1\n"
    keep(home, {".vibe/a.sh": line})
    run("wipe", "--write", "agents:")
    assert (home / ".vibe/a.sh").read_text().endswith("\nk3yQ9zT1x = 1\n")


def test_an_unwritable_file_is_reported(run: Run, home: Path, key: str) -> None:
    keep(home, {".claude/a.jsonl": f'{{"a": "{key}"}}\n', ".codex/b.jsonl": key})
    (home / ".claude").chmod(0o500)
    ran = run("wipe", "--write", "agents:")
    (home / ".claude").chmod(0o700)
    if os.geteuid():  # the administrator may write everywhere
        assert (ran.code, "cannot be written" in ran.err) == (2, True)
        assert key in (home / ".claude/a.jsonl").read_text()
    assert key not in (home / ".codex/b.jsonl").read_text()


def test_a_killed_wipe_loses_no_file(run: Run, home: Path, make_key: MakeKey) -> None:
    keys = [make_key() for _ in range(40)]
    before = {f".claude/{n}.jsonl": json.dumps([key, n]).encode() for n, key in enumerate(keys)}
    keep(home, {**before})
    for tenths in (1, 2, 3, 4):
        process = subprocess.Popen(
            [WAKEYSCAN, "wipe", "--write", "agents:"], stdout=subprocess.DEVNULL
        )
        time.sleep(tenths / 10)
        process.kill()
        process.wait()
        for number, (name, content) in enumerate(before.items()):
            text = (home / name).read_bytes()
            assert text == content or json.loads(text)[1] == number
    assert run("wipe", "--write", "agents:").code == 0
    assert run("scan", "agents:").code == 0
    for number, name in enumerate(before):
        assert json.loads((home / name).read_bytes())[1] == number


@pytest.mark.parametrize("targets", [(), (".",), ("agents",), ("agents:", "git:a..b")])
def test_other_targets_are_rejected(run: Run, home: Path, targets: tuple[str, ...]) -> None:
    ran = run("wipe", *targets)
    assert (ran.code, "expected agents:" in ran.err) == (2, True)


FOLDERS = (
    *(".claude", ".codex", ".cursor", ".gemini", ".kiro", ".continue", ".specstory", ".vibe"),
    *(".junie", ".roo", ".windsurf", ".amazonq", ".opencode", ".zed"),
)
FILES = (".mcp.json", ".aider.chat.history.md", ".aider.input.history", "CLAUDE.local.md")


def make_project(tmp_path: Path) -> Path:
    """Make an empty repository beside the home."""
    project = tmp_path / "project"
    subprocess.run(["git", "init", "-q", project], check=True)
    return project


@pytest.mark.parametrize("is_work_tree", [True, False])
def test_a_link_of_the_project_is_not_followed(
    run: Run, home: Path, tmp_path: Path, make_key: MakeKey, is_work_tree: bool
) -> None:
    text, outside = f"key: {make_key()}\n", home / "other"
    keep(home, {"other/notes.md": text})
    project = make_project(tmp_path) if is_work_tree else tmp_path / "project"
    project.mkdir(exist_ok=True)
    for name in FOLDERS:
        (project / name).symlink_to(outside)
    for name in FILES:
        (project / name).symlink_to(outside / "notes.md")
    ran = run("wipe", "--write", "--force", "--settings", "agents:", cwd=project)
    assert (outside / "notes.md").read_text() == text
    assert ran.code == 3, ran
    scanned = run("scan", "--verbose", "agents:", cwd=project)
    assert scanned.code == 3, scanned
    for name in (*FOLDERS, *FILES):
        assert f"Skipped: {project / name}: a link of the project, not followed" in ran.out
        assert f"{project / name}: a link of the project" in scanned.err + scanned.out


def test_a_folder_behind_a_link_of_the_project_is_not_followed(
    run: Run, home: Path, tmp_path: Path, make_key: MakeKey
) -> None:
    text = f"key: {make_key()}\n"
    keep(home, {"other/mcp.json": text})
    project = make_project(tmp_path)
    (project / ".vscode").symlink_to(home / "other")
    assert run("wipe", "--write", "--settings", "agents:", cwd=project).code == 3
    assert (home / "other/mcp.json").read_text() == text


@pytest.mark.parametrize("starts_in_home", [True, False])
def test_links_of_the_home_are_followed(
    run: Run, home: Path, tmp_path: Path, make_key: MakeKey, starts_in_home: bool
) -> None:
    """Managers of dotfiles make them."""
    key = make_key()
    keep(home, {"dotfiles/claude/a.md": f"key: {key}\n"})
    (home / ".claude").symlink_to(home / "dotfiles/claude")
    folder = home if starts_in_home else make_project(tmp_path)
    assert run("wipe", "--write", "agents:", cwd=folder).code == 0
    assert key not in (home / "dotfiles/claude/a.md").read_text()


def test_links_in_a_home_that_is_a_repository_are_not_followed(
    run: Run, home: Path, make_key: MakeKey
) -> None:
    text = f"key: {make_key()}\n"
    keep(home, {"dotfiles/claude/a.md": text})
    (home / ".claude").symlink_to(home / "dotfiles/claude")
    subprocess.run(["git", "init", "-q", home], check=True)
    assert run("wipe", "--write", "agents:", cwd=home).code == 3
    assert (home / "dotfiles/claude/a.md").read_text() == text

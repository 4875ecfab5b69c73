"""`wakeyscan fix`: the real command on real work trees."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import WAKEYSCAN, Run, execute, start_program
from tests.support.keys import PREFIX, MakeKey, mask
from tests.support.repositories import Repo

_KILL_EVERYWHERE = """
import json, os, shutil, signal, sys
from wakeyscan.cli import fix_access, fix_plan, fix_writer
from wakeyscan.fixers.fixer import Fix
from wakeyscan.fixers.repair import Repair

top, original = sys.argv[1], os.fsencode(sys.argv[2])

def write(folder):
    before = open(os.path.join(folder, ".env"), "rb").read()
    line = before.splitlines()[1]
    after = before.replace(line, b"# moved")
    fix = Fix((), (), ((".env.local", line),),
              ((".env.example", b"WASTACK_API_KEY="), (".gitignore", b"/.env.local")))
    repair = Repair(after, fixes=(fix,))
    planned = fix_plan.PlannedFile(".env", os.path.join(folder, ".env"), before, repair)
    fix_writer.write_all([planned], fix_access.FileAccess(folder, frozenset([".env"])))

def write_in_child(folder, moment):
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    events = 0

    def count(name, arguments):
        nonlocal events
        if name in ("open", "os.rename", "os.chmod", "os.remove"):
            events += 1
            if events == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    try:
        sys.addaudithook(count)
        write(folder)
        os._exit(0)
    finally:
        os._exit(1)

codes = []
for moment in range(1, 60):
    folder = os.path.join(top, str(moment))
    os.mkdir(folder)
    with open(os.path.join(folder, ".env"), "wb") as file:
        file.write(original)
    codes.append([write_in_child(folder, moment)])
    shutil.copytree(folder, folder + "-killed")
    if codes[-1] == [0]:
        break
    codes[-1].append(write_in_child(folder, 0))
print(json.dumps(codes))
"""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def read(repo: Repo, name: str) -> str:
    return (repo.top / name).read_text("utf-8")


def test_a_diff_shows_masked_keys_and_changes_nothing(repo: Repo, key: str) -> None:
    files = {
        "app/main.py": f'KEY = "{key[:12]}" "{key[12:]}"\n',
        "send.sh": f"curl -H 'Authorization: Bearer {key}' https://api.wastack.in/api/v1/x\n",
        ".env": f"WASTACK_API_KEY={key}\n",
    }
    repo.commit(files)
    ran = repo.run("fix")
    assert (ran.code, ran.err) == (1, "")
    assert PREFIX not in ran.out.replace(mask(key), "") and key[12:] not in ran.out
    assert f'-KEY = "{mask(key)}"\n+import os\n+\n+KEY = os.environ["WASTACK_API_KEY"]\n' in ran.out
    assert f".env.local: + WASTACK_API_KEY={mask(key)}\n" in ran.out
    assert "Would fix 3 places in 3 files; write the changes with --write." in ran.out
    assert repo.git("status", "--porcelain") == ""


def test_a_new_line_of_a_diff_shows_no_copy_of_the_key(repo: Repo, key: str) -> None:
    body = key.removeprefix(PREFIX)
    copies = {
        "plain": body,
        "reversed": body[::-1],
        "hex": body.encode().hex(),
        "case": body.swapcase(),
    }
    files = {f"{name}.py": f'K = "{key}"  # {copy}\n' for name, copy in copies.items()}
    repo.commit(files)
    ran = repo.run("fix")
    assert ran.code == 1
    assert ran.out.count("\n+K = ") == len(files)
    assert not [name for name, copy in copies.items() if copy in ran.out]


def test_written_changes_leave_nothing_to_find(repo: Repo, key: str) -> None:
    repo.commit(
        {
            "app/main.py": f'import sys\nKEY = "{key}"\n',
            "server.js": f"const key = '{key}';\r\n",
            "main.go": f'package main\n\nvar key = "{key}"\n',
            "Dockerfile": f"FROM alpine\nENV WASTACK_API_KEY={key}\n",
            "compose.yml": f"services:\n  a:\n    environment:\n      WASTACK_API_KEY: {key}\n",
            "send.sh": f'KEY="{key}"\n',
        }
    )
    (repo.top / "send.sh").chmod(0o755)
    repo.git("commit", "-qam", "mode")
    ran = repo.run("fix", "--write")
    assert ran.code == 0
    assert "Fixed 6 places in 6 files." in ran.out
    assert (
        read(repo, "app/main.py") == 'import os\nimport sys\nKEY = os.environ["WASTACK_API_KEY"]\n'
    )
    assert (repo.top / "server.js").read_bytes() == b"const key = process.env.WASTACK_API_KEY;\r\n"
    assert stat.S_IMODE((repo.top / "send.sh").stat().st_mode) == 0o755
    assert read(repo, ".env.example") == "WASTACK_API_KEY=\n"
    assert repo.run("scan").code == 0
    status = repo.git("status", "--porcelain")
    again = repo.run("fix", "--write", "--force")
    assert (again.code, again.out) == (0, "No keys to fix.\n")
    assert repo.git("status", "--porcelain") == status


def test_paths_are_relative_to_the_current_directory(repo: Repo, key: str) -> None:
    repo.commit({"a/b/x.py": f'K = "{key}"\n', "a/y.py": f'K = "{key}"\n'})
    ran = repo.run("fix", "--write", "x.py", cwd="a/b")
    assert ran.code == 0
    assert key not in read(repo, "a/b/x.py")
    assert key in read(repo, "a/y.py")


def test_a_file_with_unstaged_changes_needs_force(repo: Repo, key: str) -> None:
    repo.commit({"a.py": f'K = "{key}"\n', "b.py": f'K = "{key}"\n'})
    repo.write({"a.py": f'K = "{key}"\n# new\n'})
    ran = repo.run("fix", "--write")
    assert ran.code == 1
    assert f"  a.py:1:6: {mask(key)}: the file has unstaged changes; stage or stash" in ran.out
    assert (key in read(repo, "a.py"), key in read(repo, "b.py")) == (True, False)
    assert repo.run("fix", "--write", "--force").code == 0
    assert key not in read(repo, "a.py")


def test_other_names_of_a_file_are_reported(repo: Repo, key: str) -> None:
    repo.commit({"a.py": f'K = "{key}"\n'})
    backup = repo.top.parent / "backup.py"
    os.link(repo.top / "a.py", backup)
    ran = repo.run("fix", "--write")
    assert (ran.code, "other names (hard links), which keep the keys:" in ran.out) == (1, True)
    assert f"a.py: 1 more, to be found by the inode: {backup.stat().st_ino}\n" in ran.out
    assert (key in read(repo, "a.py"), key in backup.read_text()) == (False, True)
    assert repo.run("fix", "--write").code == 0


def test_staged_changes_do_not_prevent_a_fix(repo: Repo, key: str) -> None:
    repo.stage({"a.py": f'K = "{key}"\n'})
    assert repo.run("fix", "--write").code == 0


def test_findings_that_are_not_fixed_are_listed_with_a_reason(repo: Repo, key: str) -> None:
    repo.commit(
        {
            "public/app.js": f'document.write("{key}");\n',
            "notes.txt": f"key {key}\n",
            "a.py": f'print "{key}"\n',
            f"{key}.py": "x = 1\n",
        }
    )
    (repo.top / "link.py").symlink_to(f"/nowhere/{key}")
    ran = repo.run("fix", "--write")
    assert ran.code == 1
    assert key not in ran.out
    assert "send the request through your own server" in ran.out
    assert "notes.txt:1:5" in ran.out and "knows no way to read a variable" in ran.out
    assert "its parser finds a syntax error" in ran.out
    assert "it is in the name of the file" in ran.out
    assert "the file is a link" in ran.out


def test_ignored_findings_and_placeholders_are_not_fixed(repo: Repo, key: str) -> None:
    text = f'A = "{key}"  # wakeyscan:ignore -- a test\nB = "wa_live_your_api_key"\n'
    repo.commit({"a.py": text})
    ran = repo.run("fix", "--write")
    assert (ran.code, ran.out) == (0, "No keys to fix.\n")
    assert read(repo, "a.py") == text


def test_the_name_of_the_project_is_used(repo: Repo, make_key: MakeKey) -> None:
    key, other = make_key(), make_key()
    repo.commit(
        {
            "src/config.js": "module.exports = process.env.WASTACK_TOKEN;\n",
            "a.py": f'A = "{key}"\nB = "{other}"\n',
        }
    )
    assert repo.run("fix", "--write", "a.py").code == 0
    assert 'os.environ["WASTACK_API_KEY"]' in read(repo, "a.py")
    repo.git("checkout", "-q", "a.py")
    assert repo.run("fix", "--write").code == 0
    assert 'A = os.environ["WASTACK_TOKEN"]\nB = os.environ["WASTACK_TOKEN_2"]' in read(
        repo, "a.py"
    )


def test_an_untracked_env_file_becomes_ignored(repo: Repo, key: str) -> None:
    repo.commit({"README.md": "x\n", ".gitignore": "*.log"})
    repo.write({".env": f"WASTACK_API_KEY={key}\n"})
    ran = repo.run("fix", "--write")
    assert ran.code == 0
    assert read(repo, ".env") == f"WASTACK_API_KEY={key}\n"
    assert read(repo, ".gitignore") == "*.log\n/.env\n"
    assert read(repo, ".env.example") == "WASTACK_API_KEY=\n"
    assert repo.run("scan").code == 0
    assert "git ignores this file" in repo.run("fix", ".env").out


def test_a_tracked_env_file_moves_its_line(repo: Repo, key: str) -> None:
    repo.commit({".env": f"A=1\r\nWASTACK_API_KEY={key}\r\nB=2\r\n", ".env.example": "A=\n"})
    ran = repo.run("fix", "--write")
    assert ran.code == 0
    env = (repo.top / ".env").read_bytes()
    assert env == b"A=1\r\n# WASTACK_API_KEY is in .env.local, which git ignores\r\nB=2\r\n"
    assert read(repo, ".env.local") == f"WASTACK_API_KEY={key}\n"
    assert stat.S_IMODE((repo.top / ".env.local").stat().st_mode) == 0o600
    assert read(repo, ".env.example") == "A=\nWASTACK_API_KEY=\n"
    assert read(repo, ".gitignore") == "/.env.local\n"
    assert repo.run("scan").code == 0


def test_an_existing_private_file_becomes_private(repo: Repo, key: str) -> None:
    repo.commit({".env": f"WASTACK_API_KEY={key}\n", ".gitignore": ".env.local\n"})
    repo.write({".env.local": "A=1"})
    (repo.top / ".env.local").chmod(0o644)
    assert repo.run("fix", "--write").code == 0
    assert read(repo, ".env.local") == f"A=1\nWASTACK_API_KEY={key}\n"
    assert stat.S_IMODE((repo.top / ".env.local").stat().st_mode) == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="the shell limits the size of files")
@pytest.mark.parametrize(
    ("private", "reason"),
    [
        pytest.param("", "File too large", id="new"),
        pytest.param("A=1\n" * 255, "No space left on device", id="partly written"),
    ],
)
def test_a_private_file_that_cannot_be_written_has_its_old_content(
    repo: Repo, key: str, private: str, reason: str
) -> None:
    repo.commit({".env": f"WASTACK_API_KEY={key}\n", ".gitignore": ".env.local\n"})
    if private:
        repo.write({".env.local": private})
    limit = len(private) // 1000  # in KiB
    ran = execute(["bash", "-c", f"ulimit -f {limit}; exec {WAKEYSCAN} fix --write"], repo.top)
    assert ran.code == 2
    assert ran.err.endswith(f".env.local: cannot be written: {reason}\n")
    assert (repo.top / ".env.local").exists() == bool(private)
    assert not private or read(repo, ".env.local") == private
    assert key in read(repo, ".env")


def test_a_private_file_keeps_its_own_value_of_a_variable(repo: Repo, key: str) -> None:
    repo.commit({".env": f"WASTACK_API_KEY={key}\n", ".gitignore": ".env.local\n"})
    repo.write({".env.local": "export WASTACK_API_KEY='other' # mine\n"})
    ran = repo.run("fix", "--write")
    assert (ran.code, repo.git("status", "--porcelain")) == (1, "")
    assert ".env.local gives WASTACK_API_KEY another value; if that is right" in ran.out
    assert read(repo, ".env.local") == "export WASTACK_API_KEY='other' # mine\n"
    repo.write({".env.local": f'WASTACK_API_KEY="{key}"\n'})
    assert repo.run("fix", "--write").code == 0


def test_files_that_change_get_lines_of_other_files_too(repo: Repo, make_key: MakeKey) -> None:
    key, old = make_key(), make_key()
    repo.commit({".env": f"WA_KEY={key}\nPORT=1\n", ".env.example": f"OLD_KEY={old}\nPORT=1\n"})
    repo.write({".env.local": f"# {old}\nA=1\n", "z.py": f'K = "{key}"\n'})
    ran = repo.run("fix", "--write")
    assert (ran.code, ran.err) == (0, "")
    assert read(repo, ".env") == "# WA_KEY is in .env.local, which git ignores\nPORT=1\n"
    assert read(repo, ".env.example") == "OLD_KEY=\nPORT=1\nWA_KEY=\n"
    assert read(repo, ".env.local") == f"# $OLD_KEY\nA=1\nWA_KEY={key}\n"
    assert key not in read(repo, "z.py")


def test_a_file_of_ruby_that_changes_strings_gets_copies_from_all_others(
    repo: Repo, key: str
) -> None:
    repo.commit({"bin/run.rb": f'send("{key}")\n', "lib/send.rb": "def send(key)\n  key\nend\n"})
    assert '+send(ENV.fetch("WASTACK_API_KEY"))\n' in repo.run("fix").out
    repo.commit({"lib/send.rb": "def send(key)\n  key.strip!\nend\n"})
    assert '+send(ENV.fetch("WASTACK_API_KEY").dup)\n' in repo.run("fix").out


_CHANGE_IN_BETWEEN = """
import os, sys
from wakeyscan.cli.main import main

def change(name, arguments):
    if name == "os.rename":
        with open("b.py", "a") as file:
            file.write("# mine")

sys.addaudithook(change)
sys.exit(main(["fix", "--write"]))
"""


def test_a_fix_that_stops_in_the_middle_names_the_changed_files(repo: Repo, key: str) -> None:
    repo.commit(dict.fromkeys(("a.py", "b.py", "c.py"), f'K = "{key}"\n'))
    ran = start_program([sys.executable, "-c", _CHANGE_IN_BETWEEN], repo.top)
    assert (ran.code, ran.out) == (2, "")
    stopped, reason = ran.err.splitlines()
    assert stopped == (
        f"wakeyscan: the fix stopped in the middle; it has changed {repo.top / 'a.py'}"
    )
    assert reason == "wakeyscan: b.py: changed during the fix; run it again"
    assert [key in read(repo, name) for name in ("a.py", "b.py", "c.py")] == [False, True, True]


@pytest.mark.parametrize("name", [".env.local", ".env.example", ".gitignore"])
@pytest.mark.parametrize("kind", ["link", "folder"])
def test_nothing_is_written_if_one_file_cannot_be(
    repo: Repo, key: str, name: str, kind: str
) -> None:
    before = f"A=1\nWASTACK_API_KEY={key}\n"
    repo.commit({".env": before, "a.py": f'K = "{key}"\n'})
    repo.write({"../outside/precious": "mine\n"})
    if kind == "link":
        (repo.top / name).symlink_to("../outside/precious")
    else:
        (repo.top / name).mkdir()
    ran = repo.run("fix", "--write")
    assert (ran.code, ran.out) == (2, "")
    assert f"{repo.top / name}: cannot be written: " in ran.err
    assert repo.git("status", "--porcelain", "--untracked-files=no") == ""
    written = {path.name for path in repo.top.iterdir()}
    assert written == {".git", ".env", "a.py", name}
    assert read(repo, "../outside/precious") == "mine\n"


@pytest.mark.parametrize("is_in_tree", [True, False])
def test_a_link_as_a_target_is_not_fixed(repo: Repo, key: str, is_in_tree: bool) -> None:
    text = f'K = "{key}"\n'
    target = "a.py" if is_in_tree else "../outside/a.py"
    repo.write({target: text})
    (repo.top / "lf.py").symlink_to(target)
    ran = repo.run("fix", "--write", "lf.py")
    assert ran.code == 1, ran
    assert "lf.py is a link; name the file that it leads to" in ran.out
    assert read(repo, target) == text
    both = ("lf.py", target) if is_in_tree else (target,)
    assert repo.run("fix", "--write", *both).code == 0
    assert key not in read(repo, target)


def test_files_outside_a_repository_are_fixed(run: Run, tmp_path: Path, key: str) -> None:
    (tmp_path / "a.py").write_text(f'K = "{key}"\n')
    (tmp_path / ".env").write_text(f"WASTACK_API_KEY={key}\n")
    ran = run("fix", "--write")
    assert ran.code == 1
    assert "it is in no repository" in ran.out
    assert (tmp_path / "a.py").read_text() == 'import os\n\nK = os.environ["WASTACK_API_KEY"]\n'


def test_a_missing_path_is_reported(run: Run) -> None:
    ran = run("fix", "nowhere")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "wakeyscan fix: nowhere: no such file or folder\n"


def test_a_kill_at_any_moment_loses_nothing(tmp_path: Path, key: str) -> None:
    line = f"WASTACK_API_KEY={key}"
    before = f"A=1\n{line}\n"
    ran = start_program([sys.executable, "-c", _KILL_EVERYWHERE, str(tmp_path), before])
    assert (ran.code, ran.err) == (0, "")
    *killed, whole = json.loads(ran.out)
    assert (whole, len(killed) > 5) == ([0], True)
    for moment, (code, again) in enumerate(killed, 1):
        folder = tmp_path / f"{moment}-killed"
        content = (folder / ".env").read_text()
        private = folder / ".env.local"
        assert code == -9
        assert content == before or line in private.read_text().splitlines()
        assert not any(key in file.read_text() for file in folder.glob(".wakeyscan-*"))
        if private.exists():
            assert (folder / ".gitignore").read_text() == "/.env.local\n"
        if content == before:
            assert again == 0
            assert (tmp_path / str(moment) / ".env.local").read_text() == f"{line}\n"


def test_without_the_grammars_only_their_languages_are_not_fixed(repo: Repo, key: str) -> None:
    repo.commit({"a.js": f'const k = "{key}";\n', "a.py": f'K = "{key}"\n'})
    start = Path(__file__).parents[1] / "support" / "python_start"
    env = {"PYTHONPATH": str(start), "PYTHON_WITHOUT": "tree_sitter"}
    ran = start_program([WAKEYSCAN, "fix", "--write"], repo.top, env=env)
    assert (ran.code, ran.err) == (1, "")
    assert "install it with: pip install 'wakeyscan[fix]'" in ran.out
    assert (key in read(repo, "a.js"), key in read(repo, "a.py")) == (True, False)


def test_sarif_carries_the_edits(repo: Repo, make_key: MakeKey) -> None:
    key, other = make_key(), make_key()
    files = {
        "a.py": f'x = "é"; K = "{key}"\n',
        "b.js": f"const h = `Bearer {other}`;\r\n",
        "two.py": f'T = "{key} {other}"\n',
        "public/app.js": f'document.write("{key}");\n',
        ".env": f"WASTACK_API_KEY={key}\n",
    }
    repo.commit(files)
    ran = repo.run("scan", "--format=sarif")
    assert (ran.code, key in ran.out, other in ran.out) == (1, False, False)
    fixed = {}
    for result in ran.json()["runs"][0]["results"]:
        for fix in result.get("fixes", ()):
            (change,) = fix["artifactChanges"]
            fixed[change["artifactLocation"]["uri"]] = change["replacements"]
    assert sorted(fixed) == ["a.py", "b.js"]
    for name, replacements in fixed.items():
        lines = (repo.top / name).read_bytes().decode().splitlines(keepends=True)
        for one in sorted(replacements, key=_span, reverse=True):
            line, low, high = _span(one)
            text = lines[line - 1]
            lines[line - 1] = text[: low - 1] + one["insertedContent"]["text"] + text[high - 1 :]
        expected = repo.run("fix", "--write", name)
        assert expected.code == 0
        assert "".join(lines) == (repo.top / name).read_bytes().decode()


def test_edits_of_sarif_declare_a_variable_of_a_folder_once(repo: Repo, key: str) -> None:
    """Terraform refuses a second declaration, also in another file of the folder."""
    text = f'provider "x" {{\n  api_key = "{key}"\n}}\n'
    repo.commit({"a.tf": text, "b.tf": text, "other/c.tf": text})

    def list_texts() -> dict[str, list[str]]:
        found = {}
        for result in repo.run("scan", "--format=sarif").json()["runs"][0]["results"]:
            for fix in result.get("fixes", ()):
                (change,) = fix["artifactChanges"]
                texts = [one["insertedContent"]["text"] for one in change["replacements"]]
                found[change["artifactLocation"]["uri"]] = texts
        return found

    counts = {path: len(texts) for path, texts in list_texts().items()}
    assert counts == {"a.tf": 2, "other/c.tf": 2}
    assert repo.run("fix", "--write", "a.tf").code == 0
    assert list_texts()["b.tf"] == ["var.wastack_api_key"]


def test_sarif_of_an_audit_carries_the_edits_of_files_at_head(
    repo: Repo, make_key: MakeKey
) -> None:
    here, gone = make_key(), make_key()
    repo.commit({"src/a.py": f'x = 1\nK = "{here}"\n', "b.py": f'K = "{gone}"\n'})
    repo.commit({"b.py": "K = 1\n", "sub/c.txt": "x\n"})
    for folder in (".", "sub"):
        log = repo.run("audit", "--format=sarif", cwd=folder).json()
        places = {}
        for result in log["runs"][0]["results"]:
            uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            places[uri] = [
                one["insertedContent"]["text"]
                for fix in result.get("fixes", ())
                for one in fix["artifactChanges"][0]["replacements"]
            ]
        assert places["b.py"] == []
        assert 'os.environ["WASTACK_API_KEY"]' in places["src/a.py"]
    foreign = execute([WAKEYSCAN, "audit", str(repo.top), "--format=sarif"], repo.top.parent)
    assert '"fixes"' not in foreign.out


def _span(replacement: dict[str, Any]) -> tuple[int, int, int]:
    """Return the line and the columns of a deleted region, with the defaults of SARIF."""
    region = replacement["deletedRegion"]
    assert region.get("endLine", region["startLine"]) == region["startLine"]
    return region["startLine"], region.get("startColumn", 1), region["endColumn"]


@pytest.mark.parametrize(
    "options", [(), ("--object-format=sha256",)], ids=["version 4 of the index", "sha-256"]
)
def test_other_repository_formats_are_supported(
    tmp_path: Path, key: str, options: tuple[str, ...]
) -> None:
    repo = Repo(tmp_path / "repo", *options)
    repo.git("config", "index.version", "4")
    repo.commit({"a.py": f'K = "{key}"\n', "b.py": f'K = "{key}"\n', "[a].py": f'K = "{key}"\n'})
    repo.write({"b.py": f'K = "{key}"\n# new\n'})
    ran = repo.run("fix", "--write")
    assert (ran.code, ran.err) == (1, "")
    left = [name for name in ("a.py", "b.py", "[a].py") if key in read(repo, name)]
    assert left == ["b.py"]
    assert repo.run("fix", "--plan").code == 1

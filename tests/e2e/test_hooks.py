"""Native hooks, run by real git: what they let pass, what they stop, and what they leave alone."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import Ran, Run
from tests.support.files import write
from tests.support.keys import MakeKey, fingerprint, mask
from tests.support.repositories import ON_PATH, Repo
from wakeyscan import __version__

STAGES = ("pre-commit", "commit-msg", "pre-push", "pre-receive")
NOT_COMMITTED = "wakeyscan: Commit blocked."
NOT_PUSHED = "wakeyscan: Push blocked."
REJECTED = "remote: wakeyscan: Push rejected. Nothing was stored."


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """Make a repository with one commit, in a folder whose name has a space and quotes."""
    monkeypatch.setenv("HOME", str(tmp_path))  # without settings of assistants
    made = Repo(tmp_path / 'it\'s my "repo"')
    made.commit({"a": "one\n"})
    return made


def commit(repo: Repo, *arguments: str) -> Ran:
    """Commit everything, and check that a refusal left HEAD as it was."""
    repo.git("add", "-A")
    before = repo.id("HEAD")
    ran = repo.attempt("commit", "-q", "--allow-empty", *(arguments or ("-m", "x")))
    assert (repo.id("HEAD") == before) is bool(ran.code), ran
    return ran


# Installing


@pytest.mark.parametrize("stage", STAGES)
def test_installing_a_hook_twice_changes_nothing(repo: Repo, stage: str) -> None:
    file = repo.top / ".git" / "hooks" / stage
    said = f"{file} now runs wakeyscan\n"
    assert repo.run("hook", "install", stage) == Ran(0, said, "")
    written = file.read_bytes()
    assert repo.run("hook", "install", stage) == Ran(0, said, "")
    assert file.read_bytes() == written
    assert file.stat().st_mode & 0o111 == 0o111
    assert not list(file.parent.glob("*.before-wakeyscan"))


def test_a_hook_is_installed_without_a_hooks_folder(repo: Repo, key: str) -> None:
    hooks = repo.top / ".git" / "hooks"
    for file in hooks.iterdir():
        file.unlink()
    hooks.rmdir()
    repo.install("pre-commit")
    repo.write({"b": key})
    assert commit(repo).code == 1


def test_the_hook_blocks_a_commit(repo: Repo, key: str) -> None:
    repo.install("pre-commit")
    repo.write({"b": f"\nk = {key}\n"})
    ran = commit(repo)
    shown = ran.out + ran.err
    assert ran.code == 1
    assert f"b\n       2:5  high      wastack-api-key  {mask(key)}  source\n" in shown
    assert NOT_COMMITTED in shown
    assert key not in shown
    repo.write({"b": "clean\n"})
    assert commit(repo) == Ran(0, "", "")


def test_findings_below_fail_on_are_printed(repo: Repo, key: str) -> None:
    repo.install("pre-commit")
    repo.write({".wakeyscan.toml": "fail-on = 'critical'\n", "b": f"k = {key}\n"})
    ran = commit(repo)
    assert (ran.code, ran.out) == (0, "")  # git has hooks write to stderr
    assert f"high      wastack-api-key  {mask(key)}" in ran.err
    passes = "wakeyscan: pre-commit: not stopped, because --fail-on is critical\n"
    assert ran.err.endswith(passes)
    assert NOT_COMMITTED not in ran.err


def test_an_existing_hook_keeps_working(repo: Repo, key: str) -> None:
    repo.hook("pre-commit", 'echo "$0 $#" >> ../ran; test ! -e refuse || exit 7')
    repo.install("pre-commit")
    repo.install("pre-commit")
    ran = repo.top.parent / "ran"
    assert commit(repo) == Ran(0, "", "")
    assert ran.read_text() == ".git/hooks/pre-commit 0\n"  # dispatchers look at their own name
    repo.write({"refuse": ""})
    assert commit(repo) == Ran(1, "", "")
    (repo.top / "refuse").unlink()
    repo.write({"b": key})
    assert NOT_COMMITTED in commit(repo).err
    assert len(ran.read_text().splitlines()) == 3


def test_a_disabled_existing_hook_stays_disabled(repo: Repo) -> None:
    repo.hook("pre-commit", "exit 1").chmod(0o644)
    repo.install("pre-commit")
    assert commit(repo) == Ran(0, "", "")


def test_a_saved_hook_is_not_overwritten(repo: Repo) -> None:
    kept = repo.top / ".git" / "hooks" / "before-wakeyscan" / "pre-commit"
    write(kept.parent, {"pre-commit": "mine"})
    other = repo.hook("pre-commit", "")
    other.write_text("#!/usr/bin/env python3\n")
    said = f"wakeyscan: {kept}: already exists; move it, then install again\n"
    assert repo.run("hook", "install", "pre-commit") == Ran(2, "", said)
    assert other.read_text() == "#!/usr/bin/env python3\n"


def test_a_hook_that_is_not_a_shell_script_keeps_running_and_is_restored(
    repo: Repo, key: str
) -> None:
    hook = repo.hook("pre-commit", "")
    script = f"#!{sys.executable}\nimport pathlib\npathlib.Path('../ran').touch()\n"
    hook.write_text(script)
    repo.install("pre-commit")
    assert commit(repo) == Ran(0, "", "")
    assert (repo.top.parent / "ran").exists()
    repo.write({"b": key})
    assert NOT_COMMITTED in commit(repo).err
    assert repo.run("hook", "uninstall", "pre-commit").code == 0
    assert hook.read_text() == script
    assert commit(repo).code == 0


def test_a_hook_that_is_a_link_keeps_its_name(repo: Repo, key: str) -> None:
    write(
        repo.top, {"tools/hook": '#!/bin/sh\ntest "$(basename "$0")" = pre-commit && touch ran\n'}
    )
    (repo.top / "tools" / "hook").chmod(0o755)
    hook = repo.top / ".git" / "hooks" / "pre-commit"
    hook.symlink_to("../../tools/hook")
    repo.install("pre-commit")
    assert commit(repo).code == 0
    assert (repo.top / "ran").exists()
    repo.write({"b": key})
    assert NOT_COMMITTED in commit(repo).err
    assert repo.run("hook", "uninstall", "pre-commit").code == 0
    assert os.readlink(hook) == "../../tools/hook"


@pytest.mark.parametrize("manager", ["pre-commit", "prek"])
def test_the_script_of_a_framework_runs_our_hook_and_may_be_rewritten(
    repo: Repo, key: str, manager: str
) -> None:
    """Frameworks run a script `STAGE.legacy` before their own hooks."""
    text = f"# File generated by {manager}: https://example.org\n"
    hook = repo.hook("pre-commit", f'{text}if [ -x "$0.legacy" ]; then "$0.legacy" "$@"; fi')
    written = hook.read_text()
    repo.install("pre-commit")
    hook.write_text(written)
    repo.write({"b": key})
    assert NOT_COMMITTED in commit(repo).err
    assert "installed in" in repo.run("hook", "status").out.splitlines()[1]
    assert repo.run("hook", "uninstall", "pre-commit").code == 0
    assert commit(repo).code == 0


LEFTHOOK_LINES = """\
wakeyscan: lefthook manages the hooks of this repository; add these lines to {file}, then run \
lefthook install:
pre-commit:
  commands:
    wakeyscan:
      run: wakeyscan hook pre-commit
wakeyscan: lefthook manages the hooks of this repository; add these lines to {file}, then run \
lefthook install:
commit-msg:
  commands:
    wakeyscan:
      run: wakeyscan hook commit-msg {{1}}
wakeyscan: lefthook manages the hooks of this repository; add these lines to {file}, then run \
lefthook install:
pre-push:
  commands:
    wakeyscan:
      run: wakeyscan hook pre-push {{1}} {{2}}
      use_stdin: true
"""
OVERCOMMIT_LINES = "".join(
    f"""\
wakeyscan: overcommit manages the hooks of this repository; add these lines to .overcommit.yml, \
then run overcommit --sign:
{section}:
  Wakeyscan:
    enabled: true
    command: ['wakeyscan', 'hook', '{stage}']
"""
    for section, stage in (
        ("PreCommit", "pre-commit"),
        ("CommitMsg", "commit-msg"),
        ("PrePush", "pre-push"),
    )
)
MANAGED = {
    "lefthook": ("call_lefthook run pre-commit", "lefthook.yml", LEFTHOOK_LINES),
    "lefthook-hidden": ("call_lefthook run pre-commit", ".lefthook.yaml", LEFTHOOK_LINES),
    "overcommit": ("# OVERCOMMIT", ".overcommit.yml", OVERCOMMIT_LINES),
}


@pytest.mark.parametrize(("script", "file", "lines"), MANAGED.values(), ids=MANAGED)
def test_a_manager_that_runs_only_its_own_file_gets_lines_to_add(
    repo: Repo, script: str, file: str, lines: str
) -> None:
    write(repo.top, {file: ""})
    stages = ("pre-commit", "commit-msg", "pre-push")
    hooks = [repo.hook(stage, script) for stage in stages]
    written = [hook.read_text() for hook in hooks]
    said = lines.format(file=file) if "lefthook" in script else lines
    assert repo.run("hook", "install", *stages) == Ran(2, "", said)
    assert [hook.read_text() for hook in hooks] == written
    added = repo.run("hook", "install", "pre-commit", "pre-merge-commit")
    assert (added.code, added.out.count("now runs wakeyscan")) == (2, 1)


def test_husky_runs_our_hook_from_its_own_file(repo: Repo, key: str) -> None:
    runner = 's=$(dirname "$(dirname "$0")")/pre-commit\n[ ! -f "$s" ] || sh -e "$s" "$@"\n'
    write(
        repo.top,
        {".husky/_/pre-commit": f"#!/bin/sh\n{runner}", ".husky/pre-commit": "touch ran\n"},
    )
    (repo.top / ".husky" / "_" / "pre-commit").chmod(0o755)
    repo.git("config", "core.hooksPath", ".husky/_")
    repo.install("pre-commit")
    assert commit(repo).code == 0
    assert (repo.top / "ran").exists()
    repo.write({"b": key})
    assert NOT_COMMITTED in commit(repo).err
    assert repo.run("hook", "uninstall", "pre-commit").code == 0
    assert (repo.top / ".husky" / "pre-commit").read_text() == "touch ran\n"


def test_a_hook_for_all_repositories_is_named_as_such(repo: Repo) -> None:
    repo.git("config", "core.hooksPath", str(repo.top.parent / "shared"))
    ran = repo.run("hook", "install", "pre-commit")
    assert "in every repository whose core.hooksPath is" in ran.out


def test_several_stages_are_installed_and_removed_at_once(repo: Repo) -> None:
    stages = ("pre-commit", "pre-merge-commit", "pre-push")
    assert repo.run("hook", "status").out.count("not installed") == 5
    assert repo.run("hook", "install", *stages).out.count("now runs wakeyscan") == 3
    status = repo.run("hook", "status").out
    assert (status.count("not installed"), status.count(f"(wakeyscan {__version__})")) == (2, 3)
    assert repo.run("hook", "uninstall", *stages).out.count("no longer runs wakeyscan") == 3
    assert repo.run("hook", "status").out.count("not installed") == 5
    assert not (repo.top / ".git" / "hooks" / "pre-commit").exists()


def test_status_reports_that_another_folder_is_used(repo: Repo) -> None:
    repo.install("pre-commit")
    repo.git("config", "core.hooksPath", ".githooks")
    line = repo.run("hook", "status").out.splitlines()[1]
    assert line.startswith("pre-commit: not run: ")


LEFTHOOK, PREK = "call_lefthook run", "# File generated by prek: https://example.org"
HIDDEN = {
    "not run: {hooks}/pre-commit.old runs wakeyscan, but git runs {hooks}/pre-commit, which "
    "lefthook wrote": (LEFTHOOK, ".git/hooks/pre-commit.old", ""),
    "not run: {hooks}/old-hooks/pre-commit runs wakeyscan, but git runs {hooks}/pre-commit, which "
    "overcommit wrote": ("# Overcommit", ".git/hooks/old-hooks/pre-commit", ""),
    "lefthook manages this hook, and lefthook.yml mentions wakeyscan": (
        LEFTHOOK,
        "",
        "lefthook.yml",
    ),
    "prek manages this hook, and .pre-commit-config.yaml mentions wakeyscan": (
        PREK,
        "",
        ".pre-commit-config.yaml",
    ),
    "overcommit manages this hook, and .overcommit.yml mentions wakeyscan": (
        "# OVERCOMMIT",
        "",
        ".overcommit.yml",
    ),
    "not installed (lefthook manages this hook)": (LEFTHOOK, "", ""),
    "not installed (prek manages this hook)": (PREK, "", ""),
    "not installed": ("exit 0", "", ""),
}


@pytest.mark.parametrize(("said", "made"), HIDDEN.items(), ids=[*map(str, range(len(HIDDEN)))])
def test_status_names_the_manager_and_the_file_that_git_runs(
    repo: Repo, said: str, made: tuple[str, str, str]
) -> None:
    script, moved, config = made
    hook = repo.top / ".git" / "hooks" / "pre-commit"
    if moved:
        repo.install("pre-commit")
        (repo.top / moved).parent.mkdir(exist_ok=True)
        hook.rename(repo.top / moved)
    repo.hook("pre-commit", script)
    if config:
        write(repo.top, {config: "run: wakeyscan hook pre-commit\n"})
    said = said.format(hooks=hook.parent)
    assert f"pre-commit: {said}\n" in repo.run("hook", "status").out
    nothing = f"pre-commit: nothing to remove: {said}\n"
    assert repo.run("hook", "uninstall", "pre-commit") == Ran(0, nothing, "")


def test_status_and_uninstall_work_on_a_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # without settings of assistants
    server = Repo(tmp_path / "server.git", "--bare")
    server.install("pre-receive")
    status = server.run("hook", "status")
    assert (status.code, status.out.count(": not installed\n")) == (0, 4)
    hook = server.top / "hooks" / "pre-receive"
    assert f"pre-receive: installed in {hook} (wakeyscan {__version__})\n" in status.out
    said = f"{hook} no longer runs wakeyscan\n"
    assert server.run("hook", "uninstall", "pre-receive") == Ran(0, said, "")
    said = "pre-receive: nothing to remove: not installed\n"
    assert server.run("hook", "uninstall", "pre-receive") == Ran(0, said, "")


def test_a_pushed_comment_does_not_excuse_a_key_on_a_server(
    tmp_path: Path, repo: Repo, make_key: MakeKey
) -> None:
    server = Repo(tmp_path / "server.git", "--bare")
    accepted, new = make_key(), make_key()
    repo.commit({"a": f"{accepted}  # wakeyscan:ignore\n"})
    repo.git("push", "-q", str(server.top), "main")
    server.install("pre-receive")
    repo.commit({"a": f"{accepted}  # wakeyscan:ignore\n{new}  # wakeyscan:ignore\n"})
    ran = repo.attempt("push", "-q", str(server.top), "main")
    assert (ran.code, fingerprint(new)[:6] in ran.err) == (1, True)
    old, head = server.id("main"), repo.id("main")
    line = f"{old} {head} refs/heads/main\n".encode()
    objects = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": str(repo.top / ".git/objects")}
    env = {**objects, "GIT_DIR": str(server.top)}  # as git sets them for a hook
    ran = server.run("hook", "pre-receive", "--policy-from=main", stdin=line, env=env)
    assert (ran.code, fingerprint(accepted)[:6] in ran.err) == (1, False)


def test_status_names_husky_where_it_replaced_the_hooks(repo: Repo) -> None:
    repo.install("pre-commit")
    repo.git("config", "core.hooksPath", ".husky/_")
    said = f"but git runs {repo.top}/.husky/pre-commit, which husky wrote\n"
    assert said in repo.run("hook", "status").out


def test_a_merge_with_a_key_in_its_result_is_blocked(repo: Repo, key: str) -> None:
    repo.commit({".gitattributes": "f merge=leak\n", "f": "base\n"})
    repo.git("checkout", "-qb", "side")
    repo.commit({"f": "theirs\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"f": "ours\n"})
    repo.git("config", "merge.leak.driver", f"echo {key} > %A")
    repo.install("pre-merge-commit")
    ran = repo.attempt("merge", "-q", "--no-edit", "side")
    assert (ran.code, "wakeyscan: Merge not committed." in ran.err) == (1, True)


def test_advice_before_a_push_names_the_commits_to_rewrite(pushing: Pushing, key: str) -> None:
    pushing.passes()
    first = pushing.repo.commit({"b": key})
    second = pushing.repo.commit({"b": f"{key}\n{key[:-1]}x\n"})
    shown = pushing.stops()
    assert f"git rebase -i {first[:12]}^" in shown
    assert second[:12] in shown.partition("Commits to rewrite: ")[2]
    assert "To skip this check once: git push --no-verify" in shown


def test_advice_finds_the_oldest_commit_regardless_of_its_date(pushing: Pushing, key: str) -> None:
    pushing.passes()
    first = pushing.repo.commit({"b": key})
    pushing.repo.stage({"b": f"{key}\n{key[:-1]}x\n"})
    long_ago = {"GIT_COMMITTER_DATE": "2001-01-01T00:00:00Z"}
    pushing.repo.git("commit", "-q", "--no-verify", "-m", "second", env=long_ago)
    assert f"git rebase -i {first[:12]}^" in pushing.stops()


def test_advice_under_pre_commit_names_commands_outside_of_its_environment(
    repo: Repo, key: str
) -> None:
    repo.stage({"b": key})
    ran = repo.run("hook", "pre-commit", env={"PRE_COMMIT": "1"})
    assert "To ignore this key:\n       uvx wakeyscan ignore add " in ran.out
    assert "To skip this check once: SKIP=wakeyscan git commit\n" in ran.err


def test_a_hook_is_installed_from_a_linked_work_tree(repo: Repo, key: str) -> None:
    repo.git("worktree", "add", "-q", "-b", "other", "../linked tree")
    linked = Repo(repo.top.parent / "linked tree")
    linked.install("pre-commit")
    for each in (linked, repo):
        each.write({"b": key})
        assert commit(each).code == 1


@pytest.mark.parametrize("cwd", [".", "sub"])
def test_a_hook_is_installed_where_hooks_path_says(repo: Repo, key: str, cwd: str) -> None:
    repo.commit({"sub/x": "x"})
    repo.git("config", "core.hooksPath", ".my hooks")
    assert repo.run("hook", "install", "pre-commit", cwd=cwd).code == 0
    assert (repo.top / ".my hooks" / "pre-commit").is_file()
    repo.write({"b": key})
    assert commit(repo).code == 1


def test_a_hook_without_its_wakeyscan_explains_what_to_do(repo: Repo) -> None:
    repo.install("pre-commit")
    file = repo.top / ".git" / "hooks" / "pre-commit"
    [line] = [line for line in file.read_text().splitlines() if line.startswith("  wakeyscan=/")]
    file.write_text(file.read_text().replace(line, "  wakeyscan='/no such/wakeyscan'"))
    assert commit(repo) == Ran(0, "", "")  # it is on PATH
    git = str(Path(shutil.which("git") or "").parent)
    repo.env["PATH"] = git
    if shutil.which("wakeyscan", path=git) is None:
        said = "wakeyscan: not found; install it, then run: wakeyscan hook install pre-commit\n"
        assert commit(repo).err.endswith(said)


REFUSED = {
    "no-stage": (("hook",), "expected a stage such as pre-commit"),
    "unknown-stage": (
        ("hook", "post-commit"),
        "unknown hook stage 'post-commit' (known: commit-msg, ",
    ),
    "install-unknown": (("hook", "install", "x"), "unknown hook stage 'x'"),
    "install-nothing": (("hook", "install"), "expected a stage such as pre-commit"),
    "install-two": (("hook", "install", "pre-push", "x"), "unknown hook stage 'x'"),
    "message-missing": (("hook", "commit-msg", "gone"), "gone: cannot be read: No such file"),
    "message-unnamed": (("hook", "commit-msg"), "expected the message file"),
    "message-twice": (("hook", "commit-msg", "a", "a"), "expected the message file"),
}


@pytest.mark.parametrize(("arguments", "said"), REFUSED.values(), ids=REFUSED)
def test_invalid_command_lines_are_rejected(
    repo: Repo, arguments: tuple[str, ...], said: str
) -> None:
    ran = repo.run(*arguments)
    assert (ran.code, ran.out, said in ran.err) == (2, "", True), ran


def test_installing_a_hook_outside_a_repository_is_rejected(run: Run, tmp_path: Path) -> None:
    said = f"wakeyscan: {tmp_path} is not in a git repository\n"
    assert run("hook", "install", "pre-commit") == Ran(2, "", said)


# Other ways to be called


def test_a_hook_run_by_husky_blocks_a_commit(repo: Repo, key: str) -> None:
    repo.write({".husky/pre-commit": "#!/usr/bin/env sh\nwakeyscan hook pre-commit\n"})
    (repo.top / ".husky" / "pre-commit").chmod(0o755)
    repo.git("config", "core.hooksPath", ".husky")
    assert commit(repo) == Ran(0, "", "")
    repo.write({"b": key})
    assert NOT_COMMITTED in commit(repo).err


@pytest.mark.parametrize("files", ["", " a b"], ids=["no-files", "staged-files"])
def test_a_hook_run_by_lefthook_blocks_a_commit(repo: Repo, key: str, files: str) -> None:
    repo.hook("pre-commit", f"sh -c 'wakeyscan hook pre-commit{files}'")
    repo.stage({"b": f"x\n{key}\n", "a": "two\n"})
    repo.write({"b": "clean in the tree\n"})
    ran = repo.attempt("commit", "-qm", "x")
    assert (ran.code, NOT_COMMITTED in ran.err) == (1, True)
    assert commit(repo) == Ran(0, "", "")


def test_passed_files_limit_the_scan(repo: Repo, key: str) -> None:
    repo.hook("pre-commit", 'cd sub && exec wakeyscan hook pre-commit x ../a "$@"')
    repo.write({"sub/x": "clean", "b": key})
    assert commit(repo) == Ran(0, "", "")
    repo.write({"sub/x": key})
    assert NOT_COMMITTED in commit(repo).err


NAMES = {
    "composed": "caf\u00e9",
    "decomposed": "cafe\u0301",
    "quoted": '"caf\\303\\251"',
    "with-dot": "./caf\u00e9",
    "folder": ".",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_passed_name_selects_the_staged_file_in_any_spelling(
    repo: Repo, key: str, name: str
) -> None:
    repo.stage({"caf\u00e9": key})
    index = {"GIT_INDEX_FILE": str(repo.top / ".git" / "index")}
    assert repo.run("hook", "pre-commit", "--", name, env=index).code == 1


def test_a_passed_name_may_differ_in_case_where_git_ignores_it(repo: Repo, key: str) -> None:
    repo.stage({"sub/Leak": key})
    index = {"GIT_INDEX_FILE": str(repo.top / ".git" / "index")}
    assert repo.run("hook", "pre-commit", "--", "sub/leak", env=index).code == 2
    repo.git("config", "core.ignorecase", "true")
    assert repo.run("hook", "pre-commit", "--", "sub/leak", env=index).code == 1


def test_a_passed_name_that_is_neither_staged_nor_on_disk_is_an_error(repo: Repo) -> None:
    index = {"GIT_INDEX_FILE": str(repo.top / ".git" / "index")}
    assert repo.run("hook", "pre-commit", "--", "a", env=index) == Ran(0, "", "")
    ran = repo.run("hook", "pre-commit", "--", "nowhere", env=index)
    assert (ran.code, "nowhere: neither staged nor on disk" in ran.err) == (2, True)


def test_a_run_by_hand_judges_staged_files_as_a_commit_does(repo: Repo, key: str) -> None:
    repo.commit({"old": f"{key}\n"})
    repo.stage({"old": f"{key}\n# one more line\n"})
    assert repo.run("hook", "pre-commit", "--", "old") == Ran(0, "", "")
    assert repo.run("hook", "pre-commit", "--", "old", "a").code == 1  # as with --all-files
    repo.write({"old": f"{key}\n# not staged\n"})
    assert repo.run("hook", "pre-commit", "--", "old").code == 1


def test_a_run_by_hand_accepts_a_name_that_was_committed(repo: Repo, key: str) -> None:
    repo.commit({f"sub/{key}": "old\n"})
    repo.stage({f"sub/{key}": "new\n", f"{key}": "new\n"})
    assert repo.run("hook", "pre-commit", "--", f"./sub/{key}") == Ran(0, "", "")
    assert repo.run("hook", "pre-commit", "--", f"./sub/{key}", f"./{key}").code == 1
    assert repo.run("hook", "pre-commit", "--whole-files", "--", f"./sub/{key}").code == 1


def stop_a_commit(repo: Repo, key: str) -> str:
    repo.stage({"b": key})
    repo.write({"b": "clean on disk"})
    return repo.run("hook", "pre-commit").out


def stop_a_message(repo: Repo, key: str) -> str:
    repo.write({"../message": key})
    return repo.run("hook", "commit-msg", "../message").out


def stop_a_push(repo: Repo, key: str) -> str:
    repo.commit({"b": key})
    repo.commit({"b": "clean"})
    return repo.run("hook", "pre-push").out


def read_stdin(repo: Repo, key: str) -> str:
    return repo.run("scan", "-", stdin=key.encode()).out


@pytest.mark.parametrize(
    "stop", [stop_a_commit, stop_a_message, stop_a_push, read_stdin], ids=lambda f: f.__name__
)
def test_the_suggested_ignore_command_works(
    repo: Repo, key: str, stop: Callable[[Repo, str], str]
) -> None:
    shown = stop(repo, key)
    _, _, digits = shown.partition("To ignore this key:")[2].partition(" ignore add ")
    ran = repo.run("ignore", "add", digits.split()[0], "--reason", "x")
    assert ran == Ran(0, ".wakeyscanignore: 1 added, 0 already present\n", "")
    is_message = stop is stop_a_message
    assert ("Add a comment on that line" in shown) is not is_message


# Messages


@pytest.fixture
def messaging(repo: Repo) -> Repo:
    repo.install("commit-msg")
    return repo


def test_a_commit_message_with_a_key_is_blocked(messaging: Repo, key: str) -> None:
    ran = commit(messaging, "-m", "title", "-m", f"was {key}")
    assert ran.code == 1
    assert (
        f"(commit message)\n       3:5  high      wastack-api-key  {mask(key)}" in ran.err + ran.out
    )
    assert "wakeyscan: Commit blocked. The message is not committed yet: remove the key" in ran.err
    assert commit(messaging, "-m", "title") == Ran(0, "", "")


@pytest.mark.parametrize(
    ("options", "env"),
    [
        (("--author={key} <a@example.org>",), {}),
        (("--author=A <{key}@example.org>",), {}),
        ((), {"GIT_AUTHOR_NAME": "{key}"}),
        ((), {"GIT_COMMITTER_NAME": "{key}"}),
        ((), {"GIT_COMMITTER_EMAIL": "{key}@example.org"}),
    ],
)
def test_an_author_with_a_key_is_blocked(
    messaging: Repo, key: str, options: tuple[str, ...], env: dict[str, str]
) -> None:
    given = [one.format(key=key) for one in options]
    set_to = {name: value.format(key=key) for name, value in env.items()}
    command = ("commit", "-q", "--allow-empty", "-m", "title")
    ran = messaging.attempt(*command, *given, env=set_to)
    assert ran.code == 1
    assert "(commit header)\n" in ran.err + ran.out
    assert mask(key) in ran.err + ran.out
    assert "change the name or the address of the author" in ran.err
    assert messaging.attempt(*command) == Ran(0, "", "")


def test_text_below_the_scissors_is_not_scanned(messaging: Repo, key: str) -> None:
    messaging.stage({"b": f"{key}\n"})
    types = {"GIT_EDITOR": "sed -i '1s/^/title/'"}
    assert messaging.attempt("commit", "-qv", env=types) == Ran(0, "", "")
    assert messaging.git("log", "-1", "--format=%B").strip() == "title"
    messaging.stage({"b": f"{key}\n\n"})
    types = {"GIT_EDITOR": f"sed -i '1s/^/title {key}/'"}
    ran = messaging.attempt("commit", "-qv", env=types)
    assert (ran.code, "1:7  high" in ran.err + ran.out) == (1, True)


def test_typed_scissors_do_not_end_the_message(messaging: Repo, key: str) -> None:
    typed = f"title\n\n# {'-' * 24} >8 {'-' * 24}\n{key}\n"
    ran = commit(messaging, "-m", typed)
    assert (ran.code, "4:1  high" in ran.err + ran.out) == (1, True)
    messaging.git("commit", "-q", "--allow-empty", "--no-verify", "-m", typed)
    assert key in messaging.git("log", "-1", "--format=%B")  # git keeps it


def test_a_message_with_crlf_that_is_not_utf8_is_scanned(messaging: Repo, key: str) -> None:
    messaging.write({"../message": f"caf\xe9\r\n\r\n{key}\r\n".encode("latin-1")})
    assert commit(messaging, "-F", "../message").code == 1


# Pushes


class Pushing:
    """A repository, and a bare one that it pushes to."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.remote = Repo(repo.top.parent / "remote.git", "--bare")
        repo.git("remote", "add", "origin", f"file://{self.remote.top}")

    def refs(self) -> str:
        return self.remote.git("for-each-ref")

    def push(self, *arguments: str) -> Ran:
        """Push, and check that a refusal left everything as it was."""
        before = self.refs()
        ran = self.repo.attempt("push", "-q", *(arguments or ("origin", "main")))
        if ran.code:
            assert self.refs() == before
        return ran

    def passes(self, *arguments: str) -> None:
        assert self.push(*arguments) == Ran(0, "", "")

    def stops(self, *arguments: str) -> str:
        """Push, which must be refused; give all that is shown."""
        ran = self.push(*arguments)
        assert ran.code == 1, ran
        return ran.out + ran.err


@pytest.fixture
def pushing(repo: Repo) -> Pushing:
    made = Pushing(repo)
    repo.install("pre-push")
    return made


def test_a_push_with_a_key_is_blocked(pushing: Pushing, key: str) -> None:
    pushing.passes()
    commit = pushing.repo.commit({"b": key})
    pushing.repo.commit({"b": "gone\n"})
    shown = pushing.stops()
    assert f"b (commit {commit[:12]})\n       1:1  high      wastack-api-key  {mask(key)}" in shown
    assert NOT_PUSHED in shown
    assert key not in shown
    pushing.repo.git("reset", "-q", "--hard", "HEAD~2")
    pushing.repo.commit({"b": "clean\n"})
    pushing.passes()
    assert pushing.remote.id("main") == pushing.repo.id("HEAD")


def test_a_first_push_with_a_key_in_the_root_commit_is_blocked(tmp_path: Path, key: str) -> None:
    pushing = Pushing(Repo(tmp_path / "new"))
    pushing.repo.install("pre-push")
    pushing.repo.commit({"a": key})
    pushing.repo.commit({"a": "clean"})
    assert NOT_PUSHED in pushing.stops()


def test_a_push_without_commits_passes(pushing: Pushing) -> None:
    pushing.passes()
    pushing.passes()


def test_a_push_of_several_refs_is_scanned(pushing: Pushing, key: str) -> None:
    repo = pushing.repo
    for name in ("one", "two", "three"):
        repo.git("checkout", "-qb", name, "main")
        repo.commit({name: key if name == "two" else "clean\n"})
    shown = pushing.stops("origin", "one", "two", "three")
    assert shown.count("wastack-api-key  ") == 2  # on stdout, and for graphical clients on stderr
    pushing.stops("origin", "--all")
    pushing.passes("origin", "one", "three", "main")


def test_keys_that_the_remote_already_has_do_not_block(pushing: Pushing, key: str) -> None:
    repo = pushing.repo
    repo.commit({"b": key})
    pushing.passes("--no-verify", "origin", "main")
    repo.commit({"c": "c\n"})
    pushing.passes()
    pushing.passes("origin", "HEAD:refs/heads/new")
    repo.git("tag", "light")
    pushing.passes("origin", "light")


def test_keys_that_only_another_remote_has_block(pushing: Pushing, key: str) -> None:
    repo = pushing.repo
    repo.commit({"b": key})
    pushing.passes("--no-verify", "origin", "main")
    other = Repo(repo.top.parent / "other.git", "--bare")
    repo.git("remote", "add", "other", f"file://{other.top}")
    pushing.stops("other", "main")


def test_tag_messages_are_scanned(pushing: Pushing, key: str) -> None:
    repo = pushing.repo
    pushing.passes()
    repo.git("tag", "-a", "v1", "-m", "clean")
    pushing.passes("origin", "v1")
    repo.git("tag", "-a", "v2", "-m", f"v2 {key}")
    repo.git("tag", "-a", "v2-again", "-m", "a tag of a tag", "v2")
    for name in ("v2", "v2-again"):
        assert f"(tag message) (tag {repo.id('v2')[:12]})" in pushing.stops("origin", name)
    pushing.stops("origin", "--tags")


def test_a_tag_that_is_not_pushed_does_not_block(pushing: Pushing, key: str) -> None:
    repo = pushing.repo
    pushing.passes()
    repo.commit({"new": "clean\n"})
    repo.git("tag", "-a", "v1", "-m", f"v1 {key}")
    pushing.stops("--follow-tags", "origin", "main")
    pushing.passes("origin", "main")
    pushing.stops("origin", "v1")


def test_tags_of_blobs_and_trees_are_scanned(pushing: Pushing, key: str) -> None:
    repo = pushing.repo
    pushing.passes()
    blob = repo.blob(f"x\n{key}\n")
    repo.git("tag", "content", blob)
    repo.git("tag", "-a", "-m", "m", "annotated", blob)
    tree = repo.git("mktree", stdin=f"100644 blob {blob}\tname\n".encode())
    repo.git("tag", "tree", tree)
    assert f"(blob {blob[:12]})\n       2:1  high" in pushing.stops("origin", "content")
    assert f"(blob {blob[:12]})\n       2:1  high" in pushing.stops("origin", "annotated")
    assert f"name (tree {tree[:12]})\n       2:1  high" in pushing.stops("origin", "tree")
    repo.git("tag", "clean", "HEAD^{tree}")
    pushing.passes("origin", "clean")


def test_a_pushed_tree_with_a_key_in_the_name_of_an_empty_folder(
    pushing: Pushing, key: str
) -> None:
    repo = pushing.repo
    pushing.passes()
    tree = repo.git("mktree", stdin=f"040000 tree {repo.git('mktree')}\t{key}\n".encode())
    repo.git("tag", "folder", tree)
    pushing.stops("origin", "folder")


def test_a_forced_push_is_scanned(pushing: Pushing, key: str) -> None:
    repo = pushing.repo
    repo.commit({"b": "b\n"})
    pushing.passes()
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.commit({"b": key})
    pushing.stops("--force", "origin", "main")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.commit({"b": "other\n"})
    pushing.passes("--force", "origin", "main")


def test_a_forced_push_over_unknown_commits_is_scanned(pushing: Pushing, key: str) -> None:
    repo = pushing.repo
    pushing.passes()
    repo.git("clone", "-q", f"file://{pushing.remote.top}", "../colleague")
    colleague = Repo(repo.top.parent / "colleague")
    colleague.commit({"theirs": "x"})
    colleague.git("push", "-q", "origin", "main")
    repo.commit({"b": key})
    pushing.stops("--force", "origin", "main")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    pushing.passes("--force", "origin", "main")


def test_deleting_a_branch_passes(pushing: Pushing, key: str) -> None:
    repo = pushing.repo
    repo.commit({"b": key})
    pushing.passes("--no-verify", "origin", "main", "HEAD:refs/heads/old")
    pushing.passes("origin", ":old")
    assert "refs/heads/old" not in pushing.refs()


def test_a_remote_that_lacks_its_default_branch_gets_every_commit(
    pushing: Pushing, key: str
) -> None:
    repo = pushing.repo
    repo.commit({"b": key})
    repo.commit({"b": "gone\n"})
    pushing.passes("--no-verify", "origin", "main")
    empty = Repo(repo.top.parent / "empty.git", "--bare")
    repo.git("remote", "set-url", "origin", f"file://{empty.top}")
    repo.git("branch", "new")
    for name in ("main", "new:main"):
        ran = repo.attempt("push", "-q", "origin", name)
        assert (ran.code, "Push blocked" in ran.err) == (1, True)
    assert empty.git("for-each-ref") == ""


SAME, OTHER = True, False
ADDRESSES = {
    "path": ("file://{top}", "{top}", SAME),
    "scheme": ("https://h.example/o/r", "git@h.example:o/r.git", SAME),
    "port": ("https://h.example/o/r.git/", "ssh://git@ssh.h.example:443/o/r.git", SAME),
    "alias": ("https://h.example/O/r", "work:o/r", SAME),
    "repository": ("https://h.example/o/r", "https://h.example/o/public", OTHER),
    "owner": ("git@h.example:o/r", "git@h.example:p/r", OTHER),
    "host": ("https://git.corp.example/o/r", "https://hub.example/o/r", OTHER),
}


@pytest.mark.parametrize(("fetched", "pushed", "is_same"), ADDRESSES.values(), ids=ADDRESSES)
def test_a_push_to_another_repository_than_the_fetched_one_is_scanned(
    pushing: Pushing, key: str, fetched: str, pushed: str, is_same: bool
) -> None:
    repo, top = pushing.repo, pushing.remote.top
    repo.commit({"b": key})
    pushing.passes("--no-verify", "origin", "main")
    repo.git("remote", "set-url", "origin", fetched.format(top=top))
    address, head = pushed.format(top=top), repo.id("HEAD")
    line = f"refs/heads/main {head} refs/heads/new {ZERO}\n".encode()
    ran = repo.run("hook", "pre-push", "origin", address, stdin=line)
    assert ran.code == (0 if is_same else 1)


def test_a_branch_that_the_remote_lost_or_moved_back_is_scanned(
    pushing: Pushing, make_key: MakeKey
) -> None:
    repo, old, lost = pushing.repo, make_key(), make_key()
    repo.commit({"a": old})
    pushing.passes("--no-verify", "origin", "main")
    repo.git("remote", "set-head", "origin", "main")
    repo.git("checkout", "-q", "-b", "x")
    before = repo.commit({"x": "x\n"})
    commit = repo.commit({"b": lost})
    repo.commit({"b": "gone\n"})
    pushing.passes("--no-verify", "origin", "x")
    for command in (("branch", "-D", "x"), ("branch", "x", before)):
        pushing.remote.git(*command)
        shown = pushing.stops("origin", "x", "--force")
        assert (f"b (commit {commit[:12]})" in shown, mask(old) in shown) == (True, False)


def test_a_branch_that_somebody_else_moved_on_is_not_scanned_again(
    pushing: Pushing, key: str
) -> None:
    repo = pushing.repo
    repo.commit({"b": key})
    pushing.passes("--no-verify", "origin", "main")
    repo.commit({"c": "c\n"})
    pushing.passes("--no-verify", "origin", "main:refs/heads/other")
    pushing.remote.git("update-ref", "refs/heads/main", "refs/heads/other")
    repo.commit({"d": "d\n"})
    pushing.passes()


def test_a_push_to_a_url_is_scanned(pushing: Pushing, key: str) -> None:
    url = f"file://{pushing.remote.top}"
    pushing.passes(url, "main")
    pushing.repo.commit({"b": key})
    pushing.stops(url, "main")
    pushing.stops(str(pushing.remote.top), "main:refs/heads/new")


def test_a_ref_named_like_a_key_is_blocked(pushing: Pushing, key: str) -> None:
    shown = pushing.stops("origin", f"main:refs/heads/{key}")
    assert f"refs/heads/{mask(key)}" in shown


def test_a_push_of_a_revision_with_spaces_is_scanned(pushing: Pushing, key: str) -> None:
    pushing.passes("origin", "HEAD@{0 days ago}:refs/heads/x")
    pushing.repo.commit({"b": key})
    pushing.stops("origin", "HEAD@{0 days ago}:refs/heads/y")


def test_an_existing_push_hook_gets_the_same_input(repo: Repo, key: str) -> None:
    repo.hook("pre-push", 'echo "$1" > ../told; cat >> ../told; test ! -e refuse')
    pushing = Pushing(repo)
    repo.install("pre-push")
    repo.git("branch", "other")
    pushing.passes("origin", "main", "other")
    zeros, head = "0" * 40, repo.id("HEAD")
    told = repo.top.parent / "told"
    assert told.read_text() == "origin\n" + "".join(
        f"refs/heads/{name} {head} refs/heads/{name} {zeros}\n" for name in ("main", "other")
    )
    repo.commit({"b": key})
    assert NOT_PUSHED in pushing.stops()
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.commit({"b": "clean"})
    repo.write({"refuse": ""})
    assert NOT_PUSHED not in pushing.stops()


ID, ZERO = "1" * 40, "0" * 40
GARBAGE = {
    "word": "x",
    "two-words": "refs/heads/main x",
    "no-ids": "refs/heads/main x refs/heads/main y",
    "short-ids": "refs/heads/main 1111111 refs/heads/main 0000000",
    "upper-case": f"refs/heads/main {'A' * 40} refs/heads/main {ZERO}",
    "empty-line": f"\nrefs/heads/main {ZERO} refs/heads/main {ZERO}",
    "option": f"refs/heads/main --output=made refs/heads/main {ZERO}",
    "range": f"refs/heads/main ^{ID} refs/heads/main {ZERO}",
    "unknown-id": f"refs/heads/main {ID} refs/heads/main {ZERO}",
    "binary": "\0\x1b[31m \0",
}


def test_a_merge_in_a_partial_clone_is_pushed(pushing: Pushing, key: str) -> None:
    """It lacks files that the merge takes over from a branch of the remote."""
    repo, remote = pushing.repo, pushing.remote
    repo.commit({"in/x": "1\n", "out/x": "1\n", "out/y": "1\n"})
    repo.git("checkout", "-qb", "side")
    repo.commit({"out/x": "1\n2\n", "out/new": "3\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"in/x": "2\n"})
    repo.git("push", "-q", "--no-verify", "origin", "main", "side")
    remote.git("config", "uploadpack.allowFilter", "true")
    repo.git("clone", "-q", "--filter=blob:none", "--sparse", remote.top.as_uri(), "../partial")
    partial = Repo(repo.top.parent / "partial")
    partial.git("sparse-checkout", "set", "in")
    partial.install("pre-push")
    partial.git("merge", "-q", "-m", "m", "origin/side")
    partial.git("push", "-q", "origin", "HEAD:merged")
    partial.commit({"in/x": f"{key}\n"})
    assert partial.attempt("push", "-q", "origin", "HEAD:other").code == 1


def test_a_branch_whose_old_commit_is_missing_here_is_scanned(repo: Repo, key: str) -> None:
    """Another user has pushed in the meantime, and this push replaces their commit."""
    repo.commit({"a": "a\n"})
    line = f"refs/heads/main {repo.id('HEAD')} refs/heads/main {'1' * 40}\n".encode()
    assert repo.run("hook", "pre-push", "origin", "url", stdin=line).code == 0
    repo.commit({"b": key})
    line = f"refs/heads/main {repo.id('HEAD')} refs/heads/main {'1' * 40}\n".encode()
    assert repo.run("hook", "pre-push", "origin", "url", stdin=line).code == 1


@pytest.mark.parametrize("stage", ["pre-push", "pre-receive"])
@pytest.mark.parametrize("told", GARBAGE.values(), ids=GARBAGE)
def test_invalid_input_is_rejected_with_one_line(repo: Repo, stage: str, told: str) -> None:
    ran = repo.run("hook", stage, "origin", "url", stdin=f"{told}\n".encode())
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("wakeyscan: ")
    assert ran.err.removesuffix("\n").isprintable()


def test_a_server_hook_refuses_a_push_without_ref_lines(repo: Repo, key: str) -> None:
    repo.commit({"b": key})
    ran = repo.run("hook", "pre-receive")
    assert (ran.code, ran.out) == (2, "")
    assert "stdin has no ref updates" in ran.err


@pytest.mark.parametrize("arguments", [("origin", "url"), ()], ids=["named", "unnamed"])
def test_a_push_without_ref_lines_scans_what_the_remote_lacks(
    pushing: Pushing, key: str, arguments: tuple[str, ...]
) -> None:
    """Another command of the hook may have read them, such as `git lfs pre-push`."""
    pushing.passes()
    assert pushing.repo.run("hook", "pre-push", *arguments) == Ran(0, "", "")
    pushing.repo.commit({"b": key})
    pushing.repo.commit({"b": "gone\n"})
    ran = pushing.repo.run("hook", "pre-push", *arguments)
    assert (ran.code, mask(key) in ran.out) == (1, True)


def test_a_push_without_ref_lines_and_without_commits_passes(tmp_path: Path) -> None:
    assert Repo(tmp_path / "new").run("hook", "pre-push", "origin", "url") == Ran(0, "", "")


@pytest.mark.parametrize("target", ["up/*", "mirrors/origin/*"])
def test_commits_that_the_remote_has_do_not_block_wherever_they_are_tracked(
    pushing: Pushing, key: str, target: str
) -> None:
    repo = pushing.repo
    repo.commit({"b": key})
    repo.git("push", "-q", "--no-verify", "origin", "main")
    repo.git("config", "remote.origin.fetch", f"+refs/heads/*:refs/remotes/{target}")
    repo.git("fetch", "-q", "origin")
    repo.git("update-ref", "-d", "refs/remotes/origin/main")
    repo.commit({"c": "clean\n"})
    pushing.passes("origin", "HEAD:new")


def test_branches_that_a_mirror_tracks_are_scanned(pushing: Pushing, key: str) -> None:
    pushing.repo.git("config", "remote.origin.fetch", "+refs/*:refs/*")
    pushing.repo.commit({"b": key})
    assert NOT_PUSHED in pushing.stops("origin", "HEAD:new")


# On the server


@pytest.fixture
def server(repo: Repo) -> Pushing:
    made = Pushing(repo)
    made.remote.install("pre-receive")
    return made


def objects(server: Pushing) -> list[Path]:
    return sorted(file for file in (server.remote.top / "objects").rglob("*") if file.is_file())


def test_a_rejected_push_leaves_no_objects(server: Pushing, key: str) -> None:
    server.passes()
    before = objects(server)
    server.repo.commit({"b": key}, message=f"of {key}")
    server.repo.commit({"b": "clean"})
    server.repo.git("tag", "light")
    shown = server.stops("origin", "main", "HEAD:refs/heads/new", "light")
    assert objects(server) == before
    assert REJECTED in shown
    assert "git rebase -i" in shown
    assert mask(key) in shown
    assert key not in shown
    assert shown.count("[remote rejected]") == 3
    server.repo.git("reset", "-q", "--hard", "HEAD~2")
    server.repo.commit({"b": "clean"})
    server.passes()
    assert server.remote.id("main") == server.repo.id("HEAD")


def test_a_first_push_to_a_server_is_rejected(server: Pushing, key: str) -> None:
    server.repo.commit({"b": key})
    server.repo.commit({"b": "clean"})
    server.stops()
    assert objects(server) == []
    assert server.refs() == ""


def test_keys_that_a_server_already_has_do_not_block(server: Pushing, key: str) -> None:
    hook = server.remote.top / "hooks" / "pre-receive"
    hook.rename(hook.with_name("off"))
    server.repo.commit({"b": key})
    server.passes()
    hook.with_name("off").rename(hook)
    server.passes("origin", "main:refs/heads/new")
    server.repo.commit({"c": "c"})
    server.passes("origin", "main:refs/heads/newer")
    server.passes("origin", ":new")
    assert "refs/heads/new\n" not in server.refs()


def test_a_server_rejects_a_merge_that_brings_a_removed_key_back(server: Pushing, key: str) -> None:
    """Also on a branch that has the key still, and where the merge goes on from there."""
    repo, hook = server.repo, server.remote.top / "hooks" / "pre-receive"
    hook.rename(hook.with_name("off"))
    repo.commit({"k": key})
    repo.git("push", "-q", "--no-verify", "origin", "HEAD:side", "HEAD:main")
    hook.with_name("off").rename(hook)
    repo.commit({"k": "clean\n"})
    server.passes()
    repo.git("checkout", "-qb", "side", "HEAD~1")
    repo.commit({"b": "b\n"})
    server.passes("origin", "side")
    repo.git("merge", "-q", "--no-edit", "-s", "ours", "main")
    server.stops("origin", "side")
    server.stops("origin", "side:new")
    server.stops("origin", "side:main")


def test_a_server_rejects_a_key_that_a_known_merge_has_kept(server: Pushing, key: str) -> None:
    """Both the branch and the server's own have merged the same two commits."""
    repo, hook = server.repo, server.remote.top / "hooks" / "pre-receive"
    hook.rename(hook.with_name("off"))
    repo.commit({"k": key})
    repo.git("checkout", "-qb", "cleaned")
    cleaned = repo.commit({"k": "clean\n"})
    repo.git("checkout", "-q", "main")
    kept = repo.commit({"b": "b\n"})
    tree = f"{kept}^{{tree}}"
    crossed = repo.git("commit-tree", "-p", kept, "-p", cleaned, "-m", "m", tree)
    repo.git("merge", "-q", "--no-edit", "cleaned")
    server.passes("origin", "main", f"{crossed}:refs/heads/crossed")
    hook.with_name("off").rename(hook)
    merged = repo.git("commit-tree", "-p", "main", "-p", crossed, "-m", "m", tree)
    server.stops("origin", f"{merged}:main")
    repo.commit({"b": "more\n"})
    server.passes("origin", "main")


def test_a_server_rejects_a_branch_that_moves_back_to_a_removed_key(
    server: Pushing, key: str
) -> None:
    """No commit is new. A branch that takes over what the default branch has is accepted."""
    repo, hook = server.repo, server.remote.top / "hooks" / "pre-receive"
    repo.commit({"a": "older\n"})
    older = repo.commit({"a": "old\n"})
    hook.rename(hook.with_name("off"))
    with_key = repo.commit({"k": key})
    repo.git("push", "-q", "--no-verify", "origin", "main")
    hook.with_name("off").rename(hook)
    cleaned = repo.commit({"k": "clean\n"})
    server.passes("origin", "main:side")
    server.passes("origin", f"+{with_key}:side")
    server.passes("origin", "main", "main:side")
    server.stops("origin", f"+{with_key}:main")
    server.stops("origin", f"+{with_key}:side")
    assert server.remote.id("main") == server.remote.id("side") == cleaned
    server.passes("origin", f"{with_key}:refs/heads/new")
    server.passes("origin", f"+{older}:main")


def test_a_branch_that_moves_back_to_a_removed_key_is_not_pushed(
    pushing: Pushing, key: str
) -> None:
    repo = pushing.repo
    with_key = repo.commit({"k": key})
    repo.git("push", "-q", "--no-verify", "origin", "main")
    repo.commit({"k": "clean\n"})
    pushing.passes()
    assert NOT_PUSHED in pushing.stops("origin", f"+{with_key}:main")
    pushing.passes("origin", f"+{with_key}~1:main")


def test_a_server_accepts_a_merge_of_a_branch_with_a_known_key(server: Pushing, key: str) -> None:
    repo, hook = server.repo, server.remote.top / "hooks" / "pre-receive"
    server.passes()
    repo.git("checkout", "-qb", "side")
    hook.rename(hook.with_name("off"))
    repo.commit({"k": key})
    server.passes("origin", "side")
    hook.with_name("off").rename(hook)
    repo.git("checkout", "-q", "main")
    repo.commit({"c": "c\n"})
    repo.git("merge", "-q", "--no-edit", "side")
    server.passes("origin", "main")
    repo.commit({"c": "d\n"})
    repo.git("checkout", "-q", "side")
    repo.git("merge", "-q", "--no-ff", "--no-edit", "main")
    server.passes("origin", "side", "side:new")


def test_a_server_accepts_a_branch_that_moves_a_known_key(server: Pushing, key: str) -> None:
    """It is built on a branch that the server has, and that its own branch has not merged."""
    repo, hook = server.repo, server.remote.top / "hooks" / "pre-receive"
    server.passes()
    repo.git("checkout", "-qb", "side")
    hook.rename(hook.with_name("off"))
    repo.commit({"k": f"{key}\n", "l": f"{key}\n"})
    server.passes("origin", "side")
    hook.with_name("off").rename(hook)
    repo.git("checkout", "-q", "main")
    repo.commit({"c": "c\n"})
    server.passes("origin", "main")
    repo.git("checkout", "-q", "side")
    repo.git("mv", "k", "moved")
    repo.record()
    server.passes("origin", "side:new")
    repo.git("merge", "-q", "--no-edit", "main")
    server.passes("origin", "side:new", "side")
    repo.commit({"other": f"{key}\n"})
    server.stops("origin", "side")


MAKERS: dict[str, Callable[[Repo, str], object]] = {
    "tag": lambda repo, key: repo.git("tag", "-a", "t", "-m", f"m {key}"),
    "blob": lambda repo, key: repo.git("tag", "t", repo.blob(key)),
    "name": lambda repo, key: repo.git("tag", f"t-{key}"),
    "notes": lambda repo, key: repo.git("notes", "add", "-m", key),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_server_scans_every_kind_of_ref(
    server: Pushing, key: str, make: Callable[[Repo, str], object]
) -> None:
    server.passes()
    make(server.repo, key)
    assert REJECTED in server.stops("origin", "refs/tags/*", "refs/notes/*")


def test_an_existing_hook_of_a_server_gets_the_same_input(repo: Repo, key: str) -> None:
    server = Pushing(repo)
    file = server.remote.top / "hooks" / "pre-receive"
    file.write_text("#!/bin/sh\ncat > told\n")
    file.chmod(0o755)
    server.remote.install("pre-receive")
    server.passes()
    told = (server.remote.top / "told").read_text()
    assert told == f"{ZERO} {repo.id('HEAD')} refs/heads/main\n"
    repo.commit({"b": key})
    server.stops()


def test_the_hook_finds_wakeyscan_without_the_path_of_a_shell(repo: Repo, key: str) -> None:
    """Graphical programs start git without the PATH of a shell."""
    repo.install("pre-commit")
    repo.stage({"b": key})
    bare = {"PATH": "/usr/bin:/bin"}
    assert bare["PATH"] != ON_PATH["PATH"]
    ran = repo.attempt("commit", "-qm", "x", env=bare)
    assert (ran.code, NOT_COMMITTED in ran.err) == (1, True)

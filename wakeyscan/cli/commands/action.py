"""`wakeyscan action`: what the GitHub Action runs: one scan, told in all of GitHub's ways."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from wakeyscan.audit.audit import AuditOptions, audit
from wakeyscan.audit.scope import AuditScope
from wakeyscan.cli import output
from wakeyscan.cli.pipeline import (
    apply_ignore_file,
    check_endpoint,
    run_scan,
    verify_keys,
)
from wakeyscan.config import config
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core.errors import ReportError, UsageError, WakeyscanError
from wakeyscan.core.finding import Liveness
from wakeyscan.git import command
from wakeyscan.git.repository import find_repository
from wakeyscan.integrations import github_event
from wakeyscan.reports import _workflow_commands
from wakeyscan.scanner.result import RunResult
from wakeyscan.sources import SOURCES
from wakeyscan.sources.target import find_source

HELP = """Scan as the GitHub Action does: what an event brings, or the tree.

Writes a report and annotations to the log, a SARIF file, the job's summary, and the step's
outputs. For use on other CI: wakeyscan scan."""

_POLICY_FROM = "WAKEYSCAN_POLICY_FROM"
_OTHERWISE = ("format", "report", "policy-from")

PARAMETERS = Parameters(
    (
        *(option for option in SCANNING if option.name not in _OTHERWISE),
        Option("mode", "'diff': what the pull request or push brings; 'tree'; 'audit'.", "NAME"),
        Option("paths", "Of the tree: files and folders, one a line.", "PATHS"),
        Option("sarif-file", "Where to write SARIF. Default: wakeyscan.sarif.", "FILE"),
        Option("policy-from", "Of a pull request, whose configuration, ignore file and marks "
               "count: 'base', or 'head', its own, which a fork's never are. Default: base.",
               "NAME"),
    )
)  # fmt: skip


def run(values: Values, operands: list[str]) -> int:
    """Scan, tell GitHub, and give the exit code; the outputs are set whatever happens."""
    try:
        code, outputs = _run(values, os.environ)
    except WakeyscanError as error:
        _tell_failure(str(error), 2)
        raise
    except KeyboardInterrupt:
        _tell_failure("interrupted", 130)
        raise
    except Exception:
        _tell_failure("a fault of wakeyscan itself: see the log", 4)
        raise
    _write_to("GITHUB_OUTPUT", _lines(outputs))
    return code


def _tell_failure(why: str, code: int) -> None:
    sys.stdout.write(_workflow_commands.format_command("error", why, title="wakeyscan"))
    outputs = {"findings": "0", "live": "0", "incomplete": "true", "exit-code": str(code)}
    _write_to("GITHUB_OUTPUT", _lines(outputs))


def _run(values: Values, environment: Mapping[str, str]) -> tuple[int, dict[str, str]]:
    given = {**config.read_environment(PARAMETERS.options, environment), **values}
    sarif = str(given.get("sarif_file", "wakeyscan.sarif"))
    policy_from = github_event.choose_policy_revision(
        str(given.get("policy_from", "base")), environment
    )
    others = {name: text for name, text in environment.items() if name != _POLICY_FROM}
    wanted = {**values, "policy_from": policy_from} if policy_from else _without_policy(values)
    settings = config.build_config(wanted, PARAMETERS.options, others)
    settings = settings._replace(reports=(("sarif", sarif),), sarif_profile="github")
    output.check_formats(settings, ["."])
    outcome = _outcome(given, settings, environment)
    output.write_reports(outcome, settings)
    output.write_reports(outcome, settings._replace(format="github", reports=()))
    summary = output.render_report("markdown", outcome, settings)
    _write_to("GITHUB_STEP_SUMMARY", summary.decode())
    code = outcome.exit_code(settings.fail_on, settings.strict_ignores)
    return code, _outputs(outcome, sarif, code)


def _without_policy(values: Values) -> Values:
    return {name: value for name, value in values.items() if name != "policy_from"}


def _outcome(given: Values, settings: config.Config, environment: Mapping[str, str]) -> RunResult:
    mode = given.get("mode", "diff")
    if mode not in ("diff", "tree", "audit"):
        raise UsageError(f"the input 'mode' must be diff, tree or audit, not {mode!r}")
    if mode == "audit":
        check_endpoint(settings)
        whole = settings.show_suppressed or settings.verification.wanted
        plan = AuditOptions(
            settings.rules,
            settings.jobs,
            True,
            AuditScope(),
            datetime.now(UTC),
            suppressed=whole,
            policy=settings.policy,
            revision=settings.revision,
        )
        outcome, interrupted = audit(find_repository("."), plan, lambda *_: None)
        if interrupted:
            raise KeyboardInterrupt
        return verify_keys(apply_ignore_file(outcome, settings), settings)
    if (
        mode == "diff"
        and (wanted := github_event.find_pushed_range(environment, command.open_own())) is not None
    ):
        return run_scan("action", (wanted.name,), [(SOURCES["git"], [wanted.unit])], settings)
    paths = [line.strip() for line in str(given.get("paths", ".")).splitlines() if line.strip()]
    if not paths:
        raise UsageError("the input 'paths' names nothing to look at")
    sources = [(find_source(path)[0], path) for path in paths]
    opened = [(source, source.list_units(path, settings.source)) for source, path in sources]
    return run_scan("action", tuple(paths), opened, settings)


def _outputs(outcome: RunResult, sarif: str, code: int) -> dict[str, str]:
    live = {f.secret.fingerprint for f in outcome.findings if f.liveness is Liveness.LIVE}
    return {
        "findings": str(len(outcome.reported())),
        "live": str(len(live)),
        "incomplete": "false" if outcome.complete else "true",
        "sarif-file": sarif,
        "exit-code": str(code),
    }


def _lines(outputs: dict[str, str]) -> str:
    """Write outputs, none of which may begin another one: a newline would."""
    return "".join(f"{name}={text}\n" for name, text in outputs.items() if "\n" not in text)


def _write_to(variable: str, text: str) -> None:
    """Append to the file that a variable of the runner names; raises `ReportError`."""
    if path := os.environ.get(variable):
        try:
            with open(path, "a", encoding="utf-8", errors="surrogateescape") as file:
                file.write(text)
        except OSError as error:
            raise ReportError(f"{variable} ({path}) can't be written: {error.strerror}") from None

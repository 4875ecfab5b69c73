"""`wakeyscan action`: the scan of the GitHub Action, reported through every channel of GitHub."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from wakeyscan.cli import output
from wakeyscan.cli.commands import INTERNAL_ERROR, INTERRUPTED
from wakeyscan.cli.pipeline import (
    apply_ignore_file,
    check_endpoint,
    run_scan,
    verify_keys,
)
from wakeyscan.cli.rescans import audit_trusted
from wakeyscan.config import build, config
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core.errors import ReportError, UsageError, WakeyscanError
from wakeyscan.core.finding import Liveness
from wakeyscan.git.command import open_own
from wakeyscan.git.environment import list_trusted_folders, trust_folders
from wakeyscan.git.repository import find_repository
from wakeyscan.integrations import github_event
from wakeyscan.reports.github import format_command
from wakeyscan.sources import SOURCES

if TYPE_CHECKING:
    from wakeyscan.scanner.result import RunResult

HELP = """Scan as the GitHub Action does: the changes of an event, or the tree.

Writes a report and annotations to the log, a SARIF file, the job summary and the step outputs. For
other CI systems use wakeyscan scan."""

_POLICY_FROM = "WAKEYSCAN_POLICY_FROM"
_REPLACED_OPTIONS = ("format", "report", "policy-from")

PARAMETERS = Parameters(
    (
        *(option for option in SCANNING if option.name not in _REPLACED_OPTIONS),
        Option("mode", "'diff': the changes of the pull request or push; 'tree': all files; "
               "'audit': the whole history.", "NAME"),
        Option("paths", "With 'tree': the files and folders to scan, one per line.", "PATHS"),
        Option("sarif-file", "File for the SARIF report. Default: wakeyscan.sarif.", "FILE"),
        Option("policy-from", "For pull requests: read configuration, ignore file and inline "
               "ignores from the 'base', or from the 'head' (never that of a fork). Default: base.",
               "NAME"),
    )
)  # fmt: skip


def run(values: Values, operands: list[str]) -> int:
    """Scan, report to GitHub and return the exit code. Every outcome sets the step outputs."""
    _trust_workspace()
    try:
        code, outputs = _run(values, os.environ)
    except WakeyscanError as error:
        _report_failure(str(error), 2)
        raise
    except KeyboardInterrupt:
        _report_failure("interrupted", INTERRUPTED)
        raise
    except Exception:
        _report_failure("internal error; see the log", INTERNAL_ERROR)
        raise
    _append_to_file("GITHUB_OUTPUT", _format_outputs(outputs))
    return code


def _trust_workspace() -> None:
    """Let git read the checkout: in a container, it belongs to another user."""
    if workspace := os.environ.get("GITHUB_WORKSPACE", ""):
        folders = [*list_trusted_folders(os.environ), workspace, f"{workspace}/*"]
        os.environ.update(trust_folders(folders))


def _report_failure(reason: str, code: int) -> None:
    output.write_stdout(format_command("error", reason, title="wakeyscan").encode())
    outputs = {"findings": "0", "live": "0", "incomplete": "true", "exit-code": str(code)}
    _append_to_file("GITHUB_OUTPUT", _format_outputs(outputs))


def _run(values: Values, environment: Mapping[str, str]) -> tuple[int, dict[str, str]]:
    given = {**build.read_environment(PARAMETERS.options, environment), **values}
    sarif_file = str(given.get("sarif_file", "wakeyscan.sarif"))
    settings = _build_settings(values, str(given.get("policy_from", "base")), environment)
    settings = settings._replace(reports=(("sarif", sarif_file),), sarif_profile="github")
    output.check_formats(settings, ["."])
    result = _scan(given, settings, environment)
    output.write_reports(result, settings)
    output.write_reports(result, settings._replace(format="github", reports=()))
    summary = output.render_report("markdown", result, settings)
    _append_to_file("GITHUB_STEP_SUMMARY", summary.decode())
    code = result.exit_code(settings.fail_on, settings.strict_ignores)
    return code, _build_outputs(result, sarif_file, code)


def _build_settings(
    values: Values, policy_from: str, environment: Mapping[str, str]
) -> config.Config:
    """Build the settings, with the policy of the revision that the input `policy-from` selects."""
    revision = github_event.choose_policy_revision(policy_from, environment)
    values = {name: value for name, value in values.items() if name != "policy_from"}
    if revision:
        values["policy_from"] = revision
    others = {name: text for name, text in environment.items() if name != _POLICY_FROM}
    return build.build_config(values, PARAMETERS.options, others)


def _scan(given: Values, settings: config.Config, environment: Mapping[str, str]) -> RunResult:
    mode = given.get("mode", "diff")
    if mode not in ("diff", "tree", "audit"):
        raise UsageError(f"input 'mode': expected diff, tree or audit, got {mode!r}")
    if mode == "audit":
        return _audit(settings)
    if mode == "diff":
        pushed = github_event.find_pushed_range(environment, open_own())
        if pushed is not None:
            return run_scan("action", (pushed.name,), [(SOURCES["git"], [pushed.unit])], settings)
    lines = map(str.strip, str(given.get("paths", ".")).splitlines())
    paths = [line for line in lines if line]
    if not paths:
        raise UsageError("input 'paths': empty; name at least one file or folder")
    source = SOURCES["path"]  # the input names no other targets
    opened = [(source, source.list_units(path, settings.source)) for path in paths]
    return run_scan("action", tuple(paths), opened, settings)


def _audit(settings: config.Config) -> RunResult:
    check_endpoint(settings)
    result = audit_trusted(find_repository("."), settings).judge_opaque(settings.strict)
    return verify_keys(apply_ignore_file(result, settings), settings)


def _build_outputs(result: RunResult, sarif_file: str, code: int) -> dict[str, str]:
    live = {f.secret.fingerprint for f in result.findings if f.liveness is Liveness.LIVE}
    return {
        "findings": str(len(result.reported())),
        "live": str(len(live)),
        "incomplete": "false" if result.complete else "true",
        "sarif-file": sarif_file,
        "exit-code": str(code),
    }


def _format_outputs(outputs: dict[str, str]) -> str:
    """Format the outputs; drop one with a newline, because it could set another output."""
    return "".join(f"{name}={text}\n" for name, text in outputs.items() if "\n" not in text)


def _append_to_file(variable: str, text: str) -> None:
    """Append to the file that a variable of the runner names; raise `ReportError`."""
    if path := os.environ.get(variable):
        try:
            with open(path, "a", encoding="utf-8", errors="surrogateescape") as file:
                file.write(text)
        except OSError as error:
            raise ReportError(f"{variable} ({path}): cannot be written: {error.strerror}") from None

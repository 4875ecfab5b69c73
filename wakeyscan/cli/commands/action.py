"""`wakeyscan action`: the scan of the GitHub Action, reported through every channel of GitHub."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from wakeyscan.cli import output
from wakeyscan.cli.commands import INTERNAL_ERROR, INTERRUPTED
from wakeyscan.cli.event_scan import scan_event
from wakeyscan.config import build, config
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core.errors import UsageError, WakeyscanError
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git.command import open_own
from wakeyscan.integrations import github_event, github_files, github_policy
from wakeyscan.reports._markdown_text import format_code
from wakeyscan.reports.github import format_command

if TYPE_CHECKING:
    from wakeyscan.integrations.github_event import Event
    from wakeyscan.scanner.result import RunResult

HELP = """Scan as the GitHub Action does.

It scans the changes of an event, all files, or the whole history.

Writes a report and annotations to the log, a SARIF file, the job summary and the step outputs. For
other CI systems use wakeyscan scan."""

_POLICY_FROM = "WAKEYSCAN_POLICY_FROM"
_UPLOAD = "WAKEYSCAN_UPLOAD_SARIF"
_SARIF_FILE = "wakeyscan.sarif"
_REPLACED_OPTIONS = ("format", "report", "template", "policy-from")

PARAMETERS = Parameters(
    (
        *(option for option in SCANNING if option.name not in _REPLACED_OPTIONS),
        Option("mode", "'diff': the changes of the pull request or push; 'tree': all files; "
               "'audit': the whole history.", "NAME"),
        Option("paths", "With 'tree': the files and folders to scan, one per line.", "PATHS"),
        Option("sarif-file", "File for the SARIF report; a bare name is put into RUNNER_TEMP. "
               "Default: wakeyscan.sarif.", "FILE"),
        Option("category", "Category of the SARIF report in code scanning. Default: wakeyscan.",
               "NAME"),
        Option("policy-from", "For pull requests: read configuration, ignore file and inline "
               "ignores from the 'base', or from the 'head' (never that of a fork). Default: base.",
               "NAME"),
    )
)  # fmt: skip


def run(values: Values, operands: list[str]) -> int:
    """Scan, report to GitHub and return the exit code. Every outcome sets the step outputs."""
    os.environ.update(github_policy.trust_workspace(os.environ))
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
    github_files.write_outputs(outputs)
    return code


def _report_failure(reason: str, code: int) -> None:
    output.write_stdout(format_command("error", reason, title="wakeyscan").encode())
    github_files.report_failure(reason, code)


def _run(values: Values, environment: Mapping[str, str]) -> tuple[int, dict[str, str]]:
    given = {**build.read_environment(PARAMETERS.options, environment), **values}
    mode = str(given.get("mode", "diff"))
    if mode not in ("diff", "tree", "audit"):
        raise UsageError(f"input 'mode': expected diff, tree or audit, got {mode!r}")
    event = github_event.load_event(environment, is_required=mode == "diff")
    sarif_file = _choose_sarif_file(str(given.get("sarif_file", _SARIF_FILE)), environment)
    settings = _build_settings(values, str(given.get("policy_from", "base")), event, environment)
    settings = settings._replace(
        reports=(("sarif", sarif_file),),
        sarif_profile="github",
        sarif_category=str(given.get("category", "")),
    )
    output.check_formats(settings, ["."])
    result, notes = scan_event(mode, str(given.get("paths", ".")), event, settings)
    links = github_event.build_links(result, open_own(), event, environment)
    _write_reports(result, settings._replace(links=links))
    code = result.exit_code(settings.fail_on, settings.strict_ignores)
    no_upload = github_policy.explain_no_upload(mode, result.complete, event, environment)
    if no_upload and environment.get(_UPLOAD) == "true":
        notes = (*notes, f"not uploaded to code scanning: {no_upload}")
    _write_notes(notes)
    return code, {
        **github_files.build_outputs(result, code),
        "sarif-file": sarif_file,
        "upload": "false" if no_upload else "true",
    }


def _write_reports(result: RunResult, settings: config.Config) -> None:
    output.write_reports(result, settings)
    output.write_reports(result, settings._replace(format="github", reports=(), output=""))
    summary = output.render_report("markdown", result, settings)
    github_files.write_summary(summary.decode())


def _write_notes(notes: Iterable[str]) -> None:
    """Write notes to the log, as notice annotations, and to the summary."""
    for note in notes:
        output.write_stdout(format_command("notice", note, title="wakeyscan").encode())
        github_files.write_summary(f"\n{format_code(note)}\n")


def _choose_sarif_file(name: str, environment: Mapping[str, str]) -> str:
    """Return the path of the SARIF file; a bare name is put into the runner's temporary folder.

    In the checkout, a job that runs `git add` would commit it. Without that folder, git is told to
    ignore the file.
    """
    if os.path.basename(name) != name:
        return name
    if folder := environment.get("RUNNER_TEMP", ""):
        return os.path.join(folder, name)
    github_files.hide_from_git(name)
    return name


def _build_settings(
    values: Values, policy_from: str, event: Event, environment: Mapping[str, str]
) -> config.Config:
    """Build the settings, with the policy of the revision that the input `policy-from` selects."""
    revision = github_policy.choose_policy_revision(policy_from, event)
    values = {name: value for name, value in values.items() if name != "policy_from"}
    if revision:
        values["policy_from"] = revision
    others = {name: text for name, text in environment.items() if name != _POLICY_FROM}
    return build.build_config(values, PARAMETERS.options, others)

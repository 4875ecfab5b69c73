"""`wakeyscan wipe`: masks keys in what coding assistants keep on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator

from wakeyscan.cli import output, wipe_plan
from wakeyscan.cli.commands import INCOMPLETE
from wakeyscan.cli.masked_text import format_other_names
from wakeyscan.cli.pipeline import open_targets, run_scan
from wakeyscan.cli.wipe_plan import WipedFile, WipeOptions
from wakeyscan.cli.wipe_spans import build_mark
from wakeyscan.config import build
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core import files
from wakeyscan.core.errors import ReportError, UsageError
from wakeyscan.core.redaction import escape_for_terminal, escape_line_start, format_details, redact
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.rules.loader import load_rules
from wakeyscan.scanner.context import build_scan_context

if TYPE_CHECKING:
    from wakeyscan.scanner.result import RunResult

HELP = """Mask keys in the files of coding assistants.

TARGET is 'agents:', or 'agents:claude,codex' for some assistants. Without --write, a diff shows
what would change. JSON stays valid, and a file is never half written.

Keys in settings are kept, because MCP servers need them. The exit code is 1 while keys
remain. Masking does not revoke a key."""

_OPTIONS = ("rules", "config", "max-file-size", "quiet", "color")

PARAMETERS = Parameters(
    (
        Option("write", "Write the changes."),
        Option("force", "Also change files that were written in the last minute."),
        Option("settings", "Also mask keys in settings and MCP configurations."),
        *(option for option in SCANNING if option.name in _OPTIONS),
    ),
    "TARGET",
)


def run(values: Values, targets: list[str]) -> int:
    """Show or write the changes, and return the exit code."""
    flags = {k: v for k, v in values.items() if k not in ("write", "force", "settings")}
    settings = build.build_config(flags, PARAMETERS.options, os.environ)
    given = {**build.read_environment(PARAMETERS.options, os.environ), **values}
    if not targets or not all(target.startswith("agents:") for target in targets):
        raise UsageError("wakeyscan wipe: expected agents:, or for example agents:claude,codex")
    result = run_scan("wipe", tuple(targets), open_targets(targets, settings), settings)
    if result.interrupted:
        return result.exit_code(settings.fail_on)
    options = WipeOptions(bool(given.get("settings")), bool(given.get("force")))
    context = build_scan_context(load_rules(settings.rules), settings.source)
    is_written, code = bool(given.get("write")), 0
    planned = [*wipe_plan.plan_wipe(result.findings, options, context)]
    others = [*files.list_other_names(file.path for file in planned if file.masked)]
    for file in planned:
        output.write_lines(_format_file(file))
    for file in planned if is_written else ():
        code = max(code, _write(file))
    output.write_sentences(_format_summary(planned, result, is_written and not code))
    output.write_sentences(format_other_names(others))
    if code:
        return code
    if others or any(file.left or (file.masked and not is_written) for file in planned):
        return 1
    return 0 if result.complete else INCOMPLETE


def _write(file: WipedFile) -> int:
    """Replace a file; a failure does not stop the others."""
    if file.after == file.before:
        return 0
    try:
        wipe_plan.write_wiped(file)
    except ReportError as error:
        output.print_error(redact(str(error)))
        return 2
    return 0


def _format_file(file: WipedFile) -> Iterator[str]:
    """Yield a diff: of each line the part around the key, since lines of transcripts are long."""
    if not file.masked:
        return
    name = escape_line_start(redact(file.path))
    yield from (f"--- {name}", f"+++ {name}")
    for finding in file.masked:
        line = finding.position.line
        details = format_details(finding.origin.details)
        yield f"@@ -{line} +{line} @@ {details}".rstrip()
        shown, secret = escape_for_terminal(finding.excerpt), str(finding.secret)
        yield f"-{shown}"
        mark = build_mark(finding.secret)
        is_in_string = finding in file.in_strings
        yield f'+"{mark}"' if is_in_string else f"+{shown.replace(secret, mark)}"


def _format_summary(files: list[WipedFile], result: RunResult, is_written: bool) -> Iterator[str]:
    masked = sum(len(file.masked) for file in files)
    if masked:
        count = sum(bool(file.masked) for file in files)
        verb, end = ("Masked", ".") if is_written else ("To mask:", "; write it with --write.")
        yield f"{verb} {masked} place{'s' * (masked != 1)} in {count} file{'s' * (count != 1)}{end}"
    strings = sum(len(file.in_strings) for file in files)
    if strings:
        yield f"For {strings} of them, the mask replaces the whole JSON string around the key."
    left = [(file, *item) for file in files for item in file.left]
    if left:
        yield f"Left alone ({len(left)}):"
    for file, finding, reason in left:
        path = escape_for_terminal(redact(finding.origin.path or file.path))
        yield f"  {path}:{finding.position.line}: {finding.secret}: {reason}"
    if not masked and not left:
        yield "No keys to mask."
    for item in result.skipped:
        yield f"Skipped: {escape_for_terminal(redact(item.origin.path))}: {redact(item.reason)}"
    if masked or left:
        yield "Each of these keys works until you revoke it; see docs/incident.md."

"""`wakeyscan ignore`: accepts findings with a reason; lists, removes and prunes the entries."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, partial

from wakeyscan.baselines import IMPORTERS, adopt, baseline, maintain
from wakeyscan.cli import accepted_keys, entry_text, help_topics, output
from wakeyscan.cli.commands import INCOMPLETE
from wakeyscan.cli.rescans import rescan_repository
from wakeyscan.cli.text_or_json import wants_json, write_json
from wakeyscan.config import build, config
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core.errors import UsageError
from wakeyscan.core.redaction import escape_for_terminal
from wakeyscan.git import worktree
from wakeyscan.suppression import ignore_entry
from wakeyscan.suppression.ignore_entry import IgnoreEntry

HELP = f"""Accept findings, with a reason, in .wakeyscanignore.

The file has one entry per key. A unique fingerprint prefix, as shown in reports, is enough.

'import' reads the findings that another scanner accepts: an ignore file or baseline of
{", ".join(IMPORTERS)}. An ignore file of gitleaks names places, not keys:
name a report of gitleaks too, and the import is more precise. Each place is scanned again.

'list' and 'explain' scan the files again to show what each entry hides. 'prune' removes entries
that have expired, and those that hide nothing in the files and the history."""

_OPTIONS = ("ignore-file", "config", "rules", "jobs", "quiet")

PARAMETERS = Parameters(
    (
        *(option for option in SCANNING if option.name in _OPTIONS),
        Option("format", "With list: text or json. Default: text.", "NAME", letter="f"),
        Option("reason", "Why the findings are accepted.", "TEXT"),
        Option("until", "Last day on which the entry is valid, for example 2027-01-31.", "DAY"),
        Option("paths", "Only accept findings in matching paths, relative to the top of the "
               "repository (tests/*).", "GLOB"),
        Option("as", "Format of the file to import, if it is not recognized.", "NAME"),
        Option("all", "Accept all findings in the current files."),
        Option("from", "Accept all reported findings of a JSON report.", "REPORT"),
    ),
    "COMMAND",
)  # fmt: skip

_UNUSED = (
    "Unused entries hide nothing in the files; 'prune' also checks the history, and drops them."
)


def run(values: Values, operands: list[str]) -> int:
    """Run the action that the first operand names; the default is `list`."""
    settings = build.build_config(values, PARAMETERS.options, os.environ)
    given = {**build.read_environment(PARAMETERS.options, os.environ), **values}
    operands = operands or ["list"]
    help_topics.refuse_other_options("ignore", operands[0], values)
    match operands:
        case ["add", *fingerprints]:
            return _add(fingerprints, given, settings)
        case ["import", file]:
            return _import(file, "", given, settings)
        case ["import", file, report]:
            return _import(file, report, given, settings)
        case ["remove", _, *_]:
            return _remove(operands[1:], settings)
        case ["list"]:
            return _list(values, settings)
        case ["prune"]:
            return _prune(settings)
        case ["explain", fingerprint]:
            return _explain(fingerprint, settings)
    raise help_topics.build_action_error("ignore", operands[0])


def _add(prefixes: list[str], given: Values, settings: config.Config) -> int:
    template, report = _build_template(given), str(given.get("from", ""))
    if not prefixes and not report and "all" not in given:
        raise UsageError(
            "wakeyscan ignore add: nothing to accept; name a fingerprint, --from REPORT or --all"
        )
    scan = cache(partial(rescan_repository, settings))
    current = scan("scan") if given.get("all") else None
    accepted = [
        *accepted_keys.list_named_keys(maintain.expand_fingerprints(prefixes, scan), scan),
        *(
            accepted_keys.AcceptedKey.of(finding)
            for finding in (current.reported() if current else ())
        ),
        *(accepted_keys.read_reported_keys(report) if report else ()),
    ]
    fingerprints = dict.fromkeys(key.fingerprint for key in accepted)
    entries = [template._replace(fingerprint=one) for one in fingerprints]
    gaps = [item for item in current.skipped if item.gap] if current else []
    skipped = [f"  not scanned: {item.origin.path}: {item.reason}" for item in gaps]
    places = accepted_keys.describe_places(accepted)
    _print_lines([_add_entries(entries, settings, places), *map(escape_for_terminal, skipped)])
    accepted_keys.warn_of_open_keys(accepted)
    return INCOMPLETE if gaps else 0


def _build_template(given: Values) -> IgnoreEntry:
    """Build an entry without a fingerprint from the options; raise `UsageError`."""
    reason = " ".join(str(given.get("reason", "")).split())
    if not reason:
        raise UsageError("--reason is missing: say why the findings are accepted")
    until = _parse_day(str(given["until"])) if "until" in given else None
    template = IgnoreEntry("", reason, until, str(given.get("paths", "")))
    ignore_entry.check_entry(template)
    return template


def _parse_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--until: expected a day such as 2027-01-31, got {text!r}") from None
    if day < ignore_entry.current_day():
        raise UsageError(f"--until: {text} is in the past; choose a later day")
    return day


def _import(file: str, report: str, given: Values, settings: config.Config) -> int:
    """Import the baseline of another scanner; incomplete if an entry cannot be mapped."""
    template = _build_template(given)
    wanted = baseline.read_baseline(file, report, str(given.get("as", "")))
    imported = adopt.resolve_entries(wanted, settings, partial(rescan_repository, settings))
    entries = [
        template._replace(
            fingerprint=fingerprint,
            reason=entry_text.build_reason(file, template.reason, item.note),
        )
        for fingerprint, item in imported.imported
    ]
    _print_lines([_add_entries(entries, settings), *entry_text.format_unmapped(imported)])
    return INCOMPLETE if imported.unresolved else 0


def _add_entries(
    entries: list[IgnoreEntry], settings: config.Config, places: Mapping[str, str] | None = None
) -> str:
    """Add the entries that are new, and return a line with their number."""
    added = maintain.add_entries(entries, settings, ignore_entry.current_day(), places or {})
    present = len(entries) - added
    line = f"{settings.find_ignore_file()}: {added} added, {present} already present"
    return escape_for_terminal(line)


def _remove(prefixes: list[str], settings: config.Config) -> int:
    """Remove entries; the file is not written if a prefix is wrong."""
    removed = maintain.remove_entries(prefixes, settings)
    file = escape_for_terminal(settings.find_ignore_file())
    return _print_lines(f"{file}: removed: {entry_text.format_entry(entry)}" for entry in removed)


def _list(values: Values, settings: config.Config) -> int:
    is_json = wants_json(values, os.environ)
    entries, today = maintain.load_entries(settings), ignore_entry.current_day()
    hidden, _ = maintain.find_hidden(entries, rescan_repository(settings, "scan"))
    if is_json:
        states = [entry_text.build_state(entry, hidden[entry], today) for entry in entries]
        write_json({"file": settings.find_ignore_file(), "entries": states})
        return 0
    lines = [
        line for entry in entries for line in entry_text.format_state(entry, hidden[entry], today)
    ]
    if worktree.find_work_tree(".") and any(not hidden[entry] for entry in entries):
        lines.append(_UNUSED)
    return _print_lines(lines or ["No entries."])


def _prune(settings: config.Config) -> int:
    pruned = maintain.prune_entries(
        settings, ignore_entry.current_day(), partial(rescan_repository, settings)
    )
    _print_lines(entry_text.format_pruned(settings.find_ignore_file(), pruned))
    return INCOMPLETE if pruned.is_incomplete else 0


def _explain(prefix: str, settings: config.Config) -> int:
    entries = maintain.match_entries(prefix, maintain.load_entries(settings))
    hidden, _ = maintain.find_hidden(entries, rescan_repository(settings, "scan"))
    today = ignore_entry.current_day()
    return _print_lines(
        line for entry in entries for line in entry_text.explain_entry(entry, hidden[entry], today)
    )


def _print_lines(lines: Iterable[str]) -> int:
    output.write_lines(lines)
    return 0

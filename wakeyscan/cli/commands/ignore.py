"""`wakeyscan ignore`: accept findings with a reason; list, explain and prune what was accepted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from functools import partial

from wakeyscan.baselines import adopt, fingerprint_prefix, importing, maintain
from wakeyscan.baselines.baseline_entry import BaselineEntry
from wakeyscan.cli import output
from wakeyscan.cli.rescans import rescan_repository
from wakeyscan.config import config
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core.errors import UsageError
from wakeyscan.core.finding import Finding
from wakeyscan.core.redaction import escape_for_terminal, redact
from wakeyscan.git import worktree
from wakeyscan.reports.saved_report import read_report
from wakeyscan.suppression import ignore_file as ignorefile
from wakeyscan.suppression.ignore_file import Entry

HELP = """Accept findings, with a reason, in .wakeyscanignore: an entry is about a secret.

add FINGERPRINT --reason TEXT [--until DAY] | add --all --reason TEXT |
add --from REPORT.json --reason TEXT |
import FILE [REPORT] --reason TEXT | list | prune | explain FINGERPRINT

Of a fingerprint its first digits do, as a report shows them, where no other begins with them.

'import' takes over what gitleaks, betterleaks, detect-secrets or kingfisher was told to accept: an
ignore file (with a report of gitleaks, more exactly) or a baseline. It looks again at each place.

'list' and 'explain' look at the files again, to say what each entry hides there. 'prune' drops what
has expired, and what hides nothing any more, in the files and in the history."""

_USED = ("ignore-file", "config", "rules", "jobs", "quiet")

PARAMETERS = Parameters(
    (
        *(option for option in SCANNING if option.name in _USED),
        Option("reason", "Why they are accepted.", "TEXT"),
        Option("until", "The last day on which that counts, as 2027-01-31.", "DAY"),
        Option(
            "paths",
            "Only in the paths that match, from the top of the repository (tests/*).",
            "GLOB",
        ),
        Option("as", "The format of what is imported, where it is not recognised.", "NAME"),
        Option("all", "Accept all that is found in the files now."),
        Option("from", "Accept all reported findings of a JSON report.", "REPORT"),
    ),
    "add|import|list|prune|explain [FINGERPRINT|FILE]",
)


_INCOMPLETE = 3
_MOST_PLACES = 3
_UNUSED = "Unused: hides nothing in the files; 'prune' looks into the history, too, and drops it."


def run(values: Values, operands: list[str]) -> int:
    """Do what the first operand says; `list` where there is none."""
    settings = config.build_config(values, PARAMETERS.options, os.environ)
    match operands or ["list"]:
        case ["add", *fingerprints]:
            given = {**config.read_environment(PARAMETERS.options, os.environ), **values}
            return _add(fingerprints, given, settings)
        case ["import", *files] if len(files) in (1, 2):
            given = {**config.read_environment(PARAMETERS.options, os.environ), **values}
            return _import(files, given, settings)
        case ["list"]:
            return _list(settings)
        case ["prune"]:
            return _prune(settings)
        case ["explain", fingerprint]:
            return _explain(fingerprint, settings)
    raise UsageError(
        "wakeyscan ignore takes: add, import FILE, list, prune, or explain FINGERPRINT"
    )


def _add(fingerprints: list[str], given: Values, settings: config.Config) -> int:
    form, source = _form(given), str(given.get("from", ""))
    if not fingerprints and not source and "all" not in given:
        raise UsageError("name a fingerprint, or a report with --from, or all that is here: --all")
    here = rescan_repository(settings, "scan") if given.get("all") else None
    whole = fingerprint_prefix.expand_fingerprint(
        fingerprints, partial(rescan_repository, settings)
    )
    found = [finding.secret.fingerprint for finding in here.reported()] if here else []
    wanted = dict.fromkeys((*whole, *found, *(_of_report(source) if source else ())))
    lines = [_put([form._replace(fingerprint=one) for one in wanted], settings)]
    gaps = [item for item in here.skipped if item.gap] if here else []
    lines += [f"  not looked at: {item.origin.path}: {item.reason}" for item in gaps]
    _tell([escape_for_terminal(line) for line in lines])
    return _INCOMPLETE if gaps else 0


def _form(given: Values) -> Entry:
    """Give what entries are to say, all but the fingerprint."""
    reason = " ".join(str(given.get("reason", "")).split())
    if not reason:
        raise UsageError("--reason is missing: say why these are accepted")
    until = _day(str(given["until"])) if "until" in given else None
    form = Entry("", reason, until, str(given.get("paths", "")))
    ignorefile.check_entry(form)
    return form


def _import(files: list[str], given: Values, settings: config.Config) -> int:
    """Accept what another scanner was told to; incomplete where that can't be told of all."""
    form, file = _form(given), files[0]
    wanted = importing.read_baseline(file, "".join(files[1:]), str(given.get("as", "")))
    adopted = adopt.resolve_entries(wanted, settings, partial(rescan_repository, settings))
    source = f"imported from {os.path.basename(file)}: {form.reason}"
    new = [
        form._replace(fingerprint=fingerprint, reason=_noted(source, item.note))
        for fingerprint, item in adopted.taken
    ]
    lines = [_put(new, settings)]
    lines += [f"  not needed: {_placed(item)}: {why}" for item, why in adopted.idle]
    lines += [f"  not imported: {_placed(item)}: {why}" for item, why in adopted.lost]
    _tell([escape_for_terminal(redact(line)) for line in lines])
    return _INCOMPLETE if adopted.lost else 0


def _noted(reason: str, note: str) -> str:
    words = " ".join(redact(note).split())
    return escape_for_terminal(f"{reason} ({words})" if words else reason)


def _placed(item: BaselineEntry) -> str:
    return f"{item.entry} ({item.place})" if item.path else item.entry


def _put(entries: list[Entry], settings: config.Config) -> str:
    """Add what is not accepted yet, and say how many that are."""
    added = maintain.add_entries(entries, settings, ignorefile.current_day())
    known = len(entries) - added
    return f"{settings.find_ignore_file()}: {added} added, {known} known already"


def _of_report(path: str) -> list[str]:
    with read_report(path) as report:
        found = [item for item in report["findings"] if item["standing"] == "reported"]
        fingerprints = [str(item["fingerprint"]) for item in found]
        if not all(map(ignorefile.is_fingerprint, fingerprints)):
            raise ValueError("it has a fingerprint that is none")
        return fingerprints


def _list(settings: config.Config) -> int:
    entries, today = maintain.load_entries(settings), ignorefile.current_day()
    hidden, _ = maintain.find_hidden(entries, rescan_repository(settings, "scan"))
    lines = [line for entry in entries for line in _described(entry, hidden[entry], today)]
    if worktree.find_work_tree(".") and any(not hidden[entry] for entry in entries):
        lines.append(_UNUSED)
    return _tell(lines or ["No entries."])


def _prune(settings: config.Config) -> int:
    pruned = maintain.prune_entries(
        settings, ignorefile.current_day(), partial(rescan_repository, settings)
    )
    count = f"{pruned.dropped} dropped, {len(pruned.kept)} kept"
    why = [f"  kept: {reason}: {_shown(entry)}" for entry, reason in pruned.why.items()]
    _tell([f"{settings.find_ignore_file()}: {count}", *why])
    return _INCOMPLETE if pruned.unsure else 0


def _described(entry: Entry, hidden: list[Finding], today: date) -> Iterator[str]:
    state = f"hides {len(hidden)}" if hidden else "unused"
    if entry.has_expired(today):
        state = "expired"
    yield f"{state:10}  {_shown(entry)}"
    places = [
        f"{escape_for_terminal(f.origin.path)}:{f.position.line}" for f in hidden[:_MOST_PLACES]
    ]
    more = [f"and {len(hidden) - _MOST_PLACES} more"] if len(hidden) > _MOST_PLACES else []
    if places:
        yield f"{'':12}{', '.join([*places, *more])}"


def _shown(entry: Entry) -> str:
    return escape_for_terminal(redact(str(entry)))


def _explain(fingerprint: str, settings: config.Config) -> int:
    mine = [entry for entry in maintain.load_entries(settings) if entry.is_about(fingerprint)]
    if len({entry.fingerprint for entry in mine}) != 1:
        raise UsageError(f"{len(mine)} entries begin with {fingerprint!r}; one is to be named")
    hidden, _ = maintain.find_hidden(mine, rescan_repository(settings, "scan"))
    return _tell([line for entry in mine for line in _in_full(entry, hidden[entry])])


def _in_full(entry: Entry, hidden: list[Finding]) -> Iterator[str]:
    yield _shown(entry)
    if entry.has_expired(ignorefile.current_day()):
        yield "  expired: what follows is reported"
    for f in hidden:
        yield f"  {escape_for_terminal(f.origin.path)}:{f.position.line}  {f.rule}  {f.secret}"
    if not hidden:
        yield "  hides nothing in the files that are here"


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--until must be a day, as 2027-01-31, not {text!r}") from None
    if day < ignorefile.current_day():
        raise UsageError(f"--until {text} is over already")
    return day


def _tell(lines: list[str]) -> int:
    output.write_stdout("".join(f"{line}\n" for line in lines).encode())
    return 0

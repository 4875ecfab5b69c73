"""The ledger of a fleet: one file per audited repository, each a complete JSON report.

A file is written atomically, and its name has the state of the repository and the digest
of the rules. So an interrupted run can be resumed on any machine that has the folder, and no result
is counted twice.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

from wakeyscan.core import files
from wakeyscan.core.errors import ReportError, SourceError, UsageError
from wakeyscan.core.redaction import make_encodable, redact
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.reports import json as json_report
from wakeyscan.reports.saved_report import Fields, read_report
from wakeyscan.reports.saved_result import build_result

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.rules.rule import Rule
    from wakeyscan.scanner.result import RunResult

FOLDER = "ledger"
"""Subfolder of the results."""

_SUFFIX = ".json"
_MAX_SLUG, _DIGITS = 60, 12
_KEY_DIGITS = 32
_FILE = re.compile(r"[A-Za-z0-9_-]+\.[a-z0-9]+\.json")
_PRIVATE = 0o600


class State(StrEnum):
    """Outcome of a repository."""

    AUDITED = "audited"
    FAILED = "failed"
    PENDING = "pending"
    """Listed, but not audited yet."""


class Entry(NamedTuple):
    """The facts about a repository that the ledger keeps besides its report."""

    repository: str
    location: str
    key: str
    """Digest of its state and of the rules; empty unless it was audited."""
    state: State
    run: str
    """Name of the run that wrote the entry."""
    finished: str
    """ISO 8601 in UTC."""
    reason: str = ""
    """Why it was not audited."""
    milliseconds: int = 0
    """Processor time of the audit."""


class Record(NamedTuple):
    """An entry with its report."""

    entry: Entry
    result: RunResult


def build_key(state: str, digest: str) -> str:
    """Return the key of a result, from the state of the repository and the digest of the rules."""
    return sha256(f"{state}\0{digest}".encode()).hexdigest()[:_KEY_DIGITS]


def find_file(folder: str, repository: str, key: str) -> str:
    """Return the path of the file of a repository; `key` is a key or the name of a state."""
    return os.path.join(folder, FOLDER, f"{build_slug(repository)}.{key}{_SUFFIX}")


def build_slug(repository: str) -> str:
    """Return a file name for a repository: the harmless part of its name, and a digest."""
    digest = sha256(repository.encode("utf-8", "surrogateescape")).hexdigest()[:_DIGITS]
    return f"{re.sub(r'[^A-Za-z0-9-]+', '_', repository)[-_MAX_SLUG:].strip('_-')}-{digest}"


def create(folder: str) -> None:
    """Create the folder of a ledger; raise `ReportError`."""
    try:
        os.makedirs(os.path.join(folder, FOLDER), mode=0o700, exist_ok=True)
    except OSError as error:
        raise ReportError(
            f"{folder}: cannot be created: {error.strerror}; name another folder with --output"
        ) from None


def write_record(folder: str, record: Record) -> None:
    """Write a record, then remove the older ones of its repository; raise `ReportError`."""
    entry = record.entry
    file = find_file(folder, entry.repository, entry.key or entry.state.value)
    out = io.StringIO()
    fields = {name: make_encodable(redact(str(value))) for name, value in entry._asdict().items()}
    extra: dict[str, Any] = {**fields, "milliseconds": entry.milliseconds}
    json_report.write_fields({**json_report.build_report(record.result), "fleet": extra}, out)
    content = out.getvalue().encode("utf-8", "backslashreplace")
    write_content(file, content, folder, entry.repository)


def write_content(file: str, content: bytes, folder: str, repository: str) -> None:
    """Write the content of a record, then remove older ones; raise `ReportError`."""
    try:
        files.write_atomically(file, content, _PRIVATE)
        _remove_older(file, list_files(folder, repository))
    except OSError as error:
        raise ReportError(
            f"{file}: the result cannot be written: {error.strerror}; free space or fix the "
            "permissions, then run the same command with --resume"
        ) from None


def _remove_older(file: str, others: list[str]) -> None:
    """Remove the other records of a repository, but none that another worker has just written."""
    time = os.stat(file).st_mtime_ns
    for other in others:
        with suppress(FileNotFoundError):  # another worker has removed it
            if other != file and os.stat(other).st_mtime_ns <= time:
                os.unlink(other)


def list_files(folder: str, repository: str = "") -> list[str]:
    """List the files of the ledger, or those of one repository."""
    prefix = f"{build_slug(repository)}." if repository else ""
    top = os.path.join(folder, FOLDER)
    try:
        names = sorted(os.listdir(top))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise SourceError(f"{top}: cannot be read: {error.strerror}") from None
    return [
        os.path.join(top, name)
        for name in names
        if name.startswith(prefix) and _FILE.fullmatch(name)
    ]


def list_keys(folder: str) -> dict[str, list[str]]:
    """Return the keys, or states, of the records in a ledger by the slugs of repositories."""
    keys: dict[str, list[str]] = {}
    for file in list_files(folder):
        slug, key, _ = os.path.basename(file).split(".")
        keys.setdefault(slug, []).append(key)
    return keys


def read_record(file: str, rules: tuple[Rule, ...]) -> Record:
    """Read a record; raise `SourceError` for a file that is damaged or not of the ledger."""
    with read_report(file) as report:
        fields = Fields(report).get_object("fleet")
        entry = Entry(
            repository=fields.get_text("repository"),
            location=fields.get_text("location"),
            key=fields.get_name("key"),
            state=State(fields.get_text("state")),
            run=fields.get_name("run"),
            finished=_check_time(fields.get_name("finished")),
            reason=fields.get_text("reason"),
            milliseconds=fields.get_number("milliseconds"),
        )
        return Record(entry, build_result(report, rules))


def _check_time(text: str) -> str:
    """Return a time with its offset; raise `ValueError` for another text."""
    try:
        datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError:
        raise ValueError("finished: expected a time in UTC") from None
    return text


def list_damaged(folder: str, repository: str, keys: Iterable[str]) -> list[str]:
    """List the files of a repository that are not the records that their names promise.

    `keys` are those of its records, or states.
    """
    files = (find_file(folder, repository, key) for key in keys)
    return [file for file in files if not _is_intact(file, repository)]


def _is_intact(file: str, repository: str) -> bool:
    try:
        entry = read_record(file, ()).entry
    except SourceError:
        return False
    key = entry.key if entry.state is State.AUDITED else entry.state.value
    name = make_encodable(redact(repository))
    return entry.repository == name and os.path.basename(file).split(".")[1] == key


def read_records(folder: str, rules: tuple[Rule, ...]) -> Iterator[Record]:
    """Yield the newest record of each repository in a ledger."""
    newest: dict[str, tuple[int, str]] = {}
    for file in list_files(folder):
        slug = os.path.basename(file).split(".")[0]
        rank = os.stat(file).st_mtime_ns
        if slug not in newest or rank > newest[slug][0]:
            newest[slug] = rank, file
    for _, file in newest.values():
        yield read_record(file, rules)


def join_ledgers(folder: str, sources: Iterable[str], rules: tuple[Rule, ...]) -> list[Record]:
    """Copy the records of other ledgers into that of a folder, and return all of them.

    Of a repository with several records, one that was audited counts, then the newest one. Raise
    `UsageError` for a folder without a ledger, `SourceError` for a damaged record, `ReportError`.
    """
    chosen: dict[str, Record] = {}
    target = os.path.join(folder, FOLDER)
    others = [os.path.abspath(source) for source in sources]
    for source in dict.fromkeys([*others, *([folder] if os.path.isdir(target) else [])]):
        if not os.path.isdir(os.path.join(source, FOLDER)):
            raise UsageError(f"{source}: has no ledger; name a folder that wakeyscan fleet wrote")
        for record in read_records(source, rules):
            name = record.entry.repository
            if name not in chosen or _rank(record) > _rank(chosen[name]):
                chosen[name] = record
    create(folder)
    for record in chosen.values():
        entry = record.entry
        file = find_file(folder, entry.repository, entry.key or entry.state.value)
        if not os.path.lexists(file):
            write_record(folder, record)
    return list(chosen.values())


def _rank(record: Record) -> tuple[bool, str]:
    return record.entry.state is State.AUDITED, record.entry.finished

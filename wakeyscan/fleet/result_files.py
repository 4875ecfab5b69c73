"""The files of a fleet's results: keys, findings, repositories, _SARIF, and an overview."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable, Iterator
from importlib.util import find_spec

from wakeyscan.core import files
from wakeyscan.core.errors import ReportError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.redaction import escape_for_json, make_encodable
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fleet.ledger import FOLDER, State, build_slug
from wakeyscan.fleet.overview import build_overview
from wakeyscan.git import worktree
from wakeyscan.reports import overview as overview_pages
from wakeyscan.reports import sarif
from wakeyscan.reports.json import encode_finding, encode_key, encode_skipped
from wakeyscan.reports.report import ReportStyle
from wakeyscan.reports.saved_report import FLEET_REPORT

if TYPE_CHECKING:
    from typing import Any

    import pyarrow
    from pyarrow import parquet

    from wakeyscan.fleet.ledger import Record
    from wakeyscan.fleet.merged_result import FleetKey, FleetResult
else:
    # Only an installation with the extra `parquet` has it.
    pyarrow, parquet = lazy_import("pyarrow"), lazy_import("pyarrow.parquet")

_SARIF = "sarif"
_TEXTS = (
    *("repository", "rule", "severity", "fingerprint", "secret", "path", "within", "encoding"),
    *("bounds", "exposure", "standing", "reason", "liveness", "excerpt"),
)
_NUMBERS = ("line", "column", "end_column")
_PRIVATE = 0o600


def check_folders(folder: str, mirrors: Iterable[str], sources: Iterable[str]) -> None:
    """Check the folders of results and mirrors before anything is written.

    Raise `ReportError` if a link in one of the sources, or in the current work tree, is on the way.
    """
    trees = worktree.find_untrusted_folders(sources)
    below = (os.path.join(folder, name) for name in (FOLDER, _SARIF))
    for path in (folder, *below, *mirrors):
        try:
            files.check_links(path, trees)
        except OSError as error:
            raise ReportError(f"{path}: cannot be written: {error.strerror}") from None


def write_result_files(folder: str, fleet: FleetResult, report: bytes) -> None:
    """Write all files, each of them atomically; raise `ReportError`.

    `report` is the merged result as JSON.
    """
    page = build_overview(fleet)
    contents = {
        FLEET_REPORT: report,
        "keys.jsonl": _join_lines(map(_encode_fleet_key, fleet.keys)),
        "findings.jsonl": _join_lines(_list_findings(fleet.records)),
        "repositories.jsonl": _join_lines(map(_encode_record, fleet.records)),
        "index.html": overview_pages.format_html(page).encode(),
        "summary.md": overview_pages.format_markdown(page).encode(),
    }
    if find_spec("pyarrow"):
        contents["findings.parquet"] = _format_table(_list_findings(fleet.records))
    audited = [one for one in fleet.records if one.entry.state is State.AUDITED]
    names = {f"{build_slug(record.entry.repository)}.sarif": record for record in audited}
    try:
        os.makedirs(os.path.join(folder, _SARIF), mode=0o700, exist_ok=True)
        for name, record in names.items():
            _write(os.path.join(folder, _SARIF, name), _format_sarif(record))
        for name in set(os.listdir(os.path.join(folder, _SARIF))) - names.keys():
            if name.endswith(".sarif"):
                os.unlink(os.path.join(folder, _SARIF, name))
        for name, content in contents.items():
            _write(os.path.join(folder, name), content)
    except OSError as error:
        raise ReportError(
            f"{error.filename or folder}: the results cannot be written: {error.strerror}"
        ) from None


def _write(file: str, content: bytes) -> None:
    files.write_atomically(file, content, _PRIVATE)


def _join_lines(values: Iterable[dict[str, Any]]) -> bytes:
    lines = (escape_for_json(json.dumps(value, ensure_ascii=False)) for value in values)
    return "".join(f"{line}\n" for line in lines).encode()


def _encode_fleet_key(key: FleetKey) -> dict[str, Any]:
    """Return a key with its places, each with its repository instead of a longer path."""
    fields = encode_key(key.history)
    places = [
        {"repository": make_encodable(one.repository), **place}
        for one in key.by_repository
        for place in encode_key(one.history)["places"]
    ]
    first = encode_key(key.by_repository[0].history)["introduced"]
    names = [make_encodable(name) for name in key.repositories]
    return {
        **fields,
        "introduced": {"repository": names[0], **first},
        "repositories": names,
        "places": places,
    }


def _list_findings(records: Iterable[Record]) -> Iterator[dict[str, Any]]:
    for record in records:
        name = make_encodable(record.entry.repository)
        for finding in record.result.findings:
            yield {"repository": name, **encode_finding(finding)}


def _encode_record(record: Record) -> dict[str, Any]:
    entry, result = record
    reported = result.reported()
    return {
        "repository": make_encodable(entry.repository),
        "location": make_encodable(entry.location),
        "state": entry.state.value,
        "reason": make_encodable(entry.reason),
        "complete": result.complete,
        "severity": str(max(f.severity for f in reported)) if reported else None,
        "keys": len({(finding.rule, finding.secret) for finding in reported}),
        "findings": len(reported),
        "objects": result.coverage.documents,
        "bytes": result.coverage.bytes,
        "seconds": entry.milliseconds / 1000,
        "finished": entry.finished,
        "skipped": [encode_skipped(item) for item in result.skipped],
        "sarif": f"{_SARIF}/{build_slug(entry.repository)}.sarif"
        if entry.state is State.AUDITED
        else None,
    }


def _format_sarif(record: Record) -> bytes:
    out = io.StringIO()
    category = f"wakeyscan/fleet/{build_slug(record.entry.repository)}"
    sarif.write(record.result, out, ReportStyle(sarif_category=category))
    return out.getvalue().encode("utf-8", "backslashreplace")


def _format_table(findings: Iterable[dict[str, Any]]) -> bytes:
    """Return a Parquet table with a row per finding, without the details, which differ by kind."""
    schema = pyarrow.schema(
        [
            *((name, pyarrow.string()) for name in _TEXTS),
            *((name, pyarrow.int64()) for name in _NUMBERS),
        ]
    )
    rows = [{name: one[name] for name in (*_TEXTS, *_NUMBERS)} for one in findings]
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.Table.from_pylist(rows, schema=schema), sink, compression="zstd")
    return bytes(sink.getvalue())

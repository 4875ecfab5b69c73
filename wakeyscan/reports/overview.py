"""The overview of many repositories, as HTML and as Markdown for the summary of a job."""

from __future__ import annotations

import io
from collections.abc import Iterator

from wakeyscan.core.typing import NamedTuple
from wakeyscan.reports._markdown_text import format_code, join_rows
from wakeyscan.reports.html import render_template

_FEW = 5
"""Number of repositories that a key shows at once; the others unfold."""


class RepositoryRow(NamedTuple):
    """A repository."""

    name: str
    severity: str
    """Severity of its worst finding; empty without findings."""
    state: str
    """Whether it was audited completely, in part or not at all."""
    reason: str
    keys: int
    places: int
    objects: int
    bytes: int
    report: str
    """Address of its SARIF report, relative to the page; empty if there is none."""


class KeyRow(NamedTuple):
    """A key in any repositories."""

    secret: str
    """The mask."""
    rule: str
    severity: str
    liveness: str
    answer: str
    days: int
    """Days of exposure."""
    repositories: list[str]
    first: str
    """The place that had it first."""
    places: int
    is_at_head: bool


class Overview(NamedTuple):
    """Everything that an overview shows; all texts are safe to print."""

    verdict: str
    state: str
    """`live`, `found`, `gap` or `clean`: decides the color of the verdict."""
    tally: list[tuple[str, str]]
    """Numbers, each with its noun."""
    repositories: list[RepositoryRow]
    """The worst one first."""
    keys: list[KeyRow]
    """The one that was exposed for longest first."""


def format_html(overview: Overview) -> str:
    """Return one page, which needs no network and runs no script."""
    out = io.StringIO()
    render_template("overview.html", out, page=overview, few=_FEW)
    return out.getvalue()


def format_markdown(overview: Overview) -> str:
    """Return tables that no name can break out of."""
    tally = ", ".join(f"{count} {noun}" for count, noun in overview.tally)
    parts = [f"### wakeyscan fleet: {overview.verdict}\n", f"{tally}.\n"]
    if overview.keys:
        parts.append(
            "| key | severity | answer | days exposed | repositories | first place |\n"
            "|---|---|---|---:|---|---|\n" + join_rows(_list_key_rows(overview))
        )
    parts.append(
        "| repository | worst | keys | places | objects | audit | reason |\n"
        "|---|---|---:|---:|---:|---|---|\n" + join_rows(_list_repository_rows(overview))
    )
    return "\n".join(parts)


def _list_key_rows(overview: Overview) -> Iterator[tuple[str, int]]:
    for key in overview.keys:
        names = ", ".join(map(format_code, key.repositories[:_FEW]))
        more = len(key.repositories) - _FEW
        names += f" and {more} more" if more > 0 else ""
        cells = (format_code(key.secret), key.severity, key.answer, f"{key.days:,}", names)
        yield f"| {' | '.join(cells)} | {format_code(key.first)} |\n", 1


def _list_repository_rows(overview: Overview) -> Iterator[tuple[str, int]]:
    for row in overview.repositories:
        numbers = (f"{number:,}" for number in (row.keys, row.places, row.objects))
        cells = (format_code(row.name), row.severity or "none", *numbers, row.state)
        yield f"| {' | '.join(cells)} | {format_code(row.reason) if row.reason else ''} |\n", 1

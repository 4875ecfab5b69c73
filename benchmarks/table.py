"""The results as a table of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.results import Measured, Results

_START, _END = "<!-- results of the benchmark -->", "<!-- end of the results -->"

_TEMPLATE = """
Machine: {machine}.

Versions: {versions}.

{rounds} rounds, in which all commands take turns. Times are in seconds. CPU is that of all
processes of a command. The peak is that of its largest process; it reads at least
{own_peak:.0f} MiB, the size of the process that measures.

| job | | median | range | CPU | peak MiB | planted keys found |
|---|---|--:|--:|--:|--:|--:|
{rows}
"""


def insert_table(page: Path, results: Results) -> None:
    """Replace the results of an earlier run in a page."""
    before, start, rest = page.read_text().partition(_START)
    _, end, after = rest.partition(_END)
    if not start or not end:
        raise SystemExit(f"{page}: has no lines {_START} and {_END}; add them for the table")
    page.write_text(f"{before}{_START}\n{format_table(results)}{_END}{after}")


def format_table(results: Results) -> str:
    """Return the machine, the versions, and a row for each scanner and job."""
    return _TEMPLATE.format(
        machine=results.machine,
        versions=", ".join(f"{name} {version}" for name, version in results.versions.items()),
        rounds=results.rounds,
        own_peak=results.own_peak,
        rows="".join(_list_rows(results.measured)),
    )


def _list_rows(measured: Iterable[Measured]) -> Iterator[str]:
    job = ""
    for one in measured:
        title = f"**{one.job}**: {one.about}" if one.job != job else ""
        job = one.job
        walls = [sample.wall for sample in one.samples]
        span = f"{_format(min(walls))}–{_format(max(walls))}"
        cells = (title, one.scanner, _format(one.wall), span, _format(one.cpu), f"{one.peak:.0f}")
        yield f"| {' | '.join((*cells, _describe_found(one)))} |\n"


def _describe_found(one: Measured) -> str:
    if one.is_limit or not one.planted:
        return ""
    return f"{one.planted - one.missing} of {one.planted}"


def _format(seconds: float) -> str:
    return (
        f"{seconds:.3f}" if seconds < 1 else f"{seconds:.2f}" if seconds < 10 else f"{seconds:.1f}"
    )

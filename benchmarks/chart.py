"""The results as a chart: a bar for the median of each scanner, grouped by job."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from benchmarks.results import Measured, Results

_WIDTH, _LEFT, _RIGHT = 720, 150, 110
_BAR, _GAP, _TITLE = 16, 5, 30

_STYLE = """<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.job { font-weight: 600 }
.bar { fill: #8c959f }
.ours { fill: #1a7f37 }
.limit { fill: #d0d7de }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .bar { fill: #6e7681 } .ours { fill: #3fb950 } .limit { fill: #3d444d }
}
</style>
"""


def draw_chart(results: Results) -> str:
    """Return the chart as SVG; it needs no font and no script."""
    parts, top = list[str](), 0
    for _, group in groupby(results.measured, key=lambda one: one.job):
        drawn, top = _draw_job(list(group), top)
        parts += drawn
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top + 8}" role="img">\n'
    title = "<title>Median seconds of each scanner; shorter bars are faster</title>\n"
    return head + title + _STYLE + "".join(parts) + "</svg>\n"


def _draw_job(measured: list[Measured], top: int) -> tuple[list[str], int]:
    """Return the bars of a job, and the offset below them."""
    first = measured[0]
    parts = [f'<text class="job" x="8" y="{top + 20}">{first.job}: {first.about}</text>\n']
    top += _TITLE
    longest = max(one.wall for one in measured)
    for one in sorted(measured, key=lambda one: one.wall):
        parts += _draw_bar(one, top, one.wall / longest)
        top += _BAR + _GAP
    return parts, top + _GAP


def _draw_bar(one: Measured, top: int, share: float) -> Iterator[str]:
    width = max(1, round((_WIDTH - _LEFT - _RIGHT) * share))
    kind = "ours" if one.scanner.startswith("wakeyscan") else "limit" if one.is_limit else "bar"
    baseline = top + _BAR - 4
    seconds = f"{one.wall:.1f} s" if one.wall >= 1 else f"{one.wall * 1000:.0f} ms"
    yield f'<text x="{_LEFT - 8}" y="{baseline}" text-anchor="end">{one.scanner}</text>\n'
    yield f'<rect class="{kind}" x="{_LEFT}" y="{top}" width="{width}" height="{_BAR}" rx="2"/>\n'
    yield f'<text x="{_LEFT + width + 8}" y="{baseline}">{seconds}</text>\n'

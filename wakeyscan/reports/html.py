"""HTML for people: one file that needs no network, with a timeline, filters and next steps.

Everything from the scanned files is escaped. A content security policy allows only the style and
the script of the template, by their hashes.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib import resources

import jinja2
from markupsafe import Markup

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.reports.html_page import build_page

if TYPE_CHECKING:
    from typing import TextIO

    from wakeyscan.reports.report import ReportStyle
    from wakeyscan.scanner.result import RunResult

_FEW = 5
"""Number of places that a key shows at once; the others unfold."""

_BATCH = 100
"""Keys that a browser builds at once: those after the first batch are stored as text."""


def write(result: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write a page with the verdict, the next steps, the timeline, the keys and the scope."""
    render_template("report.html", out, page=build_page(result, style), few=_FEW, batch=_BATCH)


def render_template(name: str, out: TextIO, **values: object) -> None:
    """Write a page from a template of ours, with the style and the script of all pages."""
    css, script = _read_template("report.css"), _read_template("report.js")
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_read_template),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    stream = environment.get_template(name).stream(
        **values,
        style=Markup(css),  # noqa: S704  # from our package; the policy names its hash
        style_hash=_hash(css),
        script=Markup(script),  # noqa: S704  # from our package
        script_hash=_hash(script),
    )
    stream.enable_buffering(1000)
    out.writelines(stream)
    out.write("\n")


def _read_template(name: str) -> str:
    return (resources.files("wakeyscan.reports") / "templates" / name).read_text("utf-8")


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()

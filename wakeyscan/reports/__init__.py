"""Reports: formats in which the result of a run is written."""

from __future__ import annotations

from wakeyscan.core.registry import Registry
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.reports.report import Report


TEMPLATE = "template"
"""The format that needs a file of the user."""

REPORTS: Registry[Report] = Registry(
    "report format",
    {
        "codequality": "wakeyscan.reports.codequality",
        "csv": "wakeyscan.reports.csv",
        "github": "wakeyscan.reports.github",
        "gitlab": "wakeyscan.reports.gitlab",
        "html": "wakeyscan.reports.html",
        "json": "wakeyscan.reports.json",
        "jsonl": "wakeyscan.reports.jsonl",
        "junit": "wakeyscan.reports.junit",
        "markdown": "wakeyscan.reports.markdown",
        "sarif": "wakeyscan.reports.sarif",
        TEMPLATE: "wakeyscan.reports.template",
        "text": "wakeyscan.reports.text",
    },
)

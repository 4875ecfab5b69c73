"""Reports of `wakeyscan verify`: formats in which the answers about keys are written."""

from __future__ import annotations

from wakeyscan.core.registry import Registry
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.cli.verify_reports.outcome import VerifyReport


VERIFY_REPORTS: Registry[VerifyReport] = Registry(
    "report format of verify",
    {
        "text": "wakeyscan.cli.verify_reports.text",
        "json": "wakeyscan.cli.verify_reports.json",
        "markdown": "wakeyscan.cli.verify_reports.markdown",
    },
)

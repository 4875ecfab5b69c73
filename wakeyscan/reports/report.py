"""The interface of a report format, and the options of all formats."""

from __future__ import annotations

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from typing import TextIO

    from wakeyscan.reports.terminal_text import FileLinks
    from wakeyscan.reports.web_links import WebLinks
    from wakeyscan.scanner.result import RunResult


DEFAULT_WIDTH = 80
"""Characters in a line of text without a terminal."""


class ReportStyle(NamedTuple):
    """Options for all report formats; each format uses those that apply to it."""

    color: bool = False
    show_suppressed: bool = False
    verbose: bool = False
    program: str = "wakeyscan"
    """The command that runs wakeyscan in the user's shell."""
    saved: str = ""
    """The JSON report of the result, if any: `wakeyscan verify` needs it."""
    folder: str = ""
    """The current directory relative to the top of the repository; text shows paths from there."""
    current_folder: str = ""
    """The same for the commands of an audit, which shows paths from the top."""
    width: int = DEFAULT_WIDTH
    """Characters in a line of text; names and commands may be longer."""
    file_links: FileLinks | None = None
    """Links to files, if the terminal shows links."""
    template: str = ""
    """File of the template, for the format `template`."""
    sarif_profile: str = "generic"
    sarif_category: str = ""
    """Empty: the name of the command."""
    links: WebLinks | None = None
    """Addresses on GitHub, if the repository is there."""


class Report(Protocol):
    """A module that writes one format."""

    def write(self, result: RunResult, out: TextIO, style: ReportStyle) -> None:
        """Write the report, with every secret redacted."""

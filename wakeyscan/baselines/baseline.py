"""Baselines of other scanners: their entries, and how their files are read."""

from __future__ import annotations

import json
import os

from wakeyscan.baselines import IMPORTERS
from wakeyscan.core import small_files
from wakeyscan.core.errors import SourceError, UsageError
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.core.secret import Secret


class BaselineEntry(NamedTuple):
    """A finding of another scanner that a person accepted."""

    label: str
    """Its position in the baseline, such as `line 3`; for messages."""
    path: str = ""
    """The path as the scanner wrote it; empty: any path."""
    line: int = 0
    last_line: int = 0
    columns: tuple[int, int] | None = None
    """Approximate, because every scanner counts columns in its own way."""
    commit: str = ""
    """The version with the finding, maybe abbreviated; empty: any version."""
    digest: tuple[str, str] | None = None
    """An algorithm of `hashlib`, and the hash of the secret in hexadecimal."""
    secret: Secret | None = None
    """The secret, if the baseline contains it in the clear."""
    covers_line: bool = False
    """Whether the entry accepts all secrets of the line, not one finding."""
    note: str = ""
    """A person's comment."""
    problem: str = ""
    """The reason why the entry cannot be resolved, if any."""

    @property
    def location(self) -> str:
        """The place of the finding, for messages."""
        version = f"{self.commit[:12]}:" if self.commit else ""
        return f"{version}{self.path}:{self.line}" if self.line else f"{version}{self.path}"


def parse_json(text: str) -> Any:
    """Parse JSON; return `None` if the text is not valid JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def read_baseline(file: str, report: str, format_name: str) -> list[BaselineEntry]:
    """Return the entries of a baseline; an empty `format_name` means to detect the format.

    Raise `SourceError` if the file cannot be read, `UsageError` if its format is unknown.
    """
    text, report_text = _read_text(file), _read_text(report) if report else ""
    name = format_name or _detect_format(file, text)
    importer = IMPORTERS.load(name)
    if report and not importer.WITH_REPORT:
        raise UsageError(f"{name} baselines need no report; give {file} alone")
    try:
        return list(importer.parse_entries(text, report_text))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        reason = f"missing {error}" if isinstance(error, KeyError) else str(error)
        raise SourceError(f"{file}: cannot be read as {name}: {reason}") from None


def _read_text(file: str) -> str:
    try:
        content = small_files.read_small_file(file, small_files.MAX_DATA_SIZE)
    except OSError as error:
        raise SourceError(f"{file}: cannot be read: {error.strerror}") from None
    try:
        text = small_files.decode_text(content, "surrogateescape")
    except UnicodeDecodeError as error:  # other bytes than UTF-8 are kept: paths may have any
        reason = f"byte {error.start + 1} is not UTF-16; save the file as UTF-8"
        raise SourceError(f"{file}: cannot be read: {reason}") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _detect_format(file: str, text: str) -> str:
    for name in IMPORTERS:
        if IMPORTERS[name].recognizes(os.path.basename(file), text):
            return name
    raise UsageError(f"{file}: unknown baseline format; set --as to one of: {', '.join(IMPORTERS)}")

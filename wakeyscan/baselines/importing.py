"""Reads what another scanner was told to accept, in whatever format it keeps that."""

from __future__ import annotations

import os

from wakeyscan.baselines import IMPORTERS
from wakeyscan.baselines.baseline_entry import BaselineEntry
from wakeyscan.core import small_files
from wakeyscan.core.errors import SourceError, UsageError


def read_baseline(file: str, report: str, named: str) -> list[BaselineEntry]:
    """Read what a file of another scanner accepts; `named`: its format, else it is recognised.

    Raises `SourceError` where it can't be read, `UsageError` where it is in no known format.
    """
    text, beside = _text(file), _text(report) if report else ""
    name = named or _recognised(file, text)
    member = IMPORTERS.load(name)
    if report and not member.WITH_REPORT:
        raise UsageError(f"{file} says all there is to say: no report beside it is of use")
    try:
        return list(member.parse_entries(text, beside))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        what = f"{type(error).__name__} {error}" if isinstance(error, KeyError) else str(error)
        raise SourceError(f"{file}: can't be read as {name}: {what}") from None


def _text(file: str) -> str:
    try:
        held = small_files.read_small_file(file, small_files.MAX_DATA_SIZE).decode(
            "utf-8-sig", "surrogateescape"
        )
    except OSError as error:
        raise SourceError(f"{file}: can't be read: {error.strerror}") from None
    return held.replace("\r\n", "\n").replace("\r", "\n")


def _recognised(file: str, text: str) -> str:
    for name in IMPORTERS:
        if IMPORTERS[name].recognizes(os.path.basename(file), text):
            return name
    raise UsageError(
        f"{file} is in no format that is known here; --as says which: {', '.join(IMPORTERS)}"
    )

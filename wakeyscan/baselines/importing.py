"""Reads what another scanner was told to accept, in whatever format it keeps that."""

from __future__ import annotations

import os

from wakeyscan import baselines
from wakeyscan.baselines.baseline_entry import BaselineEntry
from wakeyscan.core import registry, small_files
from wakeyscan.core.errors import SourceError, UsageError


def read_baseline(file: str, report: str, named: str) -> list[BaselineEntry]:
    """Read what a file of another scanner accepts; `named`: its format, else it is recognised.

    Raises `SourceError` where it can't be read, `UsageError` where it is in no known format.
    """
    text, beside = _text(file), _text(report) if report else ""
    name = named.replace("-", "_") or _recognised(file, text)
    member = registry.member(baselines, name)
    if report and not member.WITH_REPORT:
        raise UsageError(f"{file} says all there is to say: no report beside it is of use")
    try:
        return list(member.accepted(text, beside))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        what = f"{type(error).__name__} {error}" if isinstance(error, KeyError) else str(error)
        raise SourceError(f"{file}: can't be read as {name}: {what}") from None


def _text(file: str) -> str:
    try:
        held = small_files.read_small_file(file, small_files.DATA).decode(
            "utf-8-sig", "surrogateescape"
        )
    except OSError as error:
        raise SourceError(f"{file}: can't be read: {error.strerror}") from None
    return held.replace("\r\n", "\n").replace("\r", "\n")


def _recognised(file: str, text: str) -> str:
    for name in registry.names(baselines):
        if registry.member(baselines, name).recognizes(os.path.basename(file), text):
            return name
    known = [name.replace("_", "-") for name in registry.names(baselines)]
    raise UsageError(
        f"{file} is in no format that is known here; --as says which: {', '.join(known)}"
    )

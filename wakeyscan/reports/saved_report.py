"""JSON reports that an earlier run wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from wakeyscan.core import small_files
from wakeyscan.core.errors import SourceError

SCHEMA = "wakeyscan-report/1"
_PARTS = ("command", "targets", "findings", "keys")


@contextmanager
def read_report(path: str) -> Iterator[dict[str, Any]]:
    """Yield the parts of a report.

    Raise `SourceError` for other files, and if the block reads a field that is missing.
    """
    try:
        report = json.loads(
            small_files.decode_text(small_files.read_small_file(path, small_files.MAX_DATA_SIZE))
        )
        if report["schema"] != SCHEMA:
            raise ValueError("unsupported schema")
        yield {name: report[name] for name in _PARTS}
    except OSError as error:
        raise SourceError(f"{path}: not a JSON report of wakeyscan: {error.strerror}") from None
    except RecursionError:
        raise SourceError(f"{path}: not a JSON report of wakeyscan: nested too deeply") from None
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{path}: not a JSON report of wakeyscan: {error}") from None

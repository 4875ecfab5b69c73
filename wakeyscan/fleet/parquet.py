"""Findings as Parquet, for data warehouses; needs pyarrow (`wakeyscan[parquet]`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow
from pyarrow import parquet

_TEXTS = (
    *("repository", "rule", "severity", "fingerprint", "secret", "path", "within", "encoding"),
    *("bounds", "exposure", "standing", "reason", "liveness", "excerpt"),
)
_NUMBERS = ("line", "column", "end_column")


def format_findings(findings: Iterable[dict[str, Any]]) -> bytes:
    """Return a table with a row per finding; the details, which differ by kind, are left out."""
    schema = pyarrow.schema(
        [
            *((name, pyarrow.string()) for name in _TEXTS),
            *((name, pyarrow.int64()) for name in _NUMBERS),
        ]
    )
    rows = [{name: one[name] for name in (*_TEXTS, *_NUMBERS)} for one in findings]
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.Table.from_pylist(rows, schema=schema), sink, compression="zstd")
    return bytes(sink.getvalue())

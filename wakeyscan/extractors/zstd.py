"""Zstandard (RFC 8878), of several frames, with frames to be skipped too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, BinaryIO

from wakeyscan.extractors._stream import Decompressor, Stream
from wakeyscan.extractors.extractor import ExtractionBudget, ExtractionError, Member
from wakeyscan.extractors.file_types import SIGNATURES

SEEKS = False

_ABSENT = "the library that opens it is not installed: pip install backports.zstd"


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield what was compressed; its name is that of the file."""
    start, fault = decompressor(budget)
    yield Member("", Stream(file.read, start, (fault,), budget, SIGNATURES["zstd"], weak=True).read)


def decompressor(budget: ExtractionBudget) -> tuple[Callable[[], Decompressor], type[Exception]]:
    """Say how to start to decompress, and what goes wrong; raises `ExtractionError` where nothing can."""
    zstd = _library()
    limit = {zstd.DecompressionParameter.window_log_max: budget.bounds.held.bit_length() - 1}
    return partial(zstd.ZstdDecompressor, options=limit), zstd.ZstdError


def _library() -> Any:
    """Load Python's own module, or what brings it to Pythons before 3.14."""
    for name in ("compression", "backports"):
        if find_spec(name) and find_spec(f"{name}.zstd"):
            return import_module(f"{name}.zstd")
    raise ExtractionError(_ABSENT)

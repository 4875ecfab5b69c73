"""Extractors: files that hold files, opened in memory, never on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wakeyscan.core.registry import Registry

if TYPE_CHECKING:
    from wakeyscan.extractors.extractor import Extractor

EXTRACTORS: Registry[Extractor] = Registry(
    "archive format",
    {
        name: f"wakeyscan.extractors.{name}"
        for name in (
            "bundle",
            "bzip2",
            "gzip",
            "lfs",
            "pdf",
            "rar",
            "sevenzip",
            "sqlite",
            "tar",
            "xz",
            "zip",
            "zlib",
            "zstd",
        )
    },
)

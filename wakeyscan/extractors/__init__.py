"""Extractors: files that hold files, opened in memory, never on disk."""

from __future__ import annotations

from wakeyscan.core.registry import Registry
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.extractors.extractor import Extractor

EXTRACTORS: Registry[Extractor] = Registry(
    "archive format",
    {
        "arrow": "wakeyscan.extractors.columnar.arrow",
        "avro": "wakeyscan.extractors.columnar.avro",
        "bundle": "wakeyscan.extractors.git_bundle",
        "bzip2": "wakeyscan.extractors.compressed:BZIP2_FORMAT",
        "cab": "wakeyscan.extractors.unread:UNSUPPORTED_FORMAT",
        "compress": "wakeyscan.extractors.unread:UNSUPPORTED_FORMAT",
        "deb": "wakeyscan.extractors.unread:UNSUPPORTED_FORMAT",
        "feather": "wakeyscan.extractors.unread:FEATHER_FORMAT",
        "gzip": "wakeyscan.extractors.compressed:GZIP_FORMAT",
        "hdf5": "wakeyscan.extractors.unread:HDF5_FORMAT",
        "lfs": "wakeyscan.extractors.git_lfs",
        "lz4": "wakeyscan.extractors.unread:UNSUPPORTED_FORMAT",
        "lzip": "wakeyscan.extractors.unread:UNSUPPORTED_FORMAT",
        "lzma": "wakeyscan.extractors.compressed:LZMA_FORMAT",
        "lzop": "wakeyscan.extractors.unread:UNSUPPORTED_FORMAT",
        "orc": "wakeyscan.extractors.unread:ORC_FORMAT",
        "pack": "wakeyscan.extractors.unread:UNSUPPORTED_FORMAT",
        "parquet": "wakeyscan.extractors.columnar.parquet",
        "pdf": "wakeyscan.extractors.pdf.document",
        "rar": "wakeyscan.extractors.unread:UNSUPPORTED_FORMAT",
        "rpm": "wakeyscan.extractors.unread:UNSUPPORTED_FORMAT",
        "sevenzip": "wakeyscan.extractors.sevenzip",
        "snappy": "wakeyscan.extractors.unread:UNSUPPORTED_FORMAT",
        "sqlite": "wakeyscan.extractors.sqlite.database",
        "sqlite-journal": "wakeyscan.extractors.sqlite.journals:JOURNAL_FORMAT",
        "sqlite-wal": "wakeyscan.extractors.sqlite.journals:WAL_FORMAT",
        "squashfs": "wakeyscan.extractors.unread:UNSUPPORTED_FORMAT",
        "tar": "wakeyscan.extractors.tar",
        "xar": "wakeyscan.extractors.unread:UNSUPPORTED_FORMAT",
        "xz": "wakeyscan.extractors.compressed:XZ_FORMAT",
        "zip": "wakeyscan.extractors.zip",
        "zlib": "wakeyscan.extractors.compressed:ZLIB_FORMAT",
        "zstd": "wakeyscan.extractors.compressed:ZSTD_FORMAT",
    },
)
"""By the name that reports show; `file_types` has the same names, but for tar.

A tar has its signature at an offset of 257 bytes."""

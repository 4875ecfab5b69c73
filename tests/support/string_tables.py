"""Builders of small files whose strings are end to end, with the table that tells their ends."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

HERMES = b"\xc6\x1f\xbc\x03\xc1\x03\x19\x1f"


class HermesFile(NamedTuple):
    """The parts of a file of Hermes bytecode that decide where its tables are."""

    version: int = 96
    functions: int = 3
    kinds: int = 2
    identifiers: int = 5

    def build(self, storage: bytes, strings: Sequence[tuple[int, int]]) -> bytes:
        """Build a file from its storage, and the offset and length of each string in it."""
        overflowed = [string for string in strings if string[1] >= 0xFF or string[0] >= 1 << 23]
        entries = [
            (overflowed.index(string) << 1 | 0xFF << 24)
            if string in overflowed
            else (string[0] << 1 | string[1] << 24)
            for string in strings
        ]
        counts = self.functions, self.kinds, self.identifiers, len(strings), len(overflowed)
        header = HERMES + struct.pack("<I20sII", self.version, b"sha", 0, 0)
        header += struct.pack("<6I", *counts, len(storage))
        function_size = 12 if self.version >= 97 else 16
        return b"".join(
            (
                header.ljust(128, b"\0"),
                b"\xf0\x0f\x01\x80" * (self.functions * function_size // 4),
                b"\x04\0\0\x07" * self.kinds,
                b"\xde\xad\xbe\xef" * self.identifiers,
                struct.pack(f"<{len(entries)}I", *entries),
                b"".join(struct.pack("<II", *string) for string in overflowed),
                storage,
                b"\0\x01code",
            )
        )

    def build_from(self, texts: Sequence[bytes]) -> bytes:
        """Build a file from its strings, each stored once."""
        storage = b"".join(texts)
        starts = [sum(map(len, texts[:number])) for number in range(len(texts))]
        return self.build(
            storage, [(at, len(text)) for at, text in zip(starts, texts, strict=True)]
        )

"""The members of a file, as an extractor yields them."""

from __future__ import annotations

from io import BytesIO
from typing import BinaryIO

from wakeyscan.extractors import EXTRACTORS
from wakeyscan.extractors.budget import ExtractionBudget, Limits
from wakeyscan.extractors.extractor import Member

_PIECE = 1 << 16


def read_members(
    archive_format: str, content: bytes | BinaryIO, limits: Limits | None = None
) -> dict[str, bytes]:
    """Return the contents of all members by name; raise what the extractor raises.

    Members of one name are joined.
    """
    file = BytesIO(content) if isinstance(content, bytes) else content
    size = file.seek(0, 2)
    file.seek(0)
    budget = ExtractionBudget(limits or Limits(), lambda: size)
    contents: dict[str, bytes] = {}
    for member in EXTRACTORS[archive_format].open(file, budget):
        contents[member.name] = contents.get(member.name, b"") + read_all(member)
    return contents


def read_all(member: Member) -> bytes:
    """Read a member to its end."""
    return b"".join(iter(lambda: member.read(_PIECE), b""))

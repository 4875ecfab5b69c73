"""Readers that use other libraries, each in a process with limited memory, time and rights.

With a hostile file, such a library can take gigabytes or minutes. The process holds no secret of
ours, writes no file, and ends with the budget of the scanned file.
"""

from __future__ import annotations

from wakeyscan.core.registry import Registry
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.extractors.isolated.reader import Reader

READERS: Registry[Reader] = Registry(
    "isolated reader",
    {
        "encrypted-pdf": "wakeyscan.extractors.isolated.encrypted_pdf",
        "sevenzip": "wakeyscan.extractors.isolated.sevenzip",
    },
)

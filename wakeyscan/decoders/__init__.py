"""Decoders: text inside text, such as base64, escapes and split string literals."""

from __future__ import annotations

from wakeyscan.core.registry import Registry
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import Decoder

DECODERS: Registry[Decoder] = Registry(
    "decoder",
    {
        # Where several decoders find the same secret at the same place, the first one counts.
        "encoded_words": "wakeyscan.decoders.encoded_words",
        "rtf": "wakeyscan.decoders.rtf",
        "markup": "wakeyscan.decoders.markup",
        "terminal": "wakeyscan.decoders.terminal",
        "folded": "wakeyscan.decoders.folded",
        "base64": "wakeyscan.decoders.base64",
        "decimal": "wakeyscan.decoders.decimal",
        "hexdump": "wakeyscan.decoders.hexdump",
        "html_entities": "wakeyscan.decoders.html_entities",
        "string_escapes": "wakeyscan.decoders.string_escapes",
        "hex": "wakeyscan.decoders.hex",
        "base64_archive": "wakeyscan.decoders.base64_archive",
        "percent": "wakeyscan.decoders.percent",
        "concatenation": "wakeyscan.decoders.concatenation.decoder",
        "quoted_printable": "wakeyscan.decoders.quoted_printable",
        "office_runs": "wakeyscan.decoders.office_runs",
        "utf16": "wakeyscan.decoders.utf:UTF_16",
        "utf32": "wakeyscan.decoders.utf:UTF_32",
    },
)

WORD_DECODERS = frozenset(("base64", "base64_archive", "hex"))
"""Decoders of text in which there may be letters, digits, `_` and `-` only."""

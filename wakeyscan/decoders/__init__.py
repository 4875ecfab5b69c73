"""Decoders: text inside text, such as base64, escapes and split string literals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wakeyscan.core.registry import Registry

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import Decoder

DECODERS: Registry[Decoder] = Registry(
    "decoder",
    {
        "base64": "wakeyscan.decoders.base64",
        "base64_archive": "wakeyscan.decoders.base64_archive",
        "concatenation": "wakeyscan.decoders.concatenation.decoder",
        "decimal": "wakeyscan.decoders.decimal",
        "hex": "wakeyscan.decoders.hex",
        "hexdump": "wakeyscan.decoders.hexdump",
        "html_entities": "wakeyscan.decoders.html_entities",
        "office_runs": "wakeyscan.decoders.office_runs",
        "percent": "wakeyscan.decoders.percent",
        "quoted_printable": "wakeyscan.decoders.quoted_printable",
        "string_escapes": "wakeyscan.decoders.string_escapes",
        "utf16": "wakeyscan.decoders.utf:UTF_16",
        "utf32": "wakeyscan.decoders.utf:UTF_32",
    },
)

"""Decoders: text inside text, such as base64, escapes and split string literals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wakeyscan.core.registry import Registry

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import Decoder

DECODERS: Registry[Decoder] = Registry(
    "decoder",
    {
        name: f"wakeyscan.decoders.{name}"
        for name in (
            "base64",
            "base64_archive",
            "decimal",
            "hex",
            "hexdump",
            "html_entities",
            "office_runs",
            "percent",
            "quoted_printable",
            "string_escapes",
            "utf16",
            "utf32",
        )
    }
    | {"concatenation": "wakeyscan.decoders.concatenation.decoder"},
)

"""TODO"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from wakeyscan import decoders
from wakeyscan.core import registry

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import Decoder


class DecoderRegistry(Mapping[str, "Decoder"]):
    """All decoders by the names of their files, each loaded when it is first wanted."""

    def __init__(self) -> None:
        self._names = registry.names(decoders)

    def __getitem__(self, name: str) -> Decoder:
        return cast("Decoder", registry.member(decoders, name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

"""Frames of Zstandard (RFC 8878): what a decompressor skips, and what it cannot open."""

from __future__ import annotations

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.extractors.extractor import ExtractionError, OpaqueContent

if TYPE_CHECKING:
    from wakeyscan.extractors._stream import Decompressor, SkippableFrames

_MAGIC, _SKIPPABLE = b"\x28\xb5\x2f\xfd", b"\x2a\x4d\x18"
"""The first bytes of a frame, and the second to fourth of a skippable one."""

_SKIPPABLE_HEAD = 8
_MAX_BLOCK = 128 << 10
_RESERVED_BLOCK, _REPEATED_BYTE = 3, 1
"""Types of blocks: none has the first one, and the second one has one byte for any size."""

_DICTIONARY_FLAGS = 3
"""Bits of the descriptor of a frame; not 0: it names its dictionary."""

_NO_DICTIONARY = "compressed with a dictionary that is not in the file"
_DAMAGED = "damaged, or compressed with a dictionary that the file does not name"


class ZstdFrame:
    """A decompressor of one frame that holds the content of a skippable one."""

    def __init__(self, decompressor: Decompressor, frames: SkippableFrames) -> None:
        self._decompressor, self._frames = decompressor, frames
        self._input: bytes | None = b""
        """The input, as long as it may be a skippable frame."""

    @property
    def eof(self) -> bool:
        """Whether the end of the frame was reached."""
        return self._decompressor.eof

    @property
    def needs_input(self) -> bool:
        """Whether all input was consumed."""
        return self._decompressor.needs_input

    @property
    def unused_data(self) -> bytes:
        """Input after the end of the frame."""
        return self._decompressor.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return at most `max_length` decompressed bytes."""
        if self._input is not None:
            self._input += data
        output = self._decompressor.decompress(data, max_length)
        if self._input is not None:
            self._hold(self._input)
        return output

    def _hold(self, frame: bytes) -> None:
        if len(frame) < len(_MAGIC):
            return
        is_skippable = frame[1:4] == _SKIPPABLE
        if is_skippable and self._frames.room < len(frame):
            self._frames.is_cut = True
        elif is_skippable and not self.eof:
            return
        elif is_skippable:
            size = int.from_bytes(frame[4:_SKIPPABLE_HEAD], "little")
            self._frames.add(frame[_SKIPPABLE_HEAD : _SKIPPABLE_HEAD + size])
        self._input = None


def explain_error(error: Exception, beginning: bytes) -> ExtractionError | None:
    """Return the error of a frame without output that is no accident of other bytes."""
    if "memory" in str(error).lower() or not _has_blocks(beginning):
        return None
    names_dictionary = beginning[len(_MAGIC)] & _DICTIONARY_FLAGS
    return OpaqueContent(_NO_DICTIONARY) if names_dictionary else ExtractionError(_DAMAGED)


def _has_blocks(frame: bytes) -> bool:
    """Return whether a frame, or the beginning of one, consists of a header and blocks."""
    if not frame.startswith(_MAGIC) or len(frame) < _SKIPPABLE_HEAD:
        return False
    descriptor = frame[4]
    is_single, reserved = descriptor >> 5 & 1, descriptor >> 3 & 1
    at = 6 - is_single + (0, 1, 2, 4)[descriptor & 3] + (is_single, 2, 4, 8)[descriptor >> 6]
    blocks = is_last = 0
    while at + 3 <= len(frame) and not (reserved or is_last):
        header = int.from_bytes(frame[at : at + 3], "little")
        is_last, kind, size = header & 1, header >> 1 & 3, header >> 3
        reserved = kind == _RESERVED_BLOCK or size > _MAX_BLOCK
        at += 3 + (1 if kind == _REPEATED_BYTE else size)
        blocks += 1
    return bool(blocks) and not reserved

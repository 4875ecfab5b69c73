"""Starts the process of an isolated reader, and reads the members that it sends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO, UnsupportedOperation

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.extractor import ExtractionError, Member, OpaqueContent, read_whole
from wakeyscan.extractors.isolated.reader import FRAME_HEADER, MAX_FRAME, FrameKind
from wakeyscan.git.process import PIPE, Process, ProcessError, start_module

if TYPE_CHECKING:
    from typing import BinaryIO

_TOO_LARGE = "has {:,} bytes, over the limit of {:,} for a file that is not on disk; unpack it"
_PIECE = 1 << 16


class _Frame(NamedTuple):
    kind: FrameKind
    payload: bytes


def read_isolated(reader: str, file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield the members that a reader of `READERS` finds in a file.

    Raise `ExtractionError`, `OpaqueContent` and `LimitExceeded`.
    """
    try:
        with _start_reader(reader, file, budget) as process:
            yield from _read_members(_FrameReader(process), budget)
    except ProcessError as error:
        raise ExtractionError(f"the process that reads it {error}") from None


@contextmanager
def _start_reader(reader: str, file: BinaryIO, budget: ExtractionBudget) -> Iterator[Process]:
    """Start a process that reads the file; its processor time counts as ours."""
    descriptor = _find_descriptor(file)
    content = b"" if descriptor is not None else read_whole(file, budget, _TOO_LARGE)
    seconds = str(max(1, int(budget.seconds_left())))
    before = _measure_children()
    stdin = PIPE if descriptor is None else descriptor
    process = start_module("wakeyscan.extractors.isolated", reader, seconds, stdin=stdin)
    try:
        for at in range(0, len(content), _PIECE):
            process.write(content[at : at + _PIECE])
        process.close_stdin()
        yield process
    finally:
        process.kill()
        budget.count_seconds(_measure_children() - before)


def _find_descriptor(file: BinaryIO) -> int | None:
    """Return the descriptor of a file on disk."""
    try:
        return None if isinstance(file, BytesIO) else file.fileno()
    except (AttributeError, UnsupportedOperation):
        return None


def _measure_children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _read_members(frames: _FrameReader, budget: ExtractionBudget) -> Iterator[Member]:
    frame = frames.next()
    while frame.kind is FrameKind.MEMBER:
        content = _Content(frames, budget)
        yield Member(frame.payload.decode("utf-8", "surrogateescape"), content.read)
        frame = content.skip()
    reason = frame.payload.decode("utf-8", "replace")
    if frame.kind is FrameKind.OPAQUE:
        raise OpaqueContent(reason)
    if frame.kind is not FrameKind.END:
        raise ExtractionError(reason or "the process that reads it sent an invalid answer")


class _FrameReader:
    """The frames of a process; if it dies, the last one reports that."""

    def __init__(self, process: Process) -> None:
        self._process, self._buffer = process, bytearray()

    def next(self) -> _Frame:
        """Return the next frame."""
        if not self._fill(FRAME_HEADER.size):
            return _Frame(
                FrameKind.DAMAGED, b"the process that reads it died: out of time or memory"
            )
        kind, size = FRAME_HEADER.unpack_from(self._buffer)
        if (
            kind not in list(FrameKind)
            or size > MAX_FRAME
            or not self._fill(FRAME_HEADER.size + size)
        ):
            return _Frame(FrameKind.DAMAGED, b"")
        payload = bytes(self._buffer[FRAME_HEADER.size : FRAME_HEADER.size + size])
        del self._buffer[: FRAME_HEADER.size + size]
        return _Frame(FrameKind(kind), payload)

    def _fill(self, size: int) -> bool:
        while len(self._buffer) < size:
            if not (piece := self._process.read()):
                return False
            self._buffer += piece
        return True


class _Content:
    """The content of a member, which ends with the first frame of another kind."""

    def __init__(self, frames: _FrameReader, budget: ExtractionBudget) -> None:
        self._frames, self._budget = frames, budget
        self._buffer = BytesIO()
        self._next: _Frame | None = None

    def read(self, size: int) -> bytes:
        """Read at most `size` bytes."""
        while not (piece := self._buffer.read(size)) and size and self._next is None:
            frame = self._frames.next()
            if frame.kind is FrameKind.CONTENT:
                self._budget.count_output(len(frame.payload))
                self._buffer = BytesIO(frame.payload)
            else:
                self._next = frame
        return piece

    def skip(self) -> _Frame:
        """Skip the rest; return the frame after it."""
        while self._next is None:
            self.read(MAX_FRAME)
        return self._next

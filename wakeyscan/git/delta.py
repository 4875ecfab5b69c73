"""Git's delta format (gitformat-pack): copies from a base object, and new bytes between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dulwich.errors import ApplyDeltaError

try:  # the compiled part alone: the whole module takes 10 ms to load
    from dulwich._pack import apply_delta as _apply_delta
except ModuleNotFoundError:
    from dulwich.pack import apply_delta as _apply_delta

DELTA_ERRORS = (ApplyDeltaError, IndexError)
"""Errors that `apply_delta` raises for a corrupt delta."""


_MIN_RATIO = 512
"""Bytes of an object for each byte of a delta, from which we apply the delta: dulwich copies the
object twice, which takes two thirds of the time for a chain of large objects."""
_LONGEST_SHORT_COPY = 1 << 16
"""Length of a copy that gives none."""


def read_delta_size(delta: bytes, at: int) -> tuple[int, int]:
    """Return one of the two sizes at the start of a delta, and its end; raise `IndexError`."""
    size = shift = 0
    while True:
        byte = delta[at]
        size |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if byte < 0x80:
            return size, at


def apply_delta(base: bytes, delta: bytes, limit: int) -> bytes | None:
    """Return the object that a delta builds from its base, or `None` if it exceeds `limit` bytes.

    Raise one of `DELTA_ERRORS`. dulwich allocates the size that the delta claims before it reads
    on. Claims below 2 MiB, in at most three bytes, are not decoded here.
    """
    if delta[1] < 0x80 and delta[3] < 0x80:  # nearly all deltas: both sizes are below 16 KiB
        return b"".join(_apply_delta(base, delta))
    at = 1
    while delta[at - 1] & 0x80:
        at += 1
    is_short = delta[at] < 0x80 or delta[at + 1] < 0x80 or delta[at + 2] < 0x80
    if is_short:
        return b"".join(_apply_delta(base, delta))
    size, start = read_delta_size(delta, at)
    if size > limit:
        return None
    if len(delta) * _MIN_RATIO > size or read_delta_size(delta, 0)[0] != len(base):
        return b"".join(_apply_delta(base, delta))
    return _join_copies(base, delta, start, size)


def _join_copies(base: bytes, delta: bytes, at: int, size: int) -> bytes:
    """Return the large object that few instructions from an offset build, copied only once."""
    parts = list(_merge_copies(_read_instructions(delta, at)))
    if sum(map(len, parts)) != size:
        raise ApplyDeltaError("the size of the object is not the claimed one")
    if any(isinstance(part, range) and part.stop > len(base) for part in parts):
        raise ApplyDeltaError("a copy ends after the end of the base")
    if parts == [range(len(base))]:
        return base
    view = memoryview(base)
    return b"".join(
        view[part.start : part.stop] if isinstance(part, range) else part for part in parts
    )


def _read_instructions(delta: bytes, at: int) -> Iterator[range | bytes]:
    """Yield the range of each copy from the base, and each insertion."""
    while at < len(delta):
        instruction, at = delta[at], at + 1
        if instruction & 0x80:
            copy, at = _read_copy(delta, instruction, at)
            yield copy
        elif not instruction or at + instruction > len(delta):
            raise ApplyDeltaError("an instruction is invalid or cut short")
        else:
            yield delta[at : at + instruction]
            at += instruction


def _read_copy(delta: bytes, instruction: int, at: int) -> tuple[range, int]:
    """Return the range of a copy, and the end of its instruction."""
    fields = [0] * 7
    for bit in range(7):  # one byte of the start or the length for each of the seven low bits
        if instruction & (1 << bit):
            fields[bit], at = delta[at], at + 1
    start = int.from_bytes(bytes(fields[:4]), "little")
    length = int.from_bytes(bytes(fields[4:]), "little") or _LONGEST_SHORT_COPY
    return range(start, start + length), at


def _merge_copies(instructions: Iterable[range | bytes]) -> Iterator[range | bytes]:
    """Yield the same with consecutive copies as one: git copies at most 16 MiB at once."""
    copy = range(0)
    for one in instructions:
        if isinstance(one, range) and one.start == copy.stop:
            copy = range(copy.start, one.stop)
            continue
        if copy:
            yield copy
        copy = one if isinstance(one, range) else range(0)
        if isinstance(one, bytes):
            yield one
    if copy:
        yield copy


def read_insertions(delta: bytes) -> bytes:
    """Return the new bytes in a delta, with a line end in place of each copy from the base.

    Raise `IndexError` if a copy is cut short.
    """
    _, at = read_delta_size(delta, 0)
    _, at = read_delta_size(delta, at)
    pieces: list[bytes] = []
    while at < len(delta):
        instruction, at = delta[at], at + 1
        if instruction & 0x80:  # one byte of offset or length for each of the seven low bits
            at += (instruction & 0x7F).bit_count()
            pieces.append(b"\n")
        else:
            pieces.append(delta[at : at + instruction])
            at += instruction
    return b"".join(pieces)

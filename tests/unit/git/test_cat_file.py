"""Answers of `git cat-file --batch`, and what some other program may answer in its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeyscan.core.errors import GitError
from wakeyscan.git import diff
from wakeyscan.git.cat_file import BatchReader, read_object
from wakeyscan.git.process import Process, ProcessError

ID = b"1" * 40


class Replay:
    """A process that has printed something already."""

    def __init__(self, output: bytes) -> None:
        self._pieces = [output[at : at + 7] for at in range(0, len(output), 7)]

    def read(self) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""

    def wait(self) -> tuple[int, list[str]]:
        return 1, []


def read(output: bytes) -> list[tuple[str, str, bytes]]:
    process: Process = Replay(output)  # type: ignore[assignment]  # it only reads and waits
    return [(o.id, o.type, o.read_all()) for o in read_object(BatchReader(process))]


def test_an_object_and_a_missing_one_are_read() -> None:
    assert read(ID + b" blob 3\nabc\n") == [(ID.decode(), "blob", b"abc")]
    assert read(ID + b" missing\n") == [(ID.decode(), "", b"")]


WRONG = {
    "empty line": b"\n",
    "one word": b"usage:\n",
    "no size": ID + b" blob\n",
    "negative size": ID + b" blob -3\nabc\n",
    "size that is not a number": ID + b" blob x\nabc\n",
    "size of 5,000 digits": ID + b" blob " + b"9" * 5000 + b"\n",
    "huge size": ID + b" blob 999999999999\nabc\n",
    "other digits": ID + " blob ٣\nabc\n".encode(),
    "unknown type": ID + b" blub 3\nabc\n",
    "four words": ID + b" blob 3 4\nabc\n",
    "not ASCII": b"\xff" * 40 + b" blub\xff 3\nabc\n",
    "too short": ID + b" blob 30\nabc\n",
    "too long": ID + b" blob 2\nabc\n",
    "no line end": b"x" * (1 << 18),
    "nothing": b"",
}


@pytest.mark.parametrize("output", WRONG.values(), ids=WRONG)
def test_wrong_output_is_a_process_error(output: bytes) -> None:
    with pytest.raises((ProcessError, GitError)):
        read(output)


@given(st.binary(max_size=120) | st.builds(lambda rest: ID + b" blob " + rest, st.binary()))
def test_any_output_is_an_object_or_a_process_error(output: bytes) -> None:
    try:
        read(output)
    except (ProcessError, GitError):
        return


@given(st.lists(st.binary(max_size=60) | st.builds(lambda text: b":" + text, st.binary())))
def test_any_list_of_changes_is_parsed_or_rejected(fields: list[bytes]) -> None:
    try:
        list(diff.parse_changes(b"\0".join(fields)))
    except GitError:
        return

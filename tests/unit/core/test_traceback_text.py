"""Tracebacks never show values of documents, whatever the exception that carries them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.support.keys import MakeKey
from wakeyscan.core.traceback_text import TracedError, format_traceback

Fault = Callable[[bytes], object]

FAULTS: dict[str, Fault] = {
    "a message": lambda text: (_ for _ in ()).throw(ValueError(text)),
    "several arguments": lambda text: (_ for _ in ()).throw(OSError(2, text.decode(), text)),
    "a key of a table": lambda text: dict[bytes, int]()[text],
    "a decoder": lambda text: (text + b"\xff").decode("utf-8"),
    "an encoder": lambda text: (text.decode() + "\udcff").encode("utf-8"),
    "a number": lambda text: int(text),
    "a parser": lambda text: json.loads(text),
    "code": lambda text: compile(text + b"(", "file", "exec"),
    "an assertion": lambda text: (_ for _ in ()).throw(AssertionError(text)),
}

ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "in pieces": lambda key: b"'" + key[:9] + b"' + '" + key[9:] + b"'",
    "base64": base64.b64encode,
    "hexadecimal": lambda key: key.hex().encode(),
    "percent": lambda key: "".join(f"%{byte:02x}" for byte in key).encode(),
    "quoted": lambda key: quote(key.decode() + "é").encode(),
}


def fail(fault: Fault, text: bytes) -> BaseException:
    try:
        fault(text)
    except Exception as error:
        return error
    raise AssertionError("it does not fail")


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_no_message_is_shown(
    fault: Fault, encode: Callable[[bytes], bytes], make_key: MakeKey
) -> None:
    text = encode(make_key().encode())
    shown = format_traceback(fail(fault, text))
    pieces = {text[at : at + 8].decode() for at in range(8, len(text) - 8)}
    assert [piece for piece in pieces if piece in shown] == []
    assert "test_traceback_text.py" in shown


@pytest.mark.parametrize("how", ["from", "while", "note"])
def test_no_message_of_a_cause_is_shown(how: str, make_key: MakeKey) -> None:
    key = make_key()
    shown = format_traceback(fail(lambda text: chain(how, text), key.encode()))
    assert key not in shown
    assert shown.splitlines()[-1].startswith("KeyError")
    assert ("ValueError" in shown) == (how != "note")


def chain(how: str, text: bytes) -> None:
    if how == "note":
        error = KeyError("x")
        error.add_note(text.decode())
        raise error
    try:
        int(text)
    except ValueError as cause:
        if how == "from":
            raise KeyError(text) from cause
        raise KeyError(text)  # noqa: B904, the implicit context is what is tested


def test_a_hidden_cause_stays_hidden() -> None:
    try:
        try:
            int("x")
        except ValueError:
            raise KeyError from None
    except KeyError as error:
        shown = format_traceback(error)
    assert "ValueError" not in shown


def test_a_circle_of_causes_ends() -> None:
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one
    assert format_traceback(one).count("Traceback") == 2


def test_the_traceback_of_a_worker_is_shown() -> None:
    inner = format_traceback(fail(int, b"x"))
    shown = format_traceback(TracedError(inner))
    assert inner in shown

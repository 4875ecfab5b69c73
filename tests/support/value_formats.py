"""Files in formats of values with types, each with one string or more, by serializers or by hand.

A string is followed by a value whose type or length looks like a letter.
"""

from __future__ import annotations

import importlib.util
import marshal
import pickle
from collections.abc import Callable
from functools import partial

from tests.support.binary_formats import Build, byte, number

_BIG = tuple(number(1 << power, "big") for power in range(4))
"""Encoders of integers of 1, 2, 4 and 8 bytes."""


def cbor(text: bytes, kind: int = 3) -> bytes:
    """Encode a text as CBOR; or bytes, of kind 2."""
    size, first = len(text), kind << 5
    if size < 24:
        return byte(first + size) + text
    return (
        byte(first + 24) + byte(size) if size < 256 else byte(first + 25) + _BIG[1](size)
    ) + text


def message_pack(text: bytes) -> bytes:
    """Encode a text as MessagePack."""
    size = len(text)
    if size < 32:
        return byte(0xA0 + size) + text
    return (b"\xd9" + byte(size) if size < 256 else b"\xda" + _BIG[1](size)) + text


def ruby_number(value: int) -> bytes:
    """Encode a number as Ruby's Marshal does."""
    if value == 0:
        return b"\0"
    if value < 123:
        return byte(value + 5)
    size = (value.bit_length() + 7) // 8
    return byte(size) + number(size, "little")(value)


def ruby(text: bytes, kind: bytes = b'"') -> bytes:
    """Encode a string, or a symbol with the kind `:`, as Ruby's Marshal does."""
    return kind + ruby_number(len(text)) + text


def pickled(protocol: int, key: bytes) -> bytes:
    content = {"token": (text := key.decode()), "n": [1, text], "b": key, "q": 2.5, "i": 1 << 70}
    return pickle.dumps(content, protocol)


def pickles(key: bytes) -> bytes:
    return b"".join(pickle.dumps(one, 4) for one in ({"a": 1}, key.decode(), ["zz", key]))


def python_code(key: bytes) -> bytes:
    """Compile a module, with a function and most kinds of constants, by this Python."""
    text = key.decode()
    source = (
        f"import os\nKEY = {text!r}\ndef f(x={text!r}, *, y=b'{text}'):\n"
        f"    'doc'\n    return x in ('é', 1, 2.5, 3j, 1 << 70, None, ..., {text!r})\n"
        "class C:\n    x = lambda self: self.x in {'ab', 'cd'}\n"
    )
    return marshal.dumps(compile(source, "m.py", "exec"))


def python_file(key: bytes) -> bytes:
    return importlib.util.MAGIC_NUMBER + bytes(12) + python_code(key)


def _python_string(text: bytes) -> bytes:
    return b"\xfa" + byte(len(text)) + text


def python_layout(magic: int, header: int, integers: int, last: int, key: bytes) -> bytes:
    """Write a code object as another release does."""
    word = number(4, "little")
    values = [
        b"\xf3" + word(3) + b"d\0S",
        b")\x03" + _python_string(key) + b"N" + b"i" + word(7),
        b"\xa9\0",
        *([b"r" + word(0)] * 2),
        _python_string(b"m.py"),
        *([_python_string(b"<module>")] * 2),
    ]
    code = b"\xe3" + word(0) * integers + b"".join(values) + word(1)
    code += b"".join(b"s" + word(2) + b"\0\1" for _ in range(last))
    return number(2, "little")(magic) + b"\r\n" + bytes(header - 4) + code


def numpy_array(descr: str, *fields: bytes, version: int = 1) -> bytes:
    """Write an array of NumPy of fields with the given type."""
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': (2,), }}\n".encode()
    size = len(header).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes((version, 0)) + size + header + b"".join(fields)


VALUES: dict[str, Build] = {
    **{f"pickle-{protocol}": partial(pickled, protocol) for protocol in range(2, 6)},
    "pickles": pickles,
    "Python": python_file,
    "Python, no header": python_code,
    "Python 2.7": partial(python_layout, 62_211, 8, 4, 1),
    "Python 3.6": partial(python_layout, 3_379, 12, 5, 1),
    "Python 3.7": partial(python_layout, 3_394, 16, 5, 1),
    "Python 3.8": partial(python_layout, 3_413, 16, 6, 1),
    "Python 3.14": partial(python_layout, 3_627, 16, 5, 2),
    "CBOR": lambda key: b"\xa2" + cbor(b"key") + cbor(key) + cbor(b"n") + b"\x20",
    "CBOR, a sequence": lambda key: (b"\x82" + cbor(key) + b"an") * 3,
    "CBOR, bytes": lambda key: b"\x82" + cbor(key, 2) + b"\xfb@\x09\x21\xfb\x54\x44\x2d\x18",
    "CBOR, no lengths": lambda key: b"\xbf" + cbor(b"key") + cbor(key) + b"an\x9fad\xff\xff",
    "CBOR, parts": lambda key: b"\x82\x7f" + cbor(b"a") + cbor(key) + b"\xffan",
    "CBOR, tagged": lambda key: b"\xd9\xd9\xf7\x83" + cbor(key) + b"\xc1\x1a\x00ABC\xd8\x2aaa",
    "MessagePack": lambda key: b"\x82" + message_pack(b"key") + message_pack(key) + b"\xa1nA",
    "MessagePack, a sequence": lambda key: (b"\x93" + message_pack(key) + b"AB") * 3,
    "MessagePack, wide": lambda key: (
        b"\xdf\0\0\0\1\xc4\1k\xdd\0\0\0\5\xdb"
        + _BIG[2](len(key))
        + key
        + b"A\xcb12345678\xd6\1abcd"
        b"\xc7\3\1xyz"
    ),
    "MessagePack, bytes": lambda key: b"\xdc\0\2\xc4" + byte(len(key)) + key + b"A",
    "Ruby": lambda key: b"\x04\x08{\x07:\x08key" + ruby(key) + b":\x06nT",
    "Ruby, a type after": lambda key: b"\x04\x08[\x07" + ruby(key) + b"i\x02\x2c\x01",
    "Ruby, encoded": lambda key: (
        b"\x04\x08[\x08I" + ruby(key) + b"\x06:\x06ETI" + ruby(b"x") + b"\x06;\0Ti\xfa"
    ),
    "Ruby, objects": lambda key: (
        b"\x04\x08[\x0ao:\x06A\x06:\x07@ki\x06S:\x06B\x06:\x07@l"
        + ruby(key)
        + b"f\x082.5l+\x0712345678"[:-4]
        + b"}\x06i\x06i\x07i\x08"
    ),
    "Ruby, dumped by its class": lambda key: (
        b"\x04\x08[\x07u:\x08Key" + ruby_number(len(key)) + key + b"T"
    ),
    "Ruby, dumps": lambda key: b"\x04\x08[\x06" + ruby(b"a") + b"\x04\x08[\x07" + ruby(key) + b"T",
}
"""Files that hold a key as a whole string."""

PREFIXES = {
    "cbor": "CBOR",
    "compiled_python": "Python",
    "message_pack": "MessagePack",
    "pickle_stream": "pickle",
    "ruby_marshal": "Ruby",
}
"""How the names of the files of a string table begin."""

NESTED: dict[str, Callable[[bytes], bytes]] = {
    "pickle": lambda inner: pickle.dumps([inner, "A"], 4),
    "Python": lambda inner: marshal.dumps(compile(f"B = {inner!r}\n", "m.py", "exec")),
    "CBOR": lambda inner: b"\x82" + cbor(inner, 2) + b"aA",
    "MessagePack": lambda inner: b"\x92\xc4" + byte(len(inner)) + inner + b"A",
    "Ruby": lambda inner: b"\x04\x08[\x07" + ruby(inner) + b"T",
}
"""Files with bytes in which strings have lengths of another format."""

"""Values in Windows registry files (`.reg`), as `reg export` writes them."""

from __future__ import annotations

from collections.abc import Callable

HEADER = "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\X]\r\n"
WIDTH = 80
"""Columns of the longest line that `reg export` writes."""


def export(kind: str, value: bytes, name: str = "Key") -> str:
    """Write a value as `reg export` does: bytes apart by commas, lines ended by a backslash."""
    rest, lines = f'"{name}"={kind}:' + ",".join(f"{byte:02x}" for byte in value), list[str]()
    while len(rest) > WIDTH - 1:
        end = rest.rfind(",", 0, WIDTH - 1) + 1
        lines.append(rest[:end] + "\\")
        rest = "  " + rest[end:]
    return "\r\n".join([*lines, rest]) + "\r\n"


def wide(text: str) -> bytes:
    return f"{text}\0".encode("utf-16-le")


VALUES: dict[str, Callable[[str], str]] = {
    "REG_SZ": lambda key: f'"Key"="{key}"\r\n',
    "REG_SZ, escaped": lambda key: f'"Key"="\\"C:\\\\new\\\\a.exe\\" --key=\\"{key}\\""\r\n',
    "REG_SZ, path": lambda key: f'"Key"="C:\\\\{key}"\r\n',
    "REG_SZ as hex": lambda key: export("hex(1)", wide(key)),
    "REG_EXPAND_SZ": lambda key: export("hex(2)", wide(key)),
    "REG_EXPAND_SZ, path": lambda key: export("hex(2)", wide(f"%ProgramFiles%\\a.exe {key} -b")),
    "REG_EXPAND_SZ, ANSI": lambda key: export("hex(2)", f"{key}\0".encode()),
    "REG_MULTI_SZ": lambda key: export("hex(7)", wide(f"A=b\0K={key}\0C=d\0"), "Environment"),
    "REG_MULTI_SZ, first": lambda key: export("hex(7)", wide(f"{key}\0C=d\0")),
    "REG_BINARY": lambda key: export("hex", key.encode()),
    "REG_BINARY, NUL": lambda key: export("hex", f"\1\2K={key}\0\3".encode()),
    "REG_BINARY, wide": lambda key: export("hex", wide(key)),
    "REG_NONE": lambda key: export("hex(0)", wide(key)),
    "capitals": lambda key: export("hex(2)", wide(key)).replace(",6b", ",6B").upper(),
}

r"""Sanitization of text before it is printed.

A file name or a line of code may contain terminal escape sequences, commands for a CI runner, or a
key. Every text from a repository passes through one of these functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from wakeyscan.core.lazy import lazy_import, lazy_pattern
from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.core import encoded_keys
else:
    encoded_keys = lazy_import("wakeyscan.core.encoded_keys")  # a clean scan displays no name

# CI runners execute these commands anywhere in a log line: GitHub (actions/runner,
# ActionCommand.cs, TryParse), Azure Pipelines and TeamCity.
_COMMAND_START = "##"
_RUNNER_COMMANDS = ("##[", "##vso[", "##teamcity[")

_PRINTABLE_ASCII = bytes(range(0x20, 0x7F)) + b"\n"

_KEY = lazy_pattern(KEY_PREFIX + r"[A-Za-z0-9_-]{8,}")


def escape_for_terminal(text: str) -> str:
    r"""Escape unprintable characters as `\xNN` or `\uNNNN`, and break runner commands.

    A byte that was not UTF-8 (a lone surrogate, see `os.fsdecode`) is escaped as that byte.
    Commands at the start of a line are for `escape_line_start`.
    """
    if not text.isprintable():
        text = "".join(c if c.isprintable() else _escape(c) for c in text)
    if _COMMAND_START in text:
        for command in _RUNNER_COMMANDS:
            text = text.replace(command, command.replace("#", "\\x23", 1))
    return text


def escape_line_start(path: str) -> str:
    """Return a path that is safe at the start of a line, where `::name` is a runner command."""
    path = escape_for_terminal(path)
    return f"./{path}" if path.lstrip().startswith("::") else path


def format_details(details: Iterable[tuple[str, str]]) -> str:
    """Format pairs of name and text, for example `cell 3 (code), cell line 2`."""
    return ", ".join(
        f"{escape_for_terminal(name.replace('_', ' '))} {escape_for_terminal(text)}"
        for name, text in details
    )


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # surrogateescape: the byte is the low half
        code -= 0xDC00
    if code < 0x100:
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def make_encodable(text: str) -> str:
    r"""Return valid Unicode: a byte that was not UTF-8 becomes `\xNN`."""
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def redact(text: str) -> str:
    """Redact anything that resembles a key in a message that was not made from a `Secret`.

    It matches more than the rule does, and encoded keys too: losing a word is better than printing
    a key.
    """
    return encoded_keys.mask_encoded_keys(redact_plain(text))


def redact_plain(text: str) -> str:
    """Redact keys that are not encoded, in a text whose encoded keys are known and masked."""
    return _KEY.sub(KEY_PREFIX + "…", text) if KEY_PREFIX in text else text


def escape_for_json(text: str) -> str:
    r"""Escape terminal sequences and CI runner commands in a JSON text, as `\uNNNN`."""
    if not _is_printable(text):
        # The pattern visits only characters outside of printable ASCII: JSON may have megabytes.
        text = re.sub(r"[^\n -~]", lambda found: _escape_json(found[0]), text)
    if _COMMAND_START in text:
        for command in _RUNNER_COMMANDS:
            text = text.replace(command, command.replace("#", "\\u0023", 1))
    return text


def _is_printable(text: str) -> bool:
    """Return whether lines are printable; three times as fast as `isprintable` for nearly ASCII."""
    others = text.encode("utf-8", "surrogatepass").translate(None, _PRINTABLE_ASCII)
    return others.decode("utf-8", "surrogatepass").isprintable()


def _escape_json(character: str) -> str:
    if character.isprintable():
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))

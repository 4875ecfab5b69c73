r"""Makes any text safe to print: the one choke point between a repository's bytes and a reader.

A file name or a line of code may hold escape sequences for the terminal, commands for the
machine that runs a workflow, or a key. Nothing of that may pass.
"""

from __future__ import annotations

from collections.abc import Iterable

from wakeyscan.core.secret import KEY_PREFIX

# A log line with one of these is an order to a CI runner, wherever in the line it stands:
# actions/runner ActionCommand.cs (TryParse), Azure Pipelines, TeamCity.
_RUNNER_COMMANDS = ("##[", "##vso[", "##teamcity[")


def escape_for_terminal(text: str) -> str:
    r"""Escape whatever is not plain text, as `\xNN` or `\uNNNN`, and break runner commands.

    A byte that was not UTF-8 (a lone surrogate, see `os.fsdecode`) comes out as that byte.
    """
    if not text.isprintable():
        text = "".join(c if c.isprintable() else _escape(c) for c in text)
    for command in _RUNNER_COMMANDS:
        if command in text:
            text = text.replace(command, command.replace("#", "\\x23", 1))
    return text


def escape_line_start(path: str) -> str:
    """Give a path that can begin a line: a runner takes `::name` there for an order, too."""
    path = escape_for_terminal(path)
    return f"./{path}" if path.lstrip().startswith("::") else path


def told(details: Iterable[tuple[str, str]]) -> str:
    """Put pairs into words: `cell 3 (code), cell line 2`."""
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
    r"""Give a text that is valid Unicode: a byte that was not UTF-8 becomes `\xNN`."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def redact(text: str) -> str:
    """Blot out whatever looks like a key in a message that was not made from a `Secret`.

    Wider than the rule on purpose: a message that loses a word is better than one that tells a key.
    """
    if KEY_PREFIX not in text:
        return text
    import re

    return re.sub(KEY_PREFIX + r"[A-Za-z0-9_-]{8,}", KEY_PREFIX + "…", text)


def escape_for_json(text: str) -> str:
    r"""Escape in a JSON text, as `\uNNNN`, what a terminal or a CI runner would act upon."""
    import re

    # Of a megabyte of JSON only the few characters that are not plain ASCII need a look.
    text = re.sub(r"[^\n -~]", lambda odd: _json_escape(odd[0]), text)
    for command in _RUNNER_COMMANDS:
        text = text.replace(command, command.replace("#", "\\u0023", 1))
    return text


def _json_escape(character: str) -> str:
    if character.isprintable():
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))

"""How one speaks to a GitHub runner: commands on lines of their own, in which nothing can hide."""

from __future__ import annotations

from wakeyscan.core.redaction import escape_for_terminal, redact


def format_command(kind: str, text: str, **properties: str) -> str:
    """Write a workflow command; nothing in it can begin another (actions/toolkit's escapes)."""
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{kind}{' ' if listed else ''}{listed}::{_data(text)}\n"


def _data(text: str) -> str:
    text = escape_for_terminal(redact(text))
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

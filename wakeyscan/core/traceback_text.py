"""Tracebacks that show the types and places of exceptions, but never their messages.

The message of an exception may quote a document: `UnicodeDecodeError` holds all of it, a parser's
error a part. No redaction finds a key in such a part, in base64 or in percent-encoding.
"""

from __future__ import annotations

import os
import traceback

from wakeyscan.core.redaction import redact

_CAUSE = "\nThe exception above was the cause of the following one:\n\n"


class TracedError(Exception):
    """An exception in another process; the message is its traceback in our format."""


def format_traceback(error: BaseException) -> str:
    """Return the traceback of an exception and its causes, without their messages and notes."""
    parts: list[str] = []
    current: BaseException | None = error
    seen: set[int] = set()
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = "".join(traceback.format_tb(current.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{frames}{_describe(current)}\n")
        current = current.__cause__ or _get_context(current)
    return _CAUSE.join(reversed(parts))


def format_printable(error: BaseException) -> str:
    """Return the traceback of an exception without keys; raise nothing.

    The redaction may be what failed. Then there are no lines of code and no folders either.
    """
    try:
        return redact(format_traceback(error))
    except Exception:
        return _format_places(error)


def _format_places(error: BaseException) -> str:
    frames = traceback.walk_tb(error.__traceback__)
    places = [f"{os.path.basename(frame.f_code.co_filename)}:{line}" for frame, line in frames]
    return "\n".join(["Traceback, which cannot be redacted:", *places, type(error).__name__, ""])


def _get_context(error: BaseException) -> BaseException | None:
    return None if error.__suppress_context__ else error.__context__


def _describe(error: BaseException) -> str:
    if isinstance(error, TracedError):
        return f"in a worker process:\n{error}"
    name = type(error)
    module = "" if name.__module__ == "builtins" else f"{name.__module__}."
    return f"{module}{name.__qualname__} (its message is not shown, since it may quote a file)"

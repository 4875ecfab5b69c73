"""The message of a commit that is being made: `message:FILE`."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.errors import SourceError
from wakeyscan.finding import Document, Origin, Skipped
from wakeyscan.scope import Scope

PARALLEL = False

_SCISSORS = b" ------------------------ >8 ------------------------"


def units(target: str, scope: Scope) -> Iterator[str | Skipped]:
    """Yield the file of the message; raises `SourceError` at once."""
    try:
        open(target, "rb").close()
    except OSError as error:
        raise SourceError(f"{target}: can't be read: {error.strerror}") from None
    return iter([target])


def documents(unit: str, scope: Scope) -> Iterator[Document | Skipped]:
    """Yield the message down to the scissors: below them `git commit -v` shows the change."""
    with open(unit, "rb") as file:
        content = file.read()
    at = content.find(_SCISSORS)
    if at >= 0:
        content = content[: content.rfind(b"\n", 0, at) + 1]
    yield Document(Origin("(commit message)", part="message"), content)

"""Replacement list for `git filter-repo --replace-text`, which removes keys from a history."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.document import MEMBER_SEPARATOR
from wakeyscan.core.redaction import redact
from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.core.finding import Finding
    from wakeyscan.core.secret import Secret
    from wakeyscan.scanner.result import RunResult

_REPLACEMENT = b"***REMOVED***"
_ARROW = b"==>"
"""Separates a text from its replacement; git filter-repo takes the last one on a line."""

_MIN_LENGTH = 16
"""Bytes of a credential that is replaced everywhere; a shorter one may be an ordinary word."""


class PurgeList(NamedTuple):
    """The content of a replacement list, and the places that it does not reach."""

    content: bytes
    """A line per secret, in the clear: it is written only to a private file."""
    secrets: tuple[Secret, ...]
    not_reached: tuple[str, ...]
    """Lines that name a place, without its secret, and the reason."""


def build_purge_list(result: RunResult) -> PurgeList:
    """Return the list of all reported secrets of an audit.

    The longest is first: a secret may begin with the text of another one.
    """
    reported = result.reported()
    texts = {finding.secret: finding.secret.reveal() for finding in reported}
    refused = {s: reason for s, text in texts.items() if (reason := _find_refusal(text))}
    ordered = sorted(texts.keys() - refused.keys(), key=lambda s: (-len(texts[s]), texts[s]))
    content = b"".join(b"literal:%s%s%s\n" % (texts[s], _ARROW, _REPLACEMENT) for s in ordered)
    places = (line for finding in reported for line in _list_not_reached(finding, refused))
    return PurgeList(content, tuple(ordered), tuple(dict.fromkeys(places)))


def _find_refusal(text: bytes) -> str:
    """Return why a text cannot be a line of the list; empty if it can."""
    if any(part in text for part in (b"\n", b"\r", _ARROW)):
        return "its text cannot be written in a replacement list"
    if len(text) < _MIN_LENGTH and not text.startswith(KEY_PREFIX.encode()):
        return "it is too short to be replaced everywhere"
    return ""


def _list_not_reached(finding: Finding, refused: dict[Secret, str]) -> Iterator[str]:
    """Yield a line if replacing the text of a secret does not change this place."""
    path, part = finding.origin.path, finding.origin.part
    reason = refused.get(finding.secret, "")
    if part == "name":
        reason = reason or "the name of a file; use --path-rename"
    elif MEMBER_SEPARATOR in path:
        reason = reason or "inside an archive; remove the file with --invert-paths --path"
    elif finding.encoding != "plain":
        reason = reason or f"encoded ({finding.encoding}); remove the file with --invert-paths"
    if reason:
        yield f"{redact(path) or 'a message'}: {finding.secret}: {reason}"

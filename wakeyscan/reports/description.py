"""Descriptions of findings and skipped items, for formats that have one text for each."""

from __future__ import annotations

from collections.abc import Sequence

from wakeyscan.core.finding import (
    CUT_OR_TOO_LONG,
    EXPIRED,
    Bounds,
    Exposure,
    Finding,
    Liveness,
    Standing,
)
from wakeyscan.core.redaction import (
    escape_for_terminal,
    format_details,
    make_encodable,
    redact,
)
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.core.document import Skipped

EXPOSURES = {
    Exposure.CLIENT_SIDE: "client-side code",
    Exposure.LOG: "a log",
    Exposure.DOCUMENTATION: "documentation",
    Exposure.CONFIGURATION: "configuration",
    Exposure.SOURCE: "source code",
    Exposure.METADATA: "metadata",
}


def describe_finding(finding: Finding, title: str) -> str:
    """Return one line: the secret, where it is exposed, its bounds and what the API answered."""
    text = f"{title} {finding.secret} in {EXPOSURES[finding.exposure]}"
    if finding.origin.within:
        text += f", {finding.origin.within}"
    if finding.encoding != "plain":
        text += f", in {finding.encoding}"
    if finding.origin.details:
        text += f" ({format_details(finding.origin.details)})"
    if finding.bounds is Bounds.OPEN:
        text += f"; {CUT_OR_TOO_LONG}"
    if finding.liveness is not Liveness.UNCHECKED:
        text += f"; {finding.liveness.value}: {dict(finding.details).get('answer', '')}"
    if finding.standing is not Standing.REPORTED:
        text += f"; {finding.standing.value}: {finding.reason}"
    elif finding.reason.startswith(EXPIRED):
        text += f"; {finding.reason}"
    return escape_for_terminal(text)


def describe_skipped(item: Skipped) -> str:
    """Return one line: whether an item is opaque or was skipped, its path and the reason."""
    text = f"{name_kind(item)}: {redact(item.origin.path)}: {item.reason}"
    return escape_for_terminal(make_encodable(text))


def name_kind(item: Skipped) -> str:
    """Return `opaque` for intact content that could not be opened, else `skipped`."""
    return "opaque" if item.opaque else "skipped"


def join_names(names: Sequence[str], most: int, separator: str = ", ") -> str:
    """Join the first `most` names, and count the others; a single other one is also named."""
    more = len(names) - most
    if more <= 1:
        return separator.join(names)
    return f"{separator.join(names[:most])} and {more:,} more"


def advise(finding: Finding) -> str:
    """Return what to do about a finding, in one sentence."""
    if finding.liveness is Liveness.REVOKED:
        return "The key no longer works: remove it."
    return (
        "Create a new key, read it from an environment variable, and revoke this one: removing it"
        " from the code does not disable it."
    )

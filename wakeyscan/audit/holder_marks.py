"""Marks of the objects with secrets in a pack: where a secret is, but not which.

A mark names a secret by a number, and nothing in it is derived from the secret. A later audit scans
one object for each number again, and so learns the secrets of all marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wakeyscan.audit.object_findings import FindingRef, ObjectFindings
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import json
    from typing import Any

    from wakeyscan.audit.object_findings import SecretKey
    from wakeyscan.scanner.context import ScanContext
else:
    json = lazy_import("json")

_Place = tuple["Any", ...]
"""The fields of a `FindingRef` but for the fingerprint."""


class Holder(NamedTuple):
    """An object with secrets."""

    object_id: str
    kind: int
    places: tuple[tuple[int, _Place], ...]
    """The number of a secret, and the place of a finding."""


def format_marks(found: Iterable[ObjectFindings], context: ScanContext) -> bytes:
    """Format the marks of objects; empty if the results of a scan depend on another revision.

    Objects without a mark must be scanned again: those with skipped parts, with two secrets at one
    place, or whose archive has a member that is named after a secret.
    """
    if context.is_ignored_at_base is not None:
        return b""
    numbers: dict[SecretKey, int] = {}
    holders = [
        (
            one.object_id,
            one.kind,
            [(numbers.setdefault(ref.key, len(numbers)), _get_place(ref)) for ref in one.refs],
        )
        for one in found
        if _can_be_marked(one, context)
    ]
    return json.dumps([_list_settings(context), holders]).encode("ascii")


def _can_be_marked(found: ObjectFindings, context: ScanContext) -> bool:
    are_distinct = len(set(map(_get_place, found.refs))) == len(found.refs)
    names = "\n".join({ref.member_path for ref in found.refs})
    is_plain = not context.prefilter(names.encode("utf-8", "surrogateescape"))
    return bool(found.refs) and not found.skipped and are_distinct and is_plain


def _get_place(ref: FindingRef) -> _Place:
    return (ref.rule, ref.line, ref.column, ref.standing, ref.part, ref.member_path)


def _list_settings(context: ScanContext) -> list[bool]:
    return [context.honor_inline, context.honor_foreign]


def parse_marks(marks: bytes, context: ScanContext) -> list[Holder]:
    """Parse marks; return none for those of a scan with other settings, or damaged ones."""
    if context.is_ignored_at_base is not None:
        return []
    try:
        settings, holders = json.loads(marks)
        parsed = [
            Holder(object_id, kind, tuple((number, tuple(place)) for number, place in places))
            for object_id, kind, places in holders
        ]
    except (ValueError, TypeError):
        return []
    return parsed if settings == _list_settings(context) else []


def select_samples(holders: Iterable[Holder]) -> list[str]:
    """Return the ids of objects that together hold all secrets."""
    known: set[int] = set()
    samples: list[str] = []
    for holder in holders:
        numbers = {number for number, _ in holder.places}
        if not numbers <= known:
            known |= numbers
            samples.append(holder.object_id)
    return samples


def restore_findings(
    holders: list[Holder], found: Mapping[str, ObjectFindings]
) -> list[ObjectFindings] | None:
    """Return the findings in all holders; `None` if those `found` in the samples do not fit."""
    fingerprints: dict[int, str] = {}
    for holder in holders:
        if holder.object_id in found:
            refs = found[holder.object_id].refs
            by_place = {_get_place(ref): ref.fingerprint for ref in refs}
            if by_place.keys() != {place for _, place in holder.places}:
                return None
            fingerprints |= {number: by_place[place] for number, place in holder.places}
    if any(number not in fingerprints for holder in holders for number, _ in holder.places):
        return None
    return [
        ObjectFindings(
            holder.object_id,
            holder.kind,
            tuple(_build_ref(place, fingerprints[number]) for number, place in holder.places),
        )
        for holder in holders
    ]


def _build_ref(place: _Place, fingerprint: str) -> FindingRef:
    rule, line, column, standing, part, member_path = place
    return FindingRef(rule, fingerprint, line, column, standing, part, member_path)

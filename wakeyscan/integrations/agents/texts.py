"""The texts in the JSON values of an event: listed to be scanned, and masked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.errors import SourceError
from wakeyscan.core.redaction import redact
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.core.finding import Finding
    from wakeyscan.sources.options import SourceOptions

_MAX_DEPTH = 100
"""Levels of JSON that are scanned; the rest of an event that has more is refused."""

_REPLACED = frozenset({"old_string", "oldString", "old_str", "oldText", "old_content"})
"""Arguments with the text that an edit removes. Blocking it would prevent the removal of a key.

They count only beside the text in its place: `new_string`, `newString`, ….
"""

_PATCH = "*** Begin Patch"
_PATCH_FIELDS = ("command", "input", "patch")
"""Arguments that `apply_patch` has for a patch; the content of a file is in others."""

WITHHELD = "[withheld by wakeyscan]"
"""The text in place of one that holds a key and cannot be masked."""


class EventTexts:
    """Source of the texts of an event, each as a document named after its field."""

    PARALLEL = False

    def __init__(self, values: Mapping[str, object], is_edit: bool = False) -> None:
        """Raise `SourceError` if the values are nested too deeply.

        `is_edit`: omit the texts that a tool call removes.
        """
        listed = list_texts(values, _REPLACED if is_edit else frozenset())
        self.texts = tuple((f, _drop_removed_lines(f, t) if is_edit else t) for f, t in listed)

    def list_units(self, target: str, options: SourceOptions) -> Iterator[str]:
        """Yield the one unit, the event."""
        yield "event"

    def read_documents(self, unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
        """Yield a document for each text."""
        for field, text in self.texts:
            yield Document(Origin(field), text.encode("utf-8", "surrogatepass"))


def list_texts(
    value: object, omitted: Collection[str], field: str = "", depth: int = 0
) -> Iterator[tuple[str, str]]:
    """Yield the texts of a value, with the way to each: `tool_input.edits.0.new_string`.

    A value without a text yields an empty one, since the way to it may hold a key.
    """
    if depth > _MAX_DEPTH:
        raise SourceError(f"stdin: the event is nested more than {_MAX_DEPTH} levels deep")
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, (Mapping, list)) and value:
        for name, item in _list_items(value):
            if name not in omitted or name.replace("old", "new", 1) not in value:
                yield from list_texts(item, omitted, _join(field, name), depth + 1)
    else:
        yield field, ""


def map_texts(value: object, change: Callable[[str, str], str], field: str = "") -> object:
    """Return a value with the same shape, in which `change(field, text)` replaces each text.

    Names of fields that resemble a key are masked: they are not texts.
    """
    if isinstance(value, str):
        return change(field, value)
    if isinstance(value, Mapping):
        return {redact(n): map_texts(v, change, _join(field, n)) for n, v in value.items()}
    if isinstance(value, list):
        return [map_texts(item, change, _join(field, str(n))) for n, item in enumerate(value)]
    return value


def map_fields(
    values: Mapping[str, object], change: Callable[[str, str], str]
) -> dict[str, object]:
    """Return the values of an event in which `change(field, text)` replaces each text."""
    return {name: map_texts(value, change, name) for name, value in values.items()}


def _drop_removed_lines(field: str, text: str) -> str:
    """Return the text of a field; of a patch of Codex, the lines that it removes become empty."""
    is_patch = field.endswith(_PATCH_FIELDS) and text.lstrip().startswith(_PATCH)
    if not is_patch:
        return text
    return "\n".join("" if line.startswith("-") else line for line in text.split("\n"))


def _list_items(value: Mapping[str, object] | list[object]) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        yield from value.items()
    else:
        yield from ((str(number), item) for number, item in enumerate(value))


def _join(field: str, name: str) -> str:
    return f"{field}.{name}" if field else name


def build_mask(findings: Iterable[Finding]) -> Callable[[str, str], str]:
    """Return a function that masks the keys in the text of a field.

    A key that is encoded or in several parts has no single place: its text is withheld.
    """
    by_field: dict[str, list[Finding]] = {}
    for finding in findings:
        by_field.setdefault(finding.origin.path, []).append(finding)

    def mask(field: str, text: str) -> str:
        found = by_field.get(field, [])
        if any(finding.encoding != "plain" for finding in found):
            return WITHHELD
        return _mask_places(text, found)

    return mask


def withhold(field: str, text: str, fields: Collection[str] | None = None) -> str:
    """Return the notice for one of the fields, or for any field; another text is unchanged."""
    return WITHHELD if text and (fields is None or field in fields) else text


def _mask_places(text: str, findings: Iterable[Finding]) -> str:
    """Replace the places from the end on, so that the columns before them stay as they are."""
    lines = text.split("\n")
    for finding in sorted(findings, key=lambda found: found.position, reverse=True):
        number, start, end = finding.position
        if number <= len(lines):
            line = lines[number - 1]
            lines[number - 1] = f"{line[: start - 1]}{finding.secret}{line[end - 1 :]}"
    return "\n".join(lines)

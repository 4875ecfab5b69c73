"""JSON reports that an earlier run wrote, and their fields, with the types that they must have.

Anyone may have written the file: texts are redacted again, and have no lone surrogates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

from wakeyscan.core import small_files
from wakeyscan.core.errors import SourceError
from wakeyscan.core.redaction import redact
from wakeyscan.core.secret import (
    FINGERPRINT_KEY,
    KEY_PREFIX,
    Secret,
    identify_fingerprint_key,
)
from wakeyscan.core.severity import Severity

SCHEMA = "wakeyscan-report/1"
FLEET_REPORT = "report.json"
"""Name of the report in a folder that `wakeyscan fleet` wrote."""
_PARTS = ("command", "targets", "findings", "keys")

Value = TypeVar("Value")
_FINGERPRINT = re.compile(r"[0-9a-f]{32}")
_NO_TEXT = "the text of this secret is unknown: a report has only its mask"
_MAX_NUMBER = 2**53
"""Larger integers are not exact in JSON (RFC 8259, section 6)."""


@contextmanager
def read_report(path: str) -> Iterator[dict[str, Any]]:
    """Yield the fields of a report.

    Raise `SourceError` for other files, and if the block reads a field that is missing.
    """
    try:
        report = json.loads(
            small_files.decode_text(small_files.read_small_file(path, small_files.MAX_DATA_SIZE))
        )
        if report["schema"] != SCHEMA:
            raise ValueError("unsupported schema")
        yield {**report, **{name: report[name] for name in _PARTS}}
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SourceError(
            f"{path}: not a JSON report of wakeyscan: {_describe_fault(error)}; "
            "write one with --report json=FILE"
        ) from None


def check_fingerprint_key(path: str, report: dict[str, Any]) -> None:
    """Raise `SourceError` if this run makes other fingerprints than those of a report."""
    saved, own = report.get("fingerprint_key"), identify_fingerprint_key()
    if (saved or "") == own:
        return
    if not saved:
        fault = f"without {FINGERPRINT_KEY}; unset it to compare keys with this report"
    elif own:
        fault = f"with another {FINGERPRINT_KEY}; set it to the key of that run"
    else:
        fault = f"with {FINGERPRINT_KEY}; set it to the key of that run"
    raise SourceError(f"{path}: the fingerprints in this report were made {fault}")


def _describe_fault(error: Exception) -> str:
    """Return what is wrong with a report, without Python terms."""
    if isinstance(error, json.JSONDecodeError):
        return f"invalid JSON in line {error.lineno}"
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    if isinstance(error, KeyError):
        return f"the field {error} is missing"
    if isinstance(error, TypeError):
        return "a field has a value of another type"
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)


class MaskedSecret(Secret):
    """A secret that has a fingerprint and a mask, but no text: `reveal` refuses.

    It is equal to the secret with the same fingerprint.
    """

    __slots__ = ("_mask",)

    def __init__(self, mask: str, fingerprint: str) -> None:
        """Check both; raise `ValueError` without repeating a text that may be a key."""
        if not _FINGERPRINT.fullmatch(fingerprint):
            raise ValueError("fingerprint: expected 32 hexadecimal digits")
        digits = f"…({fingerprint[:6]})"
        if mask not in (digits, f"{KEY_PREFIX}{digits}"):
            raise ValueError(f"secret: expected the mask of {fingerprint}")
        self._mask, self._fingerprint = mask, fingerprint

    def reveal(self) -> NoReturn:
        """Refuse."""
        raise TypeError(_NO_TEXT)

    def begins_with(self, other: Secret) -> NoReturn:
        """Refuse."""
        raise TypeError(_NO_TEXT)

    def __str__(self) -> str:
        return self._mask

    __repr__ = __str__


class Fields:
    """The fields of an object. A missing one raises `KeyError`, a wrong one `ValueError`."""

    def __init__(self, value: Any) -> None:
        if not isinstance(value, dict):
            raise ValueError("expected an object")
        self._fields: dict[str, Any] = value

    def has(self, name: str) -> bool:
        """Return whether there is a field, and it is not null."""
        return self._fields.get(name) is not None

    def get_text(self, name: str, default: str | None = None) -> str:
        """Return a text, without keys."""
        return _clean(self._get(name, str, default))

    def get_name(self, name: str, default: str | None = None) -> str:
        """Return a text that no document wrote: reports print it unchanged."""
        return _check_printable(name, self.get_text(name, default))

    def get_names(self, name: str) -> tuple[str, ...]:
        """Return a list of such texts."""
        return tuple(_check_printable(name, text) for text in self.get_texts(name))

    def get_flag(self, name: str, default: bool | None = None) -> bool:
        """Return a truth value."""
        return self._get(name, bool, default)

    def get_number(self, name: str, default: int | None = None) -> int:
        """Return a non-negative integer."""
        number = self._get(name, int, default)
        if isinstance(number, bool) or not 0 <= number < _MAX_NUMBER:
            raise ValueError(f"{name}: expected a non-negative integer")
        return number

    def get_list(self, name: str) -> list[Any]:
        """Return a list of anything."""
        return self._get(name, list, None)

    def get_texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, without keys."""
        values = self.get_list(name)
        if not all(isinstance(value, str) for value in values):
            raise ValueError(f"{name}: expected texts")
        return tuple(map(_clean, values))

    def get_object(self, name: str) -> Fields:
        """Return the fields of an object."""
        return Fields(self._get(name, dict, None))

    def get_pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return the names and texts of an object."""
        fields = self.get_object(name)
        return tuple((_clean(key), fields.get_text(key)) for key in fields._fields)

    def get_secret(self) -> MaskedSecret:
        """Return the secret of a finding or a key."""
        return MaskedSecret(self._get("secret", str, None), self._get("fingerprint", str, None))

    def _get(self, name: str, kind: type[Value], default: Value | None) -> Value:
        value = self._fields[name] if default is None else self._fields.get(name, default)
        if not isinstance(value, kind):
            raise ValueError(f"{name}: wrong type")
        return value


def parse_items(values: Any) -> Iterator[Fields]:
    """Yield the objects in a list."""
    if not isinstance(values, list):
        raise ValueError("expected a list")
    return map(Fields, values)


def parse_severity(item: Fields) -> Severity:
    """Return the severity of a finding or a key."""
    names = {str(level): level for level in Severity}
    name = item.get_text("severity")
    if name not in names:
        raise ValueError(f"severity: expected one of {', '.join(names)}")
    return names[name]


def _check_printable(name: str, text: str) -> str:
    if not text.isprintable():
        raise ValueError(f"{name}: expected printable characters")
    return text


def _clean(text: str) -> str:
    return redact(text.encode("utf-8", "backslashreplace").decode())

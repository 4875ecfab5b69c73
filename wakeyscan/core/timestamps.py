"""Dates on the command line: ISO 8601 and a few relative forms, as a time in UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from wakeyscan.core.lazy import lazy_import, lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    import calendar
else:
    calendar = lazy_import("calendar")  # only `N months ago` needs it

EXPECTED = (
    "expected a date such as 2026-01-31, a time such as 2026-01-31T10:00Z (UTC without an offset), "
    "today, yesterday, or N seconds, minutes, hours, days, weeks, months or years ago"
)
_ISO = lazy_pattern(
    r"(?P<day>\d{4}-?\d{2}-?\d{2}|\d{4}-?W\d{2}-?\d)"
    r"(?:[T ](?P<time>\d{2}(?::?\d{2}(?::?\d{2}(?:[.,]\d+)?)?)?)"
    r" ?(?P<offset>Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_AGO = lazy_pattern(r"(\d+)[ .]*(second|minute|hour|day|week|month|year)s?(?:[ .]+ago)?", re.ASCII)
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 7 * 86400}
_MONTHS = {"month": 1, "year": 12}


def parse_timestamp(text: str, now: datetime) -> datetime:
    """Parse a date; raise `ValueError` with a message. A day begins at midnight in UTC.

    Unlike git, which guesses: it takes `--since=2026-13-45` for now, which excludes every commit.
    """
    words = " ".join(text.split())
    try:
        if found := _ISO.fullmatch(words.upper()):
            return _parse_absolute(found)
        return _parse_relative(words.lower(), now)
    except (ValueError, OverflowError):  # no such day, hour, offset or year
        raise ValueError(EXPECTED) from None


def _parse_absolute(found: re.Match[str]) -> datetime:
    day = date.fromisoformat(found["day"])
    clock = time.fromisoformat((found["time"] or "00") + (found["offset"] or "Z"))
    return datetime.combine(day, clock).astimezone(UTC)


def _parse_relative(words: str, now: datetime) -> datetime:
    today = datetime.combine(now.astimezone(UTC).date(), time(tzinfo=UTC))
    if words in ("today", "yesterday"):
        return today - timedelta(days=int(words == "yesterday"))
    found = _AGO.fullmatch(words)
    if not found:
        raise ValueError(words)
    count, unit = int(found[1]), found[2]
    if unit in _MONTHS:
        return _subtract_months(now, count * _MONTHS[unit])
    return now - timedelta(seconds=count * _SECONDS[unit])


def _subtract_months(now: datetime, count: int) -> datetime:
    """Return the same day of an earlier month, or the last day of a shorter month."""
    year, month = divmod(now.year * 12 + now.month - 1 - count, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return now.replace(year=year, month=month + 1, day=min(now.day, last))


def format_timestamp(moment: datetime) -> str:
    """Format a time as ISO 8601 in UTC, and midnight as the date alone."""
    text = moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()
    return text.removesuffix("T00:00:00") if text.endswith("T00:00:00") else f"{text}Z"

"""Timelines of the secrets of an audit: bars on a common scale of time."""

from __future__ import annotations

from datetime import date, timedelta

from wakeyscan.core.finding import Liveness
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.core.secret_history import SecretHistory


class TimeScale(NamedTuple):
    """The time between the first introduction and the audit, and the characters that show it."""

    first: date
    last: date
    width: int
    """Characters between the brackets; at least 22, for both dates."""

    def format_dates(self) -> str:
        """Return both ends of the scale, as wide as a bar."""
        return f"[{self.first.isoformat():{self.width - 10}}{self.last.isoformat()}]"

    def draw(self, history: SecretHistory) -> str:
        """Draw `=` while a secret was in the code, then `-` until it is known to be revoked."""
        start, end = self.find_span(history)
        rest = " " if history.liveness is Liveness.REVOKED else "-"
        line = " " * start + "=" * (end - start)
        return f"[{line:{rest}<{self.width}}]"

    def find_span(self, history: SecretHistory) -> tuple[int, int]:
        """Return the first column in which a secret was in the code, and the one after the last."""
        start = self._find_column(history.introduced.author_date)
        end = self.width
        if history.removed:
            end = self._find_column(history.removed.author_date)
        elif not history.at_head:
            end = start
        return start, max(start + 1, end)

    def _find_column(self, timestamp: str) -> int:
        days, offset = (self.last - self.first).days, (_parse_day(timestamp) - self.first).days
        return min(offset * self.width // days, self.width - 1) if days else 0


def build_time_scale(histories: tuple[SecretHistory, ...], width: int) -> TimeScale | None:
    """Return the scale of several secrets; `None` if no commit has one of them."""
    dated = [history for history in histories if history.introduced.commit]
    if not dated:
        return None
    days = [_parse_day(history.introduced.author_date) for history in dated]
    exposed = [timedelta(history.exposed_days) for history in dated]
    today = max(day + time for day, time in zip(days, exposed, strict=True))
    return TimeScale(min(days), today, max(22, width))


def format_period(history: SecretHistory) -> str:
    """Describe when a secret was in the code, and for how long it has been exposed."""
    count, is_revoked = history.exposed_days, history.liveness is Liveness.REVOKED
    days = f"{'at most ' * is_revoked}{count:,} day{'s' * (count != 1)}"
    start = history.introduced.author_date[:10]
    if history.removed:
        period = f"{start} to {history.removed.author_date[:10]}"
    else:
        period = f"since {start}" if history.at_head else f"first seen {start}"
    return f"{period}, exposed for {days if count else 'less than a day'}"


def _parse_day(timestamp: str) -> date:
    return date.fromisoformat(timestamp[:10])

"""Limits of the time that patterns take on a document.

The pattern of a user's rule may take long at each of many anchors, each time less than would be
noticed. So the limit is for all of them, in the document and in all texts that are decoded from it.
Processor time counts: how busy the machine is must not change a report.
"""

from __future__ import annotations

from time import monotonic, process_time

from wakeyscan.core.errors import TimeoutExceeded
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.rules.rule import TIMEOUT_SECONDS

if TYPE_CHECKING:
    from wakeyscan.rules.rule import Rule
    from wakeyscan.scanner.matcher import Match

_PER_BYTES = 1 << 19
"""Bytes of a document; for each such part, every rule gets the limit once more."""
_TICK = 0.001
"""Seconds after which the processor time is measured again."""


class Deadline:
    """The processor time at which a rule must end."""

    def __init__(self, seconds: float) -> None:
        self.until = process_time() + seconds
        self._rest, self._at = seconds, monotonic()
        """The time left, and when that was, on another clock: to read that one takes a tenth."""

    def measure_rest(self) -> float:
        """Return the processor time that is left, to 1 ms; raise `TimeoutError` if there is none.

        While the other clock does not advance, no processor time has passed.
        """
        now = monotonic()
        if now - self._at > _TICK or self._rest <= 0:
            self._rest, self._at = self.until - process_time(), now
            if self._rest <= 0:
                raise TimeoutError
        return self._rest


class Patience:
    """The time that each rule has left for a document of some size."""

    def __init__(self, size: int) -> None:
        self.seconds = TIMEOUT_SECONDS * (1 + size // _PER_BYTES)
        """The limit for each rule."""
        self._used: dict[str, float] = {}

    def start(self, rule: Rule) -> Deadline:
        """Return when a rule must end."""
        return Deadline(self.seconds - self._used.get(rule.id, 0.0))

    def stop(self, rule: Rule, deadline: Deadline) -> None:
        """Subtract the time that a rule has taken, given when it had to end."""
        self._used[rule.id] = self.seconds - (deadline.until - process_time())

    def build_error(self, rule: Rule) -> TimeoutExceeded:
        """Return the error for a rule that has no time left."""
        return TimeoutExceeded(f"rule {rule.id} took over {self.seconds:g} s on a part of it")


class KnownMatches(dict[tuple[bytes, int, str, bool], "list[Match]"]):
    """The matches in texts that were decoded already: three encodings can be in six orders."""

    def __init__(self, size: int) -> None:
        """Take the size of the document in which the texts are encoded."""
        super().__init__()
        self.patience = Patience(size)
        """The time that is left for further texts."""

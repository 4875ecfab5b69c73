"""Rounds of a repair: a batch of leaks is fixed and checked, then the next one.

A check parses the file and scans it, so a check of each leak would take quadratic time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fixers.batch import Batch, LeftAlone, build_batch
from wakeyscan.fixers.fixer import Fix, NotFixable, apply_edits

if TYPE_CHECKING:
    from wakeyscan.core.finding import Finding

Check = Callable[[bytes, Sequence["Finding"], int], Sequence["Finding"]]
"""Returns the findings in an edited content, by those before and the number of those fixed."""

_MAX_FIXES = 5000
"""Leaks of one file that are fixed."""

_TOO_MANY = f"the file has more than {_MAX_FIXES} keys; run the fix again"

_MAX_CHECKED, _FEW_CHECKS = 2 << 20, 20
"""Bytes that are parsed and scanned to check the edits of a file, and checks that any file gets."""

_MAX_JUDGED, _FEWEST_CHECKS = 20_000, 3
"""Leaks that all checks of a file find, and checks that even a file full of leaks gets."""

_TOO_MANY_CHECKS = "its edits touch those of too many other keys; run the fix again"


class _Leak(NamedTuple):
    """A leak that is not fixed."""

    finding: Finding
    """In the content as it is now."""
    origin: Finding
    """In the content as it was."""
    reason: str = ""
    """Why it cannot be fixed, if that is known."""


class Rounds(NamedTuple):
    """The state of a repair after some rounds."""

    content: bytes
    leaks: tuple[_Leak, ...]
    """By their position."""
    fixed: tuple[tuple[Finding, Fix], ...] = ()

    def list_fixed(self) -> tuple[tuple[Finding, Fix], ...]:
        """Return the leaks that are fixed, by their position in the content as it was."""
        return tuple(sorted(self.fixed, key=lambda pair: pair[0].position))

    def list_left(self) -> tuple[LeftAlone, ...]:
        """Return the leaks that are not fixed."""
        return tuple(LeftAlone(leak.origin, leak.reason) for leak in self.leaks)


def run_rounds(
    content: bytes,
    found: Sequence[Finding],
    build: Callable[[bytes, Finding], Fix],
    check: Check,
) -> Rounds:
    """Fix leaks in rounds, until each is fixed or left with the reason.

    The last leaks come first. If the check of a batch fails, the next one has half as many leaks,
    down to one.
    """
    rounds = Rounds(content, tuple(_Leak(one, one) for one in found))
    size, checks = _MAX_FIXES, limit_checks(content, len(found))
    while pending := [n for n, leak in enumerate(rounds.leaks) if not leak.reason]:
        if not checks or len(rounds.fixed) >= _MAX_FIXES:
            return _leave(rounds, dict.fromkeys(pending, _TOO_MANY if checks else _TOO_MANY_CHECKS))
        batch = _build(rounds, pending, size, build)
        rounds, size, checks = _try_batch(rounds, batch, check, checks)
    return rounds


def limit_checks(content: bytes, found: int) -> int:
    """Return how often the edits of a file may be checked."""
    checks = max(_MAX_CHECKED // (len(content) or 1), _FEW_CHECKS)
    return min(checks, max(_MAX_JUDGED // (found or 1), _FEWEST_CHECKS))


def _build(
    rounds: Rounds, pending: Sequence[int], size: int, build: Callable[[bytes, Finding], Fix]
) -> Batch:
    most = min(size, _MAX_FIXES - len(rounds.fixed))
    leaks = rounds.leaks
    return build_batch(reversed(pending), most, lambda n: build(rounds.content, leaks[n].finding))


def _try_batch(rounds: Rounds, batch: Batch, check: Check, checks: int) -> tuple[Rounds, int, int]:
    """Return the state after a batch or the part of it that is safe, a size and the checks left.

    The size is the most that the next batch may have.
    """
    size = _MAX_FIXES
    for left in range(checks - 1, -1, -1):
        try:
            return _apply(rounds, batch, check), size, left
        except NotFixable as refused:
            if len(batch.fixes) == 1:
                return _leave(rounds, batch.refuse(str(refused)).left), 2, left
            batch = batch.keep_half()
            size = 2 * len(batch.fixes)
    return _leave(rounds, batch.left), size, 0


def _apply(rounds: Rounds, batch: Batch, check: Check) -> Rounds:
    """Return the state after the fixes of a batch; raise `NotFixable` if they are not safe."""
    rest = _leave(rounds, batch.left)
    leaks = [leak for n, leak in enumerate(rest.leaks) if n not in batch.fixes]
    content = rounds.content
    if batch.edits:  # otherwise git will ignore the file itself
        content = apply_edits(content, batch.edits)
        before = [leak.finding for leak in rounds.leaks]
        leaks = _follow(leaks, check(content, before, len(batch.fixes)))
    fixed = [(rounds.leaks[n].origin, fix) for n, fix in batch.fixes.items()]
    return Rounds(content, tuple(leaks), (*rounds.fixed, *fixed))


def _leave(rounds: Rounds, reasons: Mapping[int, str]) -> Rounds:
    """Return the state with the reasons of some leaks, by their numbers."""
    leaks = (
        leak._replace(reason=reasons.get(n, leak.reason)) for n, leak in enumerate(rounds.leaks)
    )
    return rounds._replace(leaks=tuple(leaks))


def _follow(leaks: Sequence[_Leak], remaining: Sequence[Finding]) -> list[_Leak]:
    """Return leaks where an edited content has them; raise `NotFixable` if it has another one.

    Edits keep their order. A leak that is gone was in a text that an edit removed.
    """
    followed, rest = [], iter(leaks)
    for finding in remaining:
        leak = next((one for one in rest if one.finding.secret == finding.secret), None)
        if leak is None:
            raise NotFixable("the edited file would still hold the key")
        followed.append(leak._replace(finding=finding))
    return followed

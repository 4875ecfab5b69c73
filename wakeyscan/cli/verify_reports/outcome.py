"""The outcome of `wakeyscan verify`, the interface of its reports, and their output."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable

from wakeyscan.cli import output
from wakeyscan.cli.commands import INCOMPLETE
from wakeyscan.cli.verify_reports import VERIFY_REPORTS
from wakeyscan.core.finding import Bounds, Liveness
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple, Protocol
from wakeyscan.reports.summary import LIVENESS_ORDER, format_liveness
from wakeyscan.verification.verdict import Verdict

if TYPE_CHECKING:
    from typing import TextIO

    from wakeyscan.cli.unverifiable import Unverifiable
    from wakeyscan.cli.verify_plan import VerifyPlan
    from wakeyscan.config.config import Config
    from wakeyscan.config.options import Values
    from wakeyscan.core.document import Skipped
    from wakeyscan.core.secret import Secret
    from wakeyscan.verification.results import VerificationResults

_NOT_SENT = "placeholder ({}), so it was not sent"
_PROVES_NOTHING = "placeholder ({}), so this proves nothing: {}"


class VerifiedKey(NamedTuple):
    """A key, and what the API answered."""

    secret: Secret
    app_key: Secret | None
    verdict: Verdict
    bounds: Bounds
    before: str
    """Its liveness in the earlier report; empty if that report lacks the key."""

    @property
    def has_changed(self) -> bool:
        """Whether an earlier verification had another answer."""
        return self.before in {*Liveness} - {Liveness.UNCHECKED, self.verdict.liveness}


class VerifyOutcome(NamedTuple):
    """The answers about all keys."""

    keys: tuple[VerifiedKey, ...]
    controls: tuple[tuple[Secret | None, Verdict], ...]
    """Verdicts on the control key, each with the X-App-Key that was sent with it."""
    missing: tuple[str, ...]
    """See `VerifyPlan`."""
    gaps: tuple[Skipped, ...]
    """See `VerifyPlan`."""
    unverifiable: tuple[Unverifiable, ...]
    """See `VerifyPlan`."""
    rescanned: str
    """See `VerifyPlan`."""

    @property
    def has_live_key(self) -> bool:
        """Whether the API accepts a key."""
        return any(key.verdict.liveness is Liveness.LIVE for key in self.keys)

    @property
    def complete(self) -> bool:
        """Whether nothing else in the report may be a leak than keys that were answered.

        The control key must work, too.
        """
        is_known = all(key.verdict.liveness is not Liveness.UNKNOWN for key in self.keys)
        controls_work = all(verdict.liveness is Liveness.LIVE for _, verdict in self.controls)
        is_left = any(one.is_gap for one in self.unverifiable)
        return is_known and controls_work and not (self.missing or self.gaps or is_left)


class VerifyReport(Protocol):
    """A module that writes one format."""

    def write(self, outcome: VerifyOutcome, out: TextIO, width: int) -> None:
        """Write the report, with every secret redacted.

        `width` is that of the terminal which shows it, 0 if none does.
        """


def build_outcome(plan: VerifyPlan, results: VerificationResults) -> VerifyOutcome:
    """Return the answers in the order of the plan."""
    keys = []
    for request in plan.requests:
        secret, verdict = results.conclude(request.secret)
        bounds = request.bounds if secret == request.secret else Bounds.CERTAIN
        before = plan.liveness_before.get(secret.fingerprint, "")
        verdict = _doubt_example(verdict, plan.examples.get(secret, ""))
        keys.append(VerifiedKey(secret, request.app_key, verdict, bounds, before))
    for secret in plan.unsent:
        verdict = Verdict(Liveness.UNKNOWN, _NOT_SENT.format(plan.examples[secret]))
        keys.append(VerifiedKey(secret, None, verdict, Bounds.CERTAIN, ""))
    controls = tuple(results.controls.items())
    return VerifyOutcome(
        tuple(keys), controls, plan.missing, plan.gaps, plan.unverifiable, plan.rescanned
    )


def _doubt_example(verdict: Verdict, example: str) -> Verdict:
    """Return the verdict on a key: that the API does not know an example proves nothing."""
    if not (example and verdict.liveness is Liveness.REVOKED and verdict.requires_certain_bounds):
        return verdict
    reason = _PROVES_NOTHING.format(example, verdict.reason)
    return verdict._replace(liveness=Liveness.UNKNOWN, reason=reason)


def choose_formats(settings: Config, flags: Values, targets: Iterable[str]) -> Config:
    """Return the settings with formats of `verify`, and check them and the files.

    A format in a variable may be meant for scans only: then it does not count. Raise `UsageError`
    for an unknown format in a flag, `ReportError` for a file that must not be written.
    """
    if "format" not in flags and settings.format not in VERIFY_REPORTS:
        settings = settings._replace(format="text")
    if "report" not in flags:
        reports = tuple(pair for pair in settings.reports if pair[0] in VERIFY_REPORTS)
        settings = settings._replace(reports=reports)
    output.check_formats(settings, targets, VERIFY_REPORTS)
    return settings


def write_outcome(outcome: VerifyOutcome, settings: Config, targets: Iterable[str]) -> int:
    """Write the reports, and return the exit code: 1 if a key is live, 3 if one is unknown."""
    output.write_rendered(lambda name, width: _render(name, outcome, width), settings, targets)
    if outcome.has_live_key:
        return 1
    return 0 if outcome.complete else INCOMPLETE


def format_count(outcome: VerifyOutcome) -> str:
    """Return how many keys there are, and how many have each answer."""
    count = len(outcome.keys)
    answers = Counter(key.verdict.liveness for key in outcome.keys)
    listed = (f"{answers[one]:,} {format_liveness(one)}" for one in LIVENESS_ORDER if answers[one])
    return f"{count:,} key{'s' * (count != 1)}: {', '.join(listed)}" if count else "no keys found"


def format_findings(group: Unverifiable) -> str:
    """Return the number of findings of a rule."""
    return f"{group.findings:,} finding{'s' * (group.findings != 1)} of {group.rule}"


def _render(name: str, outcome: VerifyOutcome, width: int) -> bytes:
    out = io.StringIO()
    VERIFY_REPORTS[name].write(outcome, out, width)
    return out.getvalue().encode("utf-8", "backslashreplace")

"""What to do after a run that found keys, in the order in which to do it."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable, Iterator
from operator import attrgetter

from wakeyscan.core.document import MEMBER_SEPARATOR
from wakeyscan.core.finding import Finding, Liveness
from wakeyscan.core.redaction import redact
from wakeyscan.core.secret import API_KEY
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.reports.description import join_names

if TYPE_CHECKING:
    from wakeyscan.core.secret_history import SecretHistory
    from wakeyscan.reports.report import ReportStyle
    from wakeyscan.scanner.result import RunResult

_MAX_NAMES = 5

_ISSUER = "in WAStack (Settings, API Keys)"
_ROTATION = (
    "First create a new key with the least permission, and pass it to the app as an environment"
    " variable. Both work until you revoke the old one: removing it from the code does not"
    " disable it."
)
_ONLY_HERE = {
    1: "it never left this clone: no remote-tracking branch has it.",
    2: "they never left this clone: no remote-tracking branch has them.",
}
"""For one key and for several."""
_PLAN = " --verify-plan shows the requests, and sends none."


class Step(NamedTuple):
    """What to do, and the commands or the comment for it, if there are any."""

    text: str
    commands: tuple[str, ...] = ()


def list_next_steps(result: RunResult, style: ReportStyle) -> list[Step]:
    """Return the steps after a run that reports something."""
    reported = result.reported()
    steps: list[Step] = []
    # A hook says itself whether a new key is needed: what it found is not published yet.
    if result.command != "hook":
        steps += _list_rotation_steps(result, reported, style)
    keys = result.reported_keys()
    steps += _list_history_steps(keys)
    if at_head := [key for key in keys if key.places_at_head]:
        # Only in the current repository can `fix` change the files that an audit names.
        commands = _list_fixes(at_head, style) if result.targets == (".",) else ()
        steps.append(_build_removal(at_head, commands))
    steps += _list_rule_steps(result, reported, style.program)
    return steps


def _list_rotation_steps(
    result: RunResult, reported: tuple[Finding, ...], style: ReportStyle
) -> Iterator[Step]:
    keys = [f for f in reported if f.rule == API_KEY and f.liveness is not Liveness.REVOKED]
    if not keys:
        return
    yield from _list_revocations(result, keys)
    if all(finding.liveness is Liveness.UNCHECKED for finding in keys):
        is_action = result.command == "action"
        option, plan = ("verify: true", "") if is_action else ("--verify", _PLAN)
        yield Step(f"Run again with {option} to ask WAStack which of them still work.{plan}")
    report = "" if style.saved else ", with a report that --report json=leak.json wrote"
    file = shlex.quote(style.saved or "leak.json")
    command = f"{style.program} verify {file} --wait 10m"
    yield Step(f"Prove that they are revoked{report}", (command,))


def _list_revocations(result: RunResult, keys: list[Finding]) -> Iterator[Step]:
    """Yield which keys to revoke: first those that others may have."""
    local = {key.secret.fingerprint for key in result.keys if key.pushed is False}
    shared = _list_prefixes(result, [one for one in keys if one.secret.fingerprint not in local])
    unshared = _list_prefixes(result, [one for one in keys if one.secret.fingerprint in local])
    if shared:
        yield Step(f"Revoke {join_names(shared, _MAX_NAMES)} {_ISSUER}. {_ROTATION}")
    if unshared:
        where, rotation = (" too", "") if shared else (f" {_ISSUER}", f" {_ROTATION}")
        unless = _ONLY_HERE[min(2, len(unshared))]
        digits = join_names(unshared, _MAX_NAMES)
        yield Step(f"Revoke {digits}{where}, unless {unless}{rotation}")


def _list_prefixes(result: RunResult, findings: list[Finding]) -> list[str]:
    """Return the first digits of fingerprints, in the order in which an audit lists its keys."""
    order = {key.secret.fingerprint: number for number, key in enumerate(result.keys)}
    if order:
        findings.sort(key=lambda one: order.get(one.secret.fingerprint, 0))
    findings.sort(key=attrgetter("severity"), reverse=True)
    findings.sort(key=lambda one: one.liveness is not Liveness.LIVE)
    return [*dict.fromkeys(finding.secret.fingerprint[:6] for finding in findings)]


def _list_history_steps(keys: Iterable[SecretHistory]) -> Iterator[Step]:
    api_keys = [key for key in keys if key.rule == API_KEY]
    dangerous = [key for key in api_keys if key.liveness is not Liveness.REVOKED]
    dates = [key.introduced.author_date for key in dangerous if key.introduced.commit]
    if dates:
        since = min(dates)[:10]
        yield Step(f"Look for messages that you did not send: WAStack's log since {since}.")


def _build_removal(keys: list[SecretHistory], commands: tuple[str, ...]) -> Step:
    removals = join_names([*map(_describe_paths_at_head, keys)], _MAX_NAMES, "; ")
    return Step(f"Remove from HEAD: {removals}{'' if commands else '.'}", commands)


def _list_fixes(keys: list[SecretHistory], style: ReportStyle) -> tuple[str, ...]:
    """Return the command that removes keys from the files at HEAD, if any are plain files."""
    paths = [place.path for key in keys for place in key.places_at_head]
    files = [*dict.fromkeys(path for path in paths if MEMBER_SEPARATOR not in path)]
    if not files:
        return ()
    if len(files) > _MAX_NAMES or any(path != redact(path) for path in files):
        files = ["."]
    shown = [posixpath.relpath(path, style.current_folder or ".") for path in files]
    return (f"{style.program} fix {shlex.join(shown)}",)


def _describe_paths_at_head(key: SecretHistory) -> str:
    paths = [*dict.fromkeys(redact(place.path) for place in key.places_at_head)]
    return f"{key.secret.fingerprint[:6]} from {join_names(paths, _MAX_NAMES)}"


def _list_rule_steps(
    result: RunResult, reported: tuple[Finding, ...], program: str
) -> Iterator[Step]:
    rules = sorted({finding.rule for finding in reported})
    yield Step("Details, and how to fix it", tuple(f"{program} rules show {r}" for r in rules))
    # A line in an old commit cannot get a comment, and neither can a message or a name.
    if not result.is_of_history and not all(finding.origin.part for finding in reported):
        yield Step("False positive? Add a comment on that line", ("# wakeyscan:ignore -- reason",))
    # An ignored key that is live would be reported all the same.
    others = [finding for finding in reported if finding.liveness is not Liveness.LIVE]
    prefixes = list(dict.fromkeys(map(_format_fingerprint, others)))
    if not prefixes:
        return
    text = "To ignore this key" if len(prefixes) == 1 else "To ignore these keys"
    if len(prefixes) > _MAX_NAMES:
        text = f"To ignore keys, such as {_MAX_NAMES} of these {len(prefixes):,}"
    named = " ".join(prefixes[:_MAX_NAMES])
    yield Step(text, (f'{program} ignore add {named} --reason "…"',))


def _format_fingerprint(finding: Finding) -> str:
    """Return the digits that name a secret: all of them if no file and no commit has it yet."""
    path, within, _, part = finding.origin
    is_unsaved = path == "<stdin>" or (part == "message" and not within)
    return finding.secret.fingerprint if is_unsaved else finding.secret.fingerprint[:6]

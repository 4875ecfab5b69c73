"""The last lines of a text report: what to do next."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from tests.support.command import WIDE
from tests.support.keys import fingerprint

KEY_RULE = "wastack-api-key"
COMMENT = "False positive? Add a comment on that line:\n# wakeyscan:ignore -- reason"
ASK = (
    "Run again with --verify to ask WAStack which of them still work."
    " --verify-plan shows the requests, and sends none."
)
ASK_IN_WORKFLOW = "Run again with verify: true to ask WAStack which of them still work."


def next_steps(
    *keys: str, others: dict[str, str] | None = None, ask: str = ASK, program: str = "wakeyscan"
) -> str:
    """Return the steps after a scan of `others`, secrets by rule, and then of keys."""
    rules = sorted([*(others or {}), *(KEY_RULE for _ in keys[:1])])
    prefixes = [fingerprint(secret, rule)[:6] for rule, secret in (others or {}).items()]
    prefixes += [fingerprint(key, KEY_RULE)[:6] for key in keys]
    steps = [*_rotation(keys, ask, program), _details(rules, program), COMMENT]
    return _format([*steps, _ignoring(prefixes, program)])


def next_steps_of_audit(*keys: str, since: str, removals: str, local: str = "") -> str:
    """Return the steps after an audit in 80 columns; a line of a commit can get no comment.

    `local` is the one of the keys that no remote-tracking branch has, if some have the others.
    """
    steps = [*_rotation([key for key in keys if key != local], ASK, "wakeyscan")]
    if local:
        digits = fingerprint(local, KEY_RULE)[:6]
        unless = "it never left this clone: no remote-tracking branch has it."
        steps.insert(1, f"Revoke {digits} too, unless {unless}")
    steps.append(f"Look for messages that you did not send: WAStack's log since {since}.")
    steps += [f"Remove from HEAD: {removals}."] if removals else []
    steps.append(_details([KEY_RULE], "wakeyscan"))
    prefixes = [fingerprint(key, KEY_RULE)[:6] for key in keys]
    return _format([*steps, _ignoring(prefixes, "wakeyscan")], 80)


def _rotation(keys: Iterable[str], ask: str, program: str) -> Iterator[str]:
    digits = ", ".join(fingerprint(key, KEY_RULE)[:6] for key in keys)
    if not digits:
        return
    yield (
        f"Revoke {digits} in WAStack (Settings, API Keys). First create a new key with the least "
        "permission, and pass it to the app as an environment variable. Both work until you revoke "
        "the old one: removing it from the code does not disable it."
    )
    if ask:
        yield ask
    yield (
        "Prove that they are revoked, with a report that --report json=leak.json wrote:\n"
        f"{program} verify leak.json --wait 10m"
    )


def _details(rules: Iterable[str], program: str) -> str:
    return "Details, and how to fix it:" + "".join(f"\n{program} rules show {r}" for r in rules)


def _ignoring(prefixes: list[str], program: str) -> str:
    text = "To ignore this key:" if len(prefixes) == 1 else "To ignore these keys:"
    return f'{text}\n{program} ignore add {" ".join(prefixes)} --reason "…"'


def _format(steps: list[str], width: int = int(WIDE)) -> str:
    lines = []
    for number, step in enumerate(steps, 1):
        text, *commands = step.split("\n")
        lines += textwrap.wrap(
            text,
            width,
            initial_indent=f"{number:3}. ",
            subsequent_indent=" " * 5,
            break_on_hyphens=False,
        )
        lines += [" " * 7 + command for command in commands]
    return "\nWhat to do next\n" + "".join(f"{line}\n" for line in lines)

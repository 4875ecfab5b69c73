"""Advice at the end of a text report."""

from __future__ import annotations

from tests.support.keys import PREFIX, fingerprint

_ROTATE = """\
  Treat every key above as leaked: create a new key in WAStack
  (Settings, API Keys), pass it to the app as an environment variable, then
  revoke the old key. Both work until you revoke the old one: removing it from
  the code does not disable it.
"""
_COMMENT = "  False positive? Add a comment on that line:  # wakeyscan:ignore -- reason\n"


def next_steps(*secrets: str, rules: tuple[str, ...] = ("wastack-api-key",)) -> str:
    """Return the last lines of a report on these secrets, in its order, and of these rules."""
    steps = _ROTATE if "wastack-api-key" in rules else ""
    steps += "".join(f"  Details and how to fix:  wakeyscan rules show {rule}\n" for rule in rules)
    hint = "To ignore this key" if len(secrets) == 1 else "To ignore these keys"
    prefixes = " ".join(_fingerprint(secret, rules)[:6] for secret in secrets)
    ignore = f'  {hint}:  wakeyscan ignore add {prefixes} --reason "…"\n'
    return f"\nWhat to do next\n{steps}{_COMMENT}{ignore}"


def _fingerprint(secret: str, rules: tuple[str, ...]) -> str:
    is_key = secret.startswith(PREFIX)
    return fingerprint(secret, "wastack-api-key" if is_key else rules[0])


def next_steps_of_audit(*secrets: str) -> str:
    """Return the last lines of an audit: nobody can add a comment to a line of an old commit."""
    return next_steps(*secrets).replace(_COMMENT, "")

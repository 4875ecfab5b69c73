"""Advice at the end of a text report."""

from __future__ import annotations

NEXT_STEPS = """
What to do next
  Take every key above for leaked: make a new one in WAStack (Settings, API Keys),
  give it to the application through its environment, then revoke the old one.
  Both work until the old one is revoked: taking it out of the code closes nothing.
  Why, and how to mend it:  wakeyscan rules show wastack-api-key
  No credential at all?  Write on its line:  wakeyscan:ignore -- the reason
  To accept one, by the digits in brackets:  wakeyscan ignore add DIGITS --reason TEXT
"""
"""Last lines of a text report whose findings are all keys."""

NEXT_STEPS_OF_AUDIT = "".join(
    line for line in NEXT_STEPS.splitlines(keepends=True) if "wakeyscan:ignore" not in line
)

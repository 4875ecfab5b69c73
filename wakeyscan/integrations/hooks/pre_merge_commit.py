"""The `pre-merge-commit` hook: scans the result of a merge, for which git runs no `pre-commit`."""

from __future__ import annotations

from wakeyscan.integrations.hooks.pre_commit import open_input

__all__ = ("ADVICE", "open_input")

ADVICE = (
    "Merge not committed. Remove the key, git add the file, then commit. If the key was ever "
    "pushed or shared, revoke it too."
)

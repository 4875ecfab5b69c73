"""The `commit-msg` hook: scans what is fixed easily only before the commit.

That is its message, and the name and the address of its author.
"""

from __future__ import annotations

from wakeyscan.core.errors import UsageError
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.sources import commit_message

if TYPE_CHECKING:
    from wakeyscan.integrations.hooks import HookInput
    from wakeyscan.sources.options import SourceOptions

ADVICE = (
    "Commit blocked. The message is not committed yet: remove the key from it. If it is in the "
    "header, change the name or the address of the author. If the key was ever pushed or shared, "
    "revoke it too; otherwise no new key is needed."
)


def open_input(arguments: list[str], options: SourceOptions) -> HookInput:
    """Open the file that holds the message."""
    if len(arguments) != 1:
        raise UsageError(
            "wakeyscan hook commit-msg: expected the message file as the only argument; "
            "run it as git runs the hook"
        )
    return commit_message, commit_message.list_units(arguments[0], options), options

"""The `commit-msg` hook: scans the message, in which a key can be fixed only before the commit."""

from __future__ import annotations

from wakeyscan.core.errors import UsageError
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.sources import commit_message

if TYPE_CHECKING:
    from wakeyscan.integrations.hooks import HookInput
    from wakeyscan.sources.options import SourceOptions

ADVICE = (
    "Commit blocked. The message is not committed yet: remove the key from it. If the key was ever "
    "pushed or shared, revoke it too; otherwise no new key is needed."
)


def open_input(arguments: list[str], options: SourceOptions) -> HookInput:
    """Open the file that holds the message."""
    if len(arguments) != 1:
        raise UsageError(
            "wakeyscan hook commit-msg: expected the message file as the only argument; "
            "run it as git runs the hook"
        )
    return commit_message, commit_message.list_units(arguments[0], options), options

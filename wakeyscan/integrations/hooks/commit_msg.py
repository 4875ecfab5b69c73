"""Before a commit, when its message is written: a key there could never be fixed forward."""

from __future__ import annotations

from wakeyscan.core.errors import UsageError
from wakeyscan.integrations.hooks.hook_input import HookInput
from wakeyscan.sources import commit_message
from wakeyscan.sources.options import SourceOptions

ADVICE = "Not committed. Take the key out of the message."


def open_input(arguments: list[str], options: SourceOptions) -> HookInput:
    """Open the file of the message."""
    if len(arguments) != 1:
        raise UsageError("wakeyscan hook commit-msg takes the file of the message, as git gives it")
    return HookInput(commit_message, commit_message.list_units(arguments[0], options), options)

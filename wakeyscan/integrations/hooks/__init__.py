"""Git hooks: which content each stage scans, and their installation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from wakeyscan.core.registry import Registry

if TYPE_CHECKING:
    from wakeyscan.integrations.hooks.hook_input import HookInput
    from wakeyscan.sources.options import SourceOptions


class Stage(Protocol):
    """A module that reads the input of one git hook."""

    ADVICE: str
    """What to do about a finding, for stderr."""

    def open_input(self, arguments: list[str], options: SourceOptions) -> HookInput:
        """List what the hook has to scan; `arguments` are those that git gives it."""


STAGES: Registry[Stage] = Registry(
    "hook stage",
    {
        "commit-msg": "wakeyscan.integrations.hooks.commit_msg",
        "pre-commit": "wakeyscan.integrations.hooks.pre_commit",
        "pre-push": "wakeyscan.integrations.hooks.pre_push",
        "pre-receive": "wakeyscan.integrations.hooks.pre_receive",
    },
)

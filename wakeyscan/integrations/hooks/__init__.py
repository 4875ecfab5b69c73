"""Git hooks: which content each stage scans, and their installation."""

from __future__ import annotations

from collections.abc import Iterable

from wakeyscan.core.registry import Registry
from wakeyscan.core.typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wakeyscan.core.document import Skipped
    from wakeyscan.sources import Source
    from wakeyscan.sources.options import SourceOptions

HookInput = tuple["Source", Iterable["str | Skipped"], "SourceOptions"]
"""A source, its units to scan, and the options to read them with."""


class Stage(Protocol):
    """A stage of git's hooks: a module, or an object such as `pre_commit.MERGE_STAGE`."""

    ADVICE: str
    """What to do about a finding, for stderr."""

    def open_input(self, arguments: list[str], options: SourceOptions) -> HookInput:
        """List the units that the hook must scan; `arguments` are those from git."""


STAGES: Registry[Stage] = Registry(
    "hook stage",
    {
        "commit-msg": "wakeyscan.integrations.hooks.commit_msg",
        "pre-commit": "wakeyscan.integrations.hooks.pre_commit",
        "pre-merge-commit": "wakeyscan.integrations.hooks.pre_commit:MERGE_STAGE",
        "pre-push": "wakeyscan.integrations.hooks.pre_push",
        "pre-receive": "wakeyscan.integrations.hooks.pre_push:SERVER_STAGE",
    },
)

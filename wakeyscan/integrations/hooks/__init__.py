"""Git hooks: which content each stage scans, and their installation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wakeyscan.core.registry import Registry

if TYPE_CHECKING:
    from wakeyscan.integrations.hooks.stage import Stage


STAGES: Registry[Stage] = Registry(
    "hook stage",
    {
        "commit-msg": "wakeyscan.integrations.hooks.commit_msg",
        "pre-commit": "wakeyscan.integrations.hooks.pre_commit",
        "pre-merge-commit": "wakeyscan.integrations.hooks.pre_merge_commit",
        "pre-push": "wakeyscan.integrations.hooks.pre_push",
        "pre-receive": "wakeyscan.integrations.hooks.pre_receive",
    },
)

"""Completion scripts of shells, built from the option tables of the commands."""

from __future__ import annotations

from wakeyscan.core.registry import Registry
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.cli.completion.shell import Shell


SHELLS: Registry[Shell] = Registry(
    "shell",
    {
        "bash": "wakeyscan.cli.completion.bash",
        "fish": "wakeyscan.cli.completion.fish",
        "powershell": "wakeyscan.cli.completion.powershell",
        "zsh": "wakeyscan.cli.completion.zsh",
    },
)

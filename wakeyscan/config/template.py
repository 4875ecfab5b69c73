"""A commented configuration file for `wakeyscan config init`."""

from __future__ import annotations

import os

from wakeyscan.config import config_file
from wakeyscan.core.errors import ReportError, UsageError

FILE = ".wakeyscan.toml"

TEXT = """\
# Configuration of wakeyscan. Remove the "# " before a setting to use it.
# wakeyscan config show   lists all settings with their sources.

# Files to skip: gitignore patterns, relative to the folder of this file.
# exclude = ["vendor/", "*.min.js"]

# Lowest severity that exits with 1: note, low, medium, high, critical or never.
# fail-on = "low"

# Skip and report larger files. Without it there is no limit.
# max-file-size = "20M"

# What becomes of a coding assistant's event that cannot be scanned: open passes it, closed blocks
# it. Without it, prompts and outputs are blocked, and tool calls pass.
# agent-fail = "closed"

# Folder with your own rules. Create one with: wakeyscan rules new ID
# rules = "tools/rules"

# Change a rule. Findings of a disabled rule are ignored, and still counted.
# [rule.authorization-header]
# severity = "high"
# enabled = true

# Ignore the findings below a path. A reason is required.
# [[allow]]
# path = "tests/fixtures/"
# rule = "wastack-api-key"
# reason = "made up"
"""


def write_template() -> str:
    """Write the file to the current directory, and return a note about a file that it replaces.

    Raise `UsageError` if this directory already has a configuration.
    """
    present = config_file.find_config_file("", None)
    if present.name and present.folder == ".":
        raise UsageError(f"{present.name}: already configures wakeyscan; edit that file")
    try:
        with open(FILE, "x", encoding="utf-8") as file:
            file.write(TEXT)
    except FileExistsError:
        raise UsageError(f"{FILE}: already exists; edit that file") from None
    except OSError as error:
        raise ReportError(f"{FILE}: cannot be written: {error.strerror}") from None
    return f"; here, it replaces {os.path.normpath(present.name)}" if present.name else ""

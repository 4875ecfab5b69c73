"""Error messages for what git prints on stderr."""

from __future__ import annotations

import os
from collections.abc import Sequence


def find_cause(stderr_lines: Sequence[str]) -> str:
    """Return the line with the error, not a warning or an advice before it; empty without lines."""
    errors = (line for line in stderr_lines if line.startswith(("fatal:", "error:")))
    return next(errors, stderr_lines[0] if stderr_lines else "")


def explain_failure(command: str, folder: str, stderr_lines: Sequence[str]) -> str:
    """Return the error message for a git command that failed in a folder."""
    cause = find_cause(stderr_lines) or "git gave no reason"
    path = os.path.realpath(folder)
    if "dubious ownership" in cause:
        return (
            f"git refuses {folder}, which belongs to another user; if you trust it: "
            f"git config --global --add safe.directory {path}"
        )
    if "safe.bareRepository" in cause:  # a clone may contain a bare repository as plain files
        return f"{path} is a bare repository; if it is yours, set GIT_DIR={path}"
    if "not a git repository" in cause:
        return f"{path} is not in a git repository"
    return f"git {command} in {folder} failed: {cause}"

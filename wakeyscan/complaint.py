"""Says why git failed, and what to do about it."""

from __future__ import annotations

import os

from wakeyscan.catfile import cause


def explained(command: str, folder: str, complaints: list[str]) -> str:
    """Put what a command complained of in a folder into a sentence."""
    said = cause(complaints) or "it gave no reason"
    if "dubious ownership" in said:
        top = os.path.realpath(folder)
        return (
            f"git refuses {folder}, which belongs to another user; if you trust it: "
            f"git config --global --add safe.directory {top}"
        )
    if "safe.bareRepository" in said:  # one may come along with a clone, as plain files
        bare = os.path.realpath(folder)
        return f"{bare} is a bare repository; if it is yours, say so: GIT_DIR={bare}"
    if "not a git repository" in said:
        return f"{os.path.realpath(folder)} is not in a git repository"
    return f"git {command} in {folder} failed: {said}"

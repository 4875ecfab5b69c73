"""A mirror of a repository that is somewhere else, for as long as it is looked at."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from wakeyscan import git
from wakeyscan.errors import UsageError


@contextmanager
def mirrored(url: str) -> Iterator[str]:
    """Clone a repository into a folder that goes away at the end."""
    if not url.startswith(("https://", "file://")):
        raise UsageError(f"{url}: only https:// and file:// are cloned; else clone it yourself")
    folder = tempfile.mkdtemp(prefix="wakeyscan-")
    try:
        place = os.path.join(folder, "mirror.git")
        git.clone(url, place)
        yield place
    finally:
        shutil.rmtree(folder, ignore_errors=True)

"""Says where this user's caches are kept."""

from __future__ import annotations

import os
import sys


def cache_folder() -> str:
    """Give wakeyscan's folder among the user's caches; empty where there is none to speak of."""
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", home)
    elif sys.platform == "darwin":
        base = os.path.join(home, "Library", "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return os.path.join(base, "wakeyscan") if os.path.isabs(base) else ""

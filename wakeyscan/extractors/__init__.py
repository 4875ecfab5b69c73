"""Files that hold files, one format each: opened in memory, never on disk."""

from __future__ import annotations

"""Who asks whether a key still works: one service a file, `check(…) -> Verdict` each."""

from __future__ import annotations

"""Reports of tests."""

from __future__ import annotations

import re


def hide_times(text: str) -> str:
    """Replace the times of a scan, which GitLab's schema requires: they differ in each run."""
    return re.sub(r'_time": "[^"]+"', '_time": ""', text)

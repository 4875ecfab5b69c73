"""Types that all packages share, and safe handling of text, files and processes."""

from __future__ import annotations

"""Report formats, one file each: its name is what `--format` takes."""

from __future__ import annotations

"""The commands, one file each: its name is what the user types."""

from __future__ import annotations

"""The command line: commands, output and progress."""

from __future__ import annotations

"""Keys in concatenated string literals; `decoder` is the entry point."""

from __future__ import annotations

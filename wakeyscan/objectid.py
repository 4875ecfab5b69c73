"""Ids of git's objects, in hex."""

from __future__ import annotations


def is_id(text: str) -> bool:
    """Say whether a text is a whole id: of SHA-1 or of SHA-256."""
    return len(text) in (40, 64) and not text.strip("0123456789abcdef")


def is_zero(name: str) -> bool:
    """Say whether an id stands for nothing."""
    return not name.strip("0")

"""The types that every package shares, and helpers for text and files."""

from __future__ import annotations

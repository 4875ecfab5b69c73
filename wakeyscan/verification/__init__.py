"""Verification: asks the API whether a key still works."""

from __future__ import annotations

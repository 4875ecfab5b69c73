"""Secrets in pieces: string literals that a program concatenates."""

from __future__ import annotations

"""Integrations: git hooks and GitHub events."""

from __future__ import annotations

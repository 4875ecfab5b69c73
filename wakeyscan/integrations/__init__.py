"""Integrations: git hooks, hooks of coding assistants, and GitHub events."""

from __future__ import annotations

"""Audit of a repository: every object, the history of each secret, and missing objects."""

from __future__ import annotations

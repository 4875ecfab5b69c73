"""Audits of many repositories at once: a list of them, a task for each, one result."""

from __future__ import annotations

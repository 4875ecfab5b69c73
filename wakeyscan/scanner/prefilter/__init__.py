"""Prefilter: finds the anchors in a content before any pattern runs."""

from __future__ import annotations

"""Finds leaked WAStack API keys and hardcoded Authorization headers."""

from __future__ import annotations

__version__ = "0.1.0"

"""Rules: what they are, how they are read, checked and compiled."""

from __future__ import annotations

"""Rules: loading, validation and compilation of the patterns that describe secrets."""

from __future__ import annotations

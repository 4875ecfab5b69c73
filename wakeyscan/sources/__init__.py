"""Where documents come from, one file a kind of target."""

from __future__ import annotations

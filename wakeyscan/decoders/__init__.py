"""Ways in which a text can be wrapped, one file each."""

from __future__ import annotations

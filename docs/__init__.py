"""Documentation site, and the generator of its reference."""

from __future__ import annotations

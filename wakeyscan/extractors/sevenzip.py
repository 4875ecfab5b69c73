"""7-Zip: what reads it is too heavy to come along, so it is said and not opened."""

from __future__ import annotations

from wakeyscan.extractors._unread import SEEKS, open

__all__ = ["SEEKS", "open"]

"""Those who may get to see a key besides who reads the source, one file each."""

from __future__ import annotations

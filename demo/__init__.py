"""The demonstration of `make demo`, and the picture of the README."""

from __future__ import annotations

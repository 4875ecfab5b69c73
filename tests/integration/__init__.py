"""Tests with real repositories, archives and servers."""

from __future__ import annotations

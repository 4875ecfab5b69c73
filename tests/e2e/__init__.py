"""Tests of the installed command."""

from __future__ import annotations

"""Tests of the code itself: layers, interfaces, start-up, secrecy."""

from __future__ import annotations

"""Suppression: inline comments, the ignore file and policy that accept findings."""

from __future__ import annotations

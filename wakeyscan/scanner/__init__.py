"""The scanner: from documents to findings."""

from __future__ import annotations

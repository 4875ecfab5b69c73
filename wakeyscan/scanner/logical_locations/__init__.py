"""Kinds of structured documents, one file each: where in one a finding is, in its own terms."""

from __future__ import annotations

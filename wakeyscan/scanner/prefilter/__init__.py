"""The prefilter: finds anchors in a content before any rule runs."""

from __future__ import annotations

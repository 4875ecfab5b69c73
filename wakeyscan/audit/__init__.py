"""The object store of a repository, read without git: packs, loose objects, and whose they are."""

from __future__ import annotations

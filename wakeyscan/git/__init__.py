"""Git: the only package that runs git or reads inside `.git`."""

from __future__ import annotations

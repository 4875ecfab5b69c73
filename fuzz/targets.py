"""All fuzz targets by name."""

from __future__ import annotations

from collections.abc import Mapping

from fuzz import document_targets, git_targets, settings_targets
from fuzz.target import Target

TARGETS: Mapping[str, Target] = {
    **git_targets.TARGETS,
    **document_targets.TARGETS,
    **settings_targets.TARGETS,
}

"""Addresses of the findings of a workflow on GitHub."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from wakeyscan.git.rev_list import has_commit, resolve_commit
from wakeyscan.reports.web_links import WebLinks, parse_commit

if TYPE_CHECKING:
    from wakeyscan.git.command import Git
    from wakeyscan.integrations.github_event import Event
    from wakeyscan.scanner.result import RunResult

_SERVER = re.compile(r"https?://[\w.-]+(?::\d+)?(?:/[\w.-]+)*")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


def build_links(
    result: RunResult, own: Git, event: Event, environment: Mapping[str, str]
) -> WebLinks | None:
    """Return the addresses of the findings; `None` outside of GitHub.

    A workflow may also check out another repository, whose address is unknown here.
    """
    server = environment.get("GITHUB_SERVER_URL", "").rstrip("/")
    repository = environment.get("GITHUB_REPOSITORY", "")
    if not (_SERVER.fullmatch(server) and _REPOSITORY.fullmatch(repository)):
        return None
    known = {environment.get("GITHUB_SHA", ""), event.head} - {""} or {"HEAD"}
    if not (has_commit("HEAD", own) and any(has_commit(name, own) for name in known)):
        return None
    short_ids = dict.fromkeys(parse_commit(finding.origin) for finding in result.reported())
    names = [name for name in short_ids if name]
    found = zip(names, own.read_objects(names), strict=True)
    commits = {name: one.id for name, one in found if one.type == "commit"}
    return WebLinks(f"{server}/{repository}", resolve_commit("HEAD", own), commits)

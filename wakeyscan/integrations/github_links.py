"""Addresses of the findings of a workflow on GitHub."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from wakeyscan.git.rev_list import has_commit, resolve_commit
from wakeyscan.reports.web_links import SHORT_ID, WebLinks

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
    return WebLinks(f"{server}/{repository}", resolve_commit("HEAD", own), _index_commits(result))


def _index_commits(result: RunResult) -> dict[str, str]:
    """Return the ids of the commits that a result names, by their short ids."""
    places = (place.commit for key in result.keys for place in key.places)
    introduced = (key.introduced.commit for key in result.keys)
    return {name[:SHORT_ID]: name for name in (*result.commits, *places, *introduced) if name}

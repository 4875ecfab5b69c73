"""Addresses of a repository's commits and files on a web server such as GitHub."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from wakeyscan.core.document import MEMBER_SEPARATOR
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.core.document import Origin
    from wakeyscan.core.finding import Finding

SHORT_ID = 12
"""Length of the ids that origins name."""

_COMMIT = "commit "

_MASK = "…("
"""Part of a masked secret; a path with one is not the real path."""


class WebLinks(NamedTuple):
    """The addresses of one repository. An empty address means that there is no such page."""

    repository: str
    """The address of the repository: `https://github.com/o/r`."""
    commit: str
    """Id of the commit that is checked out; empty if it is unknown."""
    commits: Mapping[str, str]
    """The full ids of commits, by the short ids that origins name."""

    def find_commit(self, origin: Origin) -> str:
        """Return the address of the commit that an origin names."""
        name = self.commits.get(parse_commit(origin), "")
        return f"{self.repository}/commit/{name}" if name else ""

    def find_line(self, finding: Finding) -> str:
        """Return the address of a finding's line in the scanned version of the file."""
        origin = finding.origin
        commit = self.commits.get(parse_commit(origin), "") if origin.within else self.commit
        path, _, member = origin.path.partition(MEMBER_SEPARATOR)
        if not commit or origin.part or _MASK in path or path.startswith(("/", "../")):
            return ""
        line = "" if member else f"#L{finding.position.line}"
        name = quote(path.encode("utf-8", "surrogateescape"))
        return f"{self.repository}/blob/{commit}/{name}{line}"


def parse_commit(origin: Origin) -> str:
    """Return the short id of the commit that an origin names; empty if it names none."""
    return origin.within.removeprefix(_COMMIT) if origin.within.startswith(_COMMIT) else ""

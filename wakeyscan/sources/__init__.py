"""Sources of documents: one module per kind of target, chosen by `parse_target`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from wakeyscan.core.registry import Registry
from wakeyscan.core.typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wakeyscan.core.document import Document, Skipped
    from wakeyscan.sources.options import SourceOptions


class Source(Protocol):
    """A module that lists the units of a target and reads their documents.

    A unit is a string that names a part of the target: a file path, or a list of commits.
    """

    PARALLEL: bool
    """Whether units are paths of files, which worker processes can also read."""

    def list_units(self, target: str, options: SourceOptions) -> Iterable[str | Skipped]:
        """List the units of a target; raise `SourceError` at once if it cannot be read."""

    def read_documents(self, unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
        """Yield the documents of a unit, and the parts of it that were skipped."""


SOURCES: Registry[Source] = Registry(
    "target",
    {
        "agents": "wakeyscan.sources.agent_files",
        "git": "wakeyscan.sources.commit_range",
        "message": "wakeyscan.sources.commit_message",
        "omitted": "wakeyscan.sources.omitted_files",
        "path": "wakeyscan.sources.files",
        "staged": "wakeyscan.sources.staged",
        "stdin": "wakeyscan.sources.stdin",
    },
)
_WITHOUT_SCHEME = ("omitted", "path", "stdin")
"""Sources that a bare path or `-` selects; `path:x` and `stdin:x` are file names."""


def parse_target(target: str) -> tuple[Source, str]:
    """Return the source of a command-line target, and the target without its scheme.

    A target is `PATH`, `-` or `SCHEME:REST`. An existing path is always a path: a committed file
    named `git:x` must not redirect a hook.
    """
    if os.path.lexists(target):
        return SOURCES["path"], target
    if target == "-":
        return SOURCES["stdin"], target
    scheme, colon, rest = target.partition(":")
    if colon and scheme in SOURCES and scheme not in _WITHOUT_SCHEME:
        return SOURCES[scheme], rest
    return SOURCES["path"], target

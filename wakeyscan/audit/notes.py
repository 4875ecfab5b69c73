"""Git notes: trees whose files are named after the objects that they describe (git-notes(1))."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.audit.commit_graph import CommitGraph
    from wakeyscan.audit.ref_names import RefNames

NOTES_REF = "refs/notes/"
NOTE = "note"
"""The part of an object that a note holds."""

_NOTE_PATH = re.compile(r"(?:[0-9a-f]{2}/)*[0-9a-f]{2,64}")
"""git spreads many notes over folders: `8e/bb/c6…`."""
_ID_LENGTHS = 40, 64


class Notes(NamedTuple):
    """The commits that hold notes."""

    commits: frozenset[str] = frozenset()

    def choose_part(self, path: str, commit: str) -> str:
        """Return `note` for the path of a note in one of the commits, else an empty string."""
        return NOTE if commit in self.commits and _is_note_path(path) else ""


def list_notes(names: RefNames, graph: CommitGraph) -> Notes:
    """Return the commits in the history of `refs/notes/`."""
    pending = [i for name, ids in names.items() if name.startswith(NOTES_REF) for i in ids]
    commits: set[str] = set()
    while pending:
        commit = pending.pop()
        if commit not in commits and commit in graph.parents:
            commits.add(commit)
            pending += graph.parents[commit]
    return Notes(frozenset(commits))


def _is_note_path(path: str) -> bool:
    is_spread = _NOTE_PATH.fullmatch(path) is not None
    return is_spread and len(path.replace("/", "")) in _ID_LENGTHS

"""Files that coding assistants keep on this machine: `agents:`, or `agents:claude,codex`.

They are transcripts, memory files, MCP configurations, snapshots of shells and histories of
editors, of the user and of the current project. Whole folders are read, since each version of an
assistant adds some. Links of the project are not followed: its author chose their targets.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.errors import SourceError, UsageError
from wakeyscan.core.files import is_inside, is_linked
from wakeyscan.core.registry import list_known
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import worktree
from wakeyscan.sources import files
from wakeyscan.sources.agent_folders import PRODUCTS, list_places

if TYPE_CHECKING:
    from wakeyscan.core.document import Document
    from wakeyscan.sources.options import SourceOptions

PARALLEL = False

_NOTHING = "no coding assistant keeps files on this machine"

_LINK = "a link of the project, not followed; to scan what it leads to, name that path"

_LEADS_OUT = "a link, not followed; to scan what it leads to, name that path"

_SESSION = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\b(?:ses|session)[_-][\w-]{4,}|\brollout-[\w-]+"
)
"""Ids of sessions in the names of files and folders."""


def list_units(target: str, options: SourceOptions) -> Iterator[str | Skipped]:
    """Yield a unit per file of the named products, or of all; raise `SourceError` at once."""
    named = [name.strip() for name in target.split(",") if name.strip()]
    if target and not named:
        raise UsageError(f"agents:{target}: names no assistant; agents: scans all of them")
    for name in named:
        if name not in PRODUCTS:
            known = list_known(name, [*PRODUCTS])
            raise UsageError(f"unknown assistant {name!r}{known}")
    existing = [*_list_existing(named or [*PRODUCTS])]
    tree = _find_project_tree()
    linked = dict.fromkeys(place for place, _ in existing if tree and is_linked(place, tree))
    places = {os.path.realpath(place): name for place, name in existing if place not in linked}
    missing = [name for name in named if name not in dict(existing).values()]
    if missing:
        titles = ", ".join(PRODUCTS[name].title for name in missing)
        raise SourceError(f"agents:{target}: no files of {titles} on this machine")
    if not existing:
        return iter([Skipped(Origin("agents:"), _NOTHING, gap=False)])
    skipped = [Skipped(Origin(place.replace(os.sep, "/")), _LINK) for place in linked]
    return chain(skipped, _list_files(places, options._replace(gitignore=False)))


def _find_project_tree() -> str:
    """Return the project whose links are not followed: a work tree, or the current folder.

    It is empty for a folder with the user's home, whose links are the user's own.
    """
    if top := worktree.find_work_tree("."):
        return top
    folder, home = os.getcwd(), os.path.realpath(os.path.expanduser("~"))
    return "" if is_inside(os.path.join(home, ""), folder) else folder


def _list_existing(names: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the places of products that exist, each with the name of its product."""
    project = worktree.find_work_tree(".") or os.getcwd()
    for name in names:
        for place in list_places(name, project, os.environ):
            if os.path.lexists(place):
                yield place, name


def _list_files(places: dict[str, str], options: SourceOptions) -> Iterator[str | Skipped]:
    for place, name in places.items():
        for unit in files.list_units(place, options):
            yield f"{name}\0{unit}" if isinstance(unit, str) else unit
            if isinstance(unit, str) and os.path.islink(unit) and _leads_out(unit, places):
                yield Skipped(Origin(unit.replace(os.sep, "/")), _LEADS_OUT)


def _leads_out(link: str, places: Iterable[str]) -> bool:
    """Return whether a link leads to a folder or to data that is in none of the places.

    Users move transcripts to another disk. A program, such as a linked interpreter, is no data.
    """
    target = os.path.realpath(link)
    if any(is_inside(os.path.join(target, ""), place) for place in places):
        return False
    is_data = os.path.isfile(target) and not os.access(target, os.X_OK)
    return is_data or os.path.isdir(target)


def read_documents(unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
    """Read one file; its origin names the product, and the session if the path does."""
    name, _, path = unit.partition("\0")
    details = [("assistant", PRODUCTS[name].title)]
    if ids := _SESSION.findall(path):
        details.append(("session", ids[-1]))
    for item in files.read_documents(path, options):
        yield item._replace(origin=item.origin._replace(details=tuple(details)))

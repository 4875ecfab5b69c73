"""The files of a wipe: what is masked in each, what is not and why, and their replacement."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterable, Iterator
from functools import partial

from wakeyscan.cli.wipe_mask import ENCODED, MaskedContent, is_leak, mask_findings
from wakeyscan.cli.wipe_spans import find_spans
from wakeyscan.core import file_updates, files, small_files
from wakeyscan.core.document import MEMBER_SEPARATOR, Document, Origin
from wakeyscan.core.errors import ReportError
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import worktree
from wakeyscan.scanner.documents import scan_documents

if TYPE_CHECKING:
    from wakeyscan.core.finding import Finding
    from wakeyscan.scanner.context import ScanContext

_MAX_PASSES = 3
"""Number of times that a file is scanned and masked: a masked text may show another secret."""

_ACTIVE_SECONDS = 60
"""Age below which a session may still write to a file. Its later output would be lost."""

_SETTINGS = re.compile(
    r"(?:settings|config|mcp|hooks)[\w.-]*\.(?:jsonc?|toml|ya?ml)\Z|opencode\.json\Z|\A\.env"
)

_IN_USE = "it is a setting in use; move it to an environment variable, or use --settings"
_ACTIVE = "a session may be writing to the file; end it and wait a minute, or use --force"
_NO_FILE = "it is in a name or a link; rename or remove it"

_Left = tuple["Finding", str]
"""A finding that is not masked, and the reason."""


class WipedFile(NamedTuple):
    """A file with secrets, before and after."""

    path: str
    before: bytes
    after: bytes
    masked: tuple[Finding, ...]
    left: tuple[_Left, ...]
    in_strings: tuple[Finding, ...] = ()
    """The masked findings for which the whole JSON string around them is replaced."""


class WipeOptions(NamedTuple):
    """Options of the user."""

    settings: bool = False
    """Whether to mask settings, which stop working."""
    force: bool = False
    """Whether to change files that were written just now."""


def plan_wipe(
    findings: Iterable[Finding], options: WipeOptions, context: ScanContext
) -> Iterator[WipedFile]:
    """Yield each file with secrets, with the masked content."""
    by_path: dict[str, list[Finding]] = {}
    for finding in filter(is_leak, findings):
        path = finding.origin.path.partition(MEMBER_SEPARATOR)[0]
        by_path.setdefault(path, []).append(finding)
    for path, found in by_path.items():
        yield _plan_file(path, found, options, context)


def _plan_file(
    path: str, found: list[Finding], options: WipeOptions, context: ScanContext
) -> WipedFile:
    if reason := _find_obstacle(path, options):
        return WipedFile(path, b"", b"", (), tuple((finding, reason) for finding in found))
    try:
        before = small_files.read_small_file(path, small_files.MAX_DATA_SIZE)
    except OSError as error:
        reason = f"the file cannot be read: {error.strerror}"
        return WipedFile(path, b"", b"", (), tuple((finding, reason) for finding in found))
    kept = [(f, _IN_USE) for f in found if not options.settings and _is_setting(f)]
    wanted = [f for f in found if options.settings or not _is_setting(f)]
    masked = _mask(path, before, wanted, kept, context)
    done = tuple(f for f in wanted if not _is_listed(f, masked.left))
    in_strings = tuple(f for f in masked.in_strings if f in done)
    return WipedFile(path, before, masked.content, done, (*kept, *masked.left), in_strings)


def _mask(
    path: str, content: bytes, wanted: list[Finding], kept: list[_Left], context: ScanContext
) -> MaskedContent:
    """Mask the wanted findings, and what a masked text shows; the rest is left."""
    masked = MaskedContent(content, [], [])
    for _ in range(_MAX_PASSES):
        content, left, in_strings = masked
        found = mask_findings(content, wanted, partial(find_spans, path, content, context))
        left, in_strings = left + found.left, in_strings + found.in_strings
        masked = MaskedContent(found.content, left, in_strings)
        rest = _scan(path, masked.content, context)
        wanted = [f for f in rest if not _is_listed(f, (*kept, *left))]
        if not wanted:
            return masked
    return masked._replace(left=[*masked.left, *((finding, ENCODED) for finding in wanted)])


def _find_obstacle(path: str, options: WipeOptions) -> str:
    """Return why a file must not be changed; empty if it may."""
    try:
        status = os.lstat(path)
    except OSError:
        return _NO_FILE
    if not stat.S_ISREG(status.st_mode):
        return _NO_FILE
    age = time.time() - status.st_mtime
    return _ACTIVE if not options.force and 0 <= age < _ACTIVE_SECONDS else ""


def _is_setting(finding: Finding) -> bool:
    name = os.path.basename(finding.origin.path)
    return "mcp_server" in dict(finding.origin.details) or _SETTINGS.search(name) is not None


def _is_listed(finding: Finding, listed: Iterable[_Left]) -> bool:
    return any(finding.secret == other.secret for other, _ in listed)


def _scan(path: str, content: bytes, context: ScanContext) -> list[Finding]:
    result = scan_documents([Document(Origin(path), content)], context)
    return [finding for finding in result.findings if is_leak(finding)]


def write_wiped(file: WipedFile) -> None:
    """Replace a file atomically, with its old times; raise `ReportError` if it has changed."""
    try:
        with file_updates.lock_folder(os.path.dirname(file.path)):
            _replace(file)
    except OSError as error:
        raise ReportError(f"{file.path}: cannot be written: {error.strerror}") from None


def _replace(file: WipedFile) -> None:
    if small_files.read_small_file(file.path, small_files.MAX_DATA_SIZE) != file.before:
        raise ReportError(f"{file.path}: changed during the wipe; run it again")
    status = os.stat(file.path)
    files.write(file.path, file.after, worktree.find_untrusted_folders(()))
    os.utime(file.path, ns=(status.st_atime_ns, status.st_mtime_ns))

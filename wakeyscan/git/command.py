"""The one door to git. No program that a repository names is ever run through it.

Two profiles: `open_own`, for a hook of the repository at hand, which keeps the variables that git gives
to hooks (without GIT_INDEX_FILE a `git commit -a` would look empty); and `open_foreign`, for whatever
repository a path leads to, which keeps none. Which switch stops what was measured command by
command; the pins below are those that do.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import NamedTuple

from wakeyscan.core.errors import GitError
from wakeyscan.git import process
from wakeyscan.git.cat_file import Object, Reader, cause, read_object

PINS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "hook.post-index-change.enabled=false",
    "hook.reference-transaction.enabled=false",
    "core.untrackedCache=false",
    "core.attributesFile=/dev/null",
    "core.commitGraph=false",
    "core.multiPackIndex=false",
    "advice.graftFileDeprecated=false",
    "log.showSignature=false",
    "diff.ignoreSubmodules=all",
    "diff.submodule=short",
    "submodule.recurse=false",
    "protocol.allow=never",
    "credential.helper=",
    "core.sshCommand=/bin/false",
    "safe.bareRepository=explicit",
    "gc.auto=0",
    "maintenance.auto=false",
)
"""Configuration that keeps what a repository names from being run."""
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_SSH_COMMAND": "/bin/false",
    "GIT_ASKPASS": "/bin/false",
    "SSH_ASKPASS": "/bin/false",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}
USERS = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
"""Variables that say where the user's own configuration is."""
_HOOKS = (
    *("GIT_INDEX_FILE", "GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_QUARANTINE_PATH"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"),
)
"""Variables that say to a hook where the repository is."""
_ALLOWED = frozenset(
    (
        *("cat-file", "check-ignore", "diff-index", "diff-tree", "for-each-ref"),
        *("ls-files", "merge-base", "rev-list", "rev-parse"),
    )
)
"""Commands that, with the pins, run nothing that a repository names. Not among them: whatever
compares the work tree, since filters can't be switched off."""

_SETTING = ("config", "--type=path", "--get")
"""How `config` may be asked, which else may write, or start an editor."""

_AHEAD = 64
"""Objects asked for before the first is read: few enough to fit into a pipe, whatever happens."""


class Git(NamedTuple):
    """Git in a folder, with an environment of ours; made by `open_own` or `open_foreign`."""

    folder: str
    environment: dict[str, str]
    called: str = ""
    """What it is called in messages, where that is not its folder."""

    @property
    def where(self) -> str:
        """What people know the repository by."""
        return self.called or self.folder

    def run(
        self, *arguments: str, stdin: bytes = b"", ok: Sequence[int] = (0,), pinned: bool = True
    ) -> bytes:
        """Give what a command prints; raises `GitError` where it ends with a code not in `ok`."""
        return self.run_aloud(*arguments, stdin=stdin, ok=ok, pinned=pinned)[0]

    def run_aloud(
        self, *arguments: str, stdin: bytes = b"", ok: Sequence[int] = (0,), pinned: bool = True
    ) -> tuple[bytes, list[str]]:
        """Give what a command prints, and what it complains of."""
        with self._telling(arguments[0]):
            git = self._start(arguments, pinned)
            output = git.answer(stdin)
            code, complaints = git.end()
        if code not in ok:
            raise self._failed(arguments[0], complaints)
        return output, complaints

    def folder_setting(self, name: str) -> str:
        """Give the folder that the configuration has under a name; empty where it has none.

        Raises `GitError`.
        """
        asked = self.run(*_SETTING, name, ok=(0, 1))
        return asked.decode("utf-8", "surrogateescape").removesuffix("\n")

    def objects(self, names: Iterable[str]) -> Iterator[Object]:
        """Yield objects in the order of their ids; a missing one has no type.

        `names` must be ids in hex: a path with a newline would be two requests. An object's
        content is to be read before the next object is asked for.
        """
        waiting, asked = iter(names), deque[str]()
        try:
            yield from self._batch(waiting, asked)
        except process.ProcessError as error:
            if "could not fetch" not in str(error):
                raise GitError(f"git cat-file in {self.where} {error}") from None
            # A partial clone: git ends at an object that it lacks and may not fetch.
            yield from self._present((*asked, *waiting))

    def _batch(self, waiting: Iterator[str], asked: deque[str]) -> Iterator[Object]:
        """Yield objects, with those in `asked` that were not given yet; raises `ProcessError`."""
        asked.extend(islice(waiting, _AHEAD))
        if not asked:
            return
        git = self._start(("cat-file", "--batch"))
        try:
            git.write("".join(f"{name}\n" for name in asked).encode())
            if len(asked) < _AHEAD:
                git.close()  # so that it ends, and nobody waits, should an answer be too short
            reader = Reader(git)
            while asked:
                yield from read_object(reader)
                asked.popleft()
                if name := next(waiting, ""):
                    asked.append(name)
                    git.write(f"{name}\n".encode())
                else:
                    git.close()
            git.end()
        finally:
            git.stop()  # who wanted no more objects leaves it running

    def _present(self, names: Sequence[str]) -> Iterator[Object]:
        all_of_them = ("--batch-all-objects", "--batch-check=%(objectname)")
        here = frozenset(self.run("cat-file", *all_of_them).decode("ascii").split())
        found = self._batch(iter([name for name in names if name in here]), deque())
        for name in names:
            yield next(found) if name in here else Object(name, "", 0, lambda _: b"")

    def everything(self) -> Iterator[Object]:
        """Yield every object of the repository, in no order, those that nothing reaches too."""
        asked = ("cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer")
        with self._telling("cat-file"):
            git = self._start(asked)
            try:
                reader = Reader(git)
                while reader.more():
                    yield from read_object(reader)
                code, complaints = git.end()
            finally:
                git.stop()
        if code or complaints:
            raise self._failed("cat-file", complaints)

    @contextmanager
    def begun(self, *arguments: str, stdin: bytes = b"") -> Iterator[Callable[[], bytes]]:
        """Start a command that runs beside us; what it prints is had by calling what is given.

        It should say little until the end. Who does not wait for that ends it.
        """
        import tempfile  # 5 ms that a hook never pays

        with tempfile.TemporaryFile() as asked:  # a pipe would have to be fed meanwhile
            asked.write(stdin)
            asked.seek(0)
            git = self._start(arguments, stdin=asked.fileno())

        def finish() -> bytes:
            with self._telling(arguments[0]):
                output = git.answer(b"")
                code, complaints = git.end()
            if code:
                raise self._failed(arguments[0], complaints)
            return output

        try:
            yield finish
        finally:
            git.stop()

    def _start(
        self, arguments: Sequence[str], pinned: bool = True, stdin: int = process.PIPE
    ) -> process.Process:
        if arguments[0] not in _ALLOWED and tuple(arguments[:-1]) != _SETTING:
            raise ValueError(f"git {arguments[0]} is not among the commands known to run nothing")
        pins = [part for pin in PINS for part in ("-c", pin)] if pinned else []
        command = [find_executable(), "-C", self.folder, "--no-pager", *pins, *arguments]
        return process.start_process(command, self.environment, stdin)

    @contextmanager
    def _telling(self, command: str) -> Iterator[None]:
        """Tell of a child that says nothing any more as of a command that failed."""
        try:
            yield
        except process.ProcessError as error:
            raise GitError(f"git {command} in {self.where} {error}") from None

    def _failed(self, command: str, complaints: list[str]) -> GitError:
        pass  # which few repositories give cause for

        return GitError(explain_stderr(command, self.where, complaints))


def open_own(folder: str = ".") -> Git:
    """Give git for the repository that we are a hook of, or stand in."""
    return Git(folder, build_environment((*USERS, *_HOOKS)))


def open_foreign(folder: str) -> Git:
    """Give git for the repository that a folder belongs to, whatever repository called us."""
    return Git(folder, build_environment(USERS))


def build_environment(kept: tuple[str, ...]) -> dict[str, str]:
    """Give git a clean environment: what is ours, and the user's secrets, are not for it."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name in kept or not name.startswith(("GIT_", "WAKEYSCAN_"))
    }
    return inherited | _ENVIRONMENT


def find_executable(environment: Mapping[str, str] = os.environ) -> str:
    """Find git; raises `GitError`."""
    found = process.find_program("git", environment)
    if not found:
        raise GitError(
            "git is not installed, or not on PATH: install it, or add its folder to PATH"
        )
    return found


def explain_stderr(command: str, folder: str, complaints: list[str]) -> str:
    """Put what a command complained of in a folder into a sentence."""
    said = cause(complaints) or "it gave no reason"
    if "dubious ownership" in said:
        top = os.path.realpath(folder)
        return (
            f"git refuses {folder}, which belongs to another user; if you trust it: "
            f"git config --global --add safe.directory {top}"
        )
    if "safe.bareRepository" in said:  # one may come along with a clone, as plain files
        bare = os.path.realpath(folder)
        return f"{bare} is a bare repository; if it is yours, say so: GIT_DIR={bare}"
    if "not a git repository" in said:
        return f"{os.path.realpath(folder)} is not in a git repository"
    return f"git {command} in {folder} failed: {said}"

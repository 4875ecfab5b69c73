"""The only way to run git, which never runs a program that a repository names.

`open_own` opens the current repository, also for a hook in it. It keeps the variables that git sets
for hooks: without GIT_INDEX_FILE, the index of `git commit -a` would look empty. `open_foreign`
opens the repository at any path and keeps none of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from wakeyscan.core.errors import GitError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import process, worktree
from wakeyscan.git.cat_file import BatchReader, Object, missing_object, read_object
from wakeyscan.git.environment import (
    HOOK_VARIABLES,
    PINS,
    USER_CONFIG_VARIABLES,
    build_environment,
    find_executable,
)

if TYPE_CHECKING:
    import tempfile

    from wakeyscan.git import special_files
else:
    special_files = lazy_import("wakeyscan.git.special_files")  # only a silent git needs it
    tempfile = lazy_import("tempfile")  # takes 5 ms; only an audit needs it

_ALLOWED_COMMANDS = frozenset(
    (
        *("cat-file", "check-ignore", "diff-index", "diff-tree", "for-each-ref"),
        *("ls-files", "merge-base", "rev-list", "rev-parse"),
    )
)
"""Commands that, with the pins, run no program that a repository names.

Commands that compare the work tree are not among them, since filters cannot be switched off.
"""

_GET_FOLDER_SETTING = ("config", "--type=path", "--get")
_LIST_SETTINGS = ("config", "-z", "--get-all")
_GET_ADDRESS = ("remote", "get-url", "--")
"""The only allowed forms of `git config`, which can also write, or start an editor."""

_GREP = ("grep", "--no-textconv", "--no-recurse-submodules")
"""The only allowed form of `git grep`, which can also run the converters of a repository."""

_READ_AHEAD = 64
"""Requests sent before the first object is read; their ids always fit into a pipe."""


class _ProcessErrors(NamedTuple):
    """A context that raises `GitError` for a process that did not start, or printed nothing.

    It is not made by `contextlib`, which takes 0.5 ms of each hook to load.
    """

    command: str

    def __enter__(self) -> None:
        pass

    def __exit__(self, _type: object, error: object, _traceback: object) -> None:
        if isinstance(error, process.ProcessError):
            raise GitError(f"{self.command} {error}") from None


class Git(NamedTuple):
    """Git in a folder, with a clean environment; created by `open_own` or `open_foreign`."""

    folder: str
    environment: dict[str, str]
    display_name: str = ""
    """Name of the repository in messages, if it is not the folder."""

    @property
    def name(self) -> str:
        """Name of the repository in messages."""
        return self.display_name or self.folder

    def run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        allowed_codes: Sequence[int] = (0,),
        pinned: bool = True,
    ) -> bytes:
        """Return the stdout of a command; raise `GitError` for other exit codes."""
        return self.run_with_stderr(
            *arguments, stdin=stdin, allowed_codes=allowed_codes, pinned=pinned
        )[0]

    def run_ascii(
        self, *arguments: str, stdin: bytes = b"", allowed_codes: Sequence[int] = (0,)
    ) -> str:
        """Return the stdout of a command that prints ids and keywords; raise `GitError`."""
        output = self.run(*arguments, stdin=stdin, allowed_codes=allowed_codes)
        if not output.isascii():
            raise self.build_output_error(arguments[0])
        return output.decode("ascii")

    def run_in_pieces(
        self,
        *arguments: str,
        stdin: bytes,
        on_silence: Callable[[], object],
        allowed_codes: Sequence[int] = (0,),
    ) -> Iterator[bytes]:
        """Yield the stdout of a command in pieces; raise `GitError` for other exit codes.

        The command is killed if the caller stops early, or if `on_silence` raises an exception: it
        is called every 2 seconds in which git prints nothing.
        """

        def find_blocker() -> str:
            on_silence()
            return self._find_blocker()

        with self._wrap_process_errors(arguments[0]):
            running = self._start(arguments, find_blocker=find_blocker)
            try:
                yield from running.exchange(stdin)
                code, stderr_lines = running.wait()
            finally:
                running.kill()
        if code not in allowed_codes:
            raise self._build_error(arguments[0], stderr_lines)

    def build_output_error(self, command: str) -> GitError:
        """Return the error for output that git does not write."""
        git = find_executable()
        return GitError(
            f"git {command} in {self.name} printed invalid output; is {git} really git?"
        )

    def run_with_stderr(
        self,
        *arguments: str,
        stdin: bytes = b"",
        allowed_codes: Sequence[int] = (0,),
        pinned: bool = True,
    ) -> tuple[bytes, list[str]]:
        """Return the stdout of a command, and the lines of its stderr."""
        with self._wrap_process_errors(arguments[0]):
            running = self._start(arguments, pinned=pinned)
            output = b"".join(running.exchange(stdin))
            code, stderr_lines = running.wait()
        if code not in allowed_codes:
            raise self._build_error(arguments[0], stderr_lines)
        return output, stderr_lines

    def get_folder_setting(self, name: str) -> str:
        """Return a folder from git's configuration, or "" if it is not set; raise `GitError`."""
        output = self.run(*_GET_FOLDER_SETTING, name, allowed_codes=(0, 1))
        return output.decode("utf-8", "surrogateescape").removesuffix("\n")

    def list_settings(self, name: str) -> list[str]:
        """Return all values of a setting of git's configuration; raise `GitError`."""
        output = self.run(*_LIST_SETTINGS, name, allowed_codes=(0, 1))
        return output.decode("utf-8", "surrogateescape").split("\0")[:-1]

    def read_objects(self, ids: Iterable[str]) -> Iterator[Object]:
        """Yield objects in the order of their ids; a missing object has no type.

        `ids` must be in hex: a name with a newline would be two requests. The content of an object
        must be read before the next one is requested.
        """
        remaining, requested = iter(ids), deque[str]()
        try:
            yield from self._read_batch(remaining, requested)
        except process.ProcessError as error:
            if "could not fetch" not in str(error):
                raise GitError(f"git cat-file in {self.name} {error}") from None
            # In a partial clone, git exits at a missing object, which it may not fetch.
            yield from self._read_present((*requested, *remaining))

    def _read_batch(self, remaining: Iterator[str], requested: deque[str]) -> Iterator[Object]:
        """Yield objects; `requested` holds the ids not yet answered. Raise `ProcessError`."""
        requested.extend(islice(remaining, _READ_AHEAD))
        if not requested:
            return
        running = self._start(("cat-file", "--batch"))
        try:
            running.write("".join(f"{name}\n" for name in requested).encode())
            if len(requested) < _READ_AHEAD:
                running.close_stdin()  # git exits after the last answer, even after a short one
            reader = BatchReader(running)
            while requested:
                yield from _check_id(read_object(reader), requested[0])
                requested.popleft()
                if name := next(remaining, ""):
                    requested.append(name)
                    running.write(f"{name}\n".encode())
                else:
                    running.close_stdin()
            running.wait()
        finally:
            running.kill()  # the caller may have stopped early

    def _read_present(self, ids: Sequence[str]) -> Iterator[Object]:
        options = ("--batch-all-objects", "--batch-check=%(objectname)")
        present = frozenset(self.run_ascii("cat-file", *options).split())
        found = self._read_batch(iter([name for name in ids if name in present]), deque())
        for name in ids:
            yield next(found) if name in present else missing_object(name)

    def read_all_objects(self) -> Iterator[Object]:
        """Yield every object of the repository, including unreachable ones, in any order."""
        options = ("--batch-all-objects", "--batch", "--unordered", "--buffer")
        with self._wrap_process_errors("cat-file"):
            running = self._start(("cat-file", *options))
            try:
                reader = BatchReader(running)
                while reader.has_more():
                    yield from read_object(reader)
                code, stderr_lines = running.wait()
            finally:
                running.kill()
        if code or stderr_lines:
            raise self._build_error("cat-file", stderr_lines)

    def run_in_background(self, *arguments: str, stdin: bytes = b"") -> process.BackgroundRun:
        """Start a command, and return a context with a function that waits for its output.

        The command must print little before its end. It is killed if the caller never waits for it.
        """
        context = self._wrap_process_errors(arguments[0])
        with context, tempfile.TemporaryFile() as file:  # a pipe needs a writer
            file.write(stdin)
            file.seek(0)
            running = self._start(arguments, stdin=file.fileno())

        def finish() -> bytes:
            with self._wrap_process_errors(arguments[0]):
                output = b"".join(running.exchange(b""))
                code, stderr_lines = running.wait()
            if code:
                raise self._build_error(arguments[0], stderr_lines)
            return output

        return process.BackgroundRun(running, finish)

    def _start(
        self,
        arguments: Sequence[str],
        *,
        pinned: bool = True,
        stdin: int = process.PIPE,
        find_blocker: Callable[[], str] | None = None,
    ) -> process.Process:
        settings = _GET_FOLDER_SETTING, _LIST_SETTINGS, _GET_ADDRESS
        reads_setting = tuple(arguments[:-1]) in settings
        is_safe = reads_setting or tuple(arguments[: len(_GREP)]) == _GREP
        if arguments[0] not in _ALLOWED_COMMANDS and not is_safe:
            raise ValueError(f"git {arguments[0]} may run programs that a repository names")
        pins = [part for pin in PINS for part in ("-c", pin)] if pinned else []
        command = [find_executable(), "-C", self.folder, "--no-pager", *pins, *arguments]
        find_blocker = find_blocker or self._find_blocker
        return process.start_process(command, self.environment, stdin, find_blocker)

    def _find_blocker(self) -> str:
        path = special_files.find_special_file(self.folder, self.environment.get("GIT_DIR", ""))
        return special_files.describe_blocker(path)

    def _wrap_process_errors(self, command: str) -> _ProcessErrors:
        return _ProcessErrors(f"git {command} in {self.name}")

    def _build_error(self, command: str, stderr_lines: list[str]) -> GitError:
        return GitError(process.explain_failure(command, self.name, stderr_lines))


def _check_id(objects: Iterator[Object], requested: str) -> Iterator[Object]:
    """Yield the answer to a request; raise `ProcessError` for that to another request."""
    for found in objects:
        if found.id != requested:
            raise process.ProcessError("returned another object than requested")
        yield found


def open_own(folder: str = ".") -> Git:
    """Open the current repository, whose hook may have started us."""
    return Git(folder, build_environment((*USER_CONFIG_VARIABLES, *HOOK_VARIABLES)))


def open_foreign(folder: str) -> Git:
    """Open the repository at a path, even if a hook of another repository started us.

    Its work tree is the folder that contains `.git`, whatever its setting `core.worktree` says.
    """
    environment = build_environment(USER_CONFIG_VARIABLES)
    top = worktree.find_work_tree(folder)
    if top and worktree.may_be_elsewhere(top):
        environment["GIT_WORK_TREE"] = top
    return Git(folder, environment)

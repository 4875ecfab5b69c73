"""Errors that a user can act on. Any other exception is a bug and keeps its traceback."""

from __future__ import annotations

_LEAST_MEMORY = 32 << 20
"""Bytes that are left in a process that does not lack memory: the largest library needs 30 MB."""


class WakeyscanError(Exception):
    """Base of all errors: one line for stderr that names the problem, its place and a remedy."""


class UsageError(WakeyscanError):
    """The command line is invalid, or names something that does not exist."""


class HookRefused(UsageError):
    """A hook cannot be installed, because the file of another tool decides what it runs."""

    def __init__(self, message: str, lines: tuple[str, ...]) -> None:
        super().__init__(message)
        self.lines = lines
        """The lines to add to that file."""


class ConfigError(WakeyscanError):
    """A configuration file, ignore file or environment variable is invalid."""


class IgnoreFileRefused(ConfigError):
    """An ignore file is a device, FIFO or socket, or is too large."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.reason = reason


class RuleError(WakeyscanError):
    """A rule file is invalid, or a folder has no rules."""

    def __init__(self, *faults: str) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults
        """One line for each error in a rule file."""


class SourceError(WakeyscanError):
    """A target cannot be scanned at all."""


class GitError(SourceError):
    """git cannot be run, or failed."""


class CacheError(WakeyscanError):
    """The cache cannot be used. The run continues without it."""


class ReportError(WakeyscanError):
    """A report cannot be written to its destination."""


class TimeoutExceeded(Exception):
    """A pattern took too long on a text, which is reported as skipped."""


class Terminated(BaseException):
    """A signal asked the process to end (`core.termination`)."""

    def __init__(self, signal_number: int) -> None:
        super().__init__()
        self.signal_number = signal_number

    @property
    def exit_code(self) -> int:
        """Exit code of a shell for a process that the signal ended."""
        return 128 + self.signal_number


def is_lack_of_memory(error: BaseException) -> bool:
    """Return whether an error may come from a lack of memory, which has many names.

    A library that cannot be mapped raises `ImportError`, a folder that cannot be listed `OSError`,
    and `hashlib` knows no hashes. So the cause is looked for in the process, not in the error.
    """
    if isinstance(error, MemoryError):
        return True
    try:
        bytearray(_LEAST_MEMORY)
    except MemoryError:
        return True
    return False

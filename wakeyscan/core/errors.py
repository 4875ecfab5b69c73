"""The errors that a user can act on; anything else is a bug and keeps its traceback."""

from __future__ import annotations


class WakeyscanError(Exception):
    """What went wrong, where, and what to do about it, in one line for stderr."""


class UsageError(WakeyscanError):
    """The command line asks for something that does not exist or make sense."""


class ConfigError(WakeyscanError):
    """A configuration file or variable says something that wakeyscan does not understand."""


class RuleError(WakeyscanError):
    """A rule file is broken, or there is no rule at all."""


class SourceError(WakeyscanError):
    """A whole target can't be looked at."""


class GitError(SourceError):
    """Git could not be asked, or refused."""


class CacheError(WakeyscanError):
    """What was remembered can't be used; it never stops a run."""


class TimeoutExceeded(Exception):
    """A pattern took too long for a text; the text counts as not looked at."""


class ReportError(WakeyscanError):
    """A report could not be written to where it was wanted."""

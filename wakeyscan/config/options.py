"""Options of the command line, each with its help, environment variable and value."""

from __future__ import annotations

from typing import NamedTuple

Values = dict[str, "str | bool | list[str]"]


class Option(NamedTuple):
    """One option of a command, `--name`; without a metavar it is a switch."""

    name: str
    help: str
    metavar: str = ""
    many: bool = False

    @property
    def key(self) -> str:
        """The name under which its value is kept."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """The environment variable that stands for it."""
        return "WAKEYSCAN_" + self.key.upper()


class Parameters(NamedTuple):
    """What a command takes."""

    options: tuple[Option, ...]
    operands: str = ""
    """The metavar of its positional arguments; empty: it takes none."""


SCANNING = (
    Option("format", "How to report on stdout: text, json, sarif, github, markdown. Default: "
           "text.", "NAME"),
    Option("report", "Write another report beside it; repeatable.", "NAME=FILE", many=True),
    Option("fail-on", "Exit 1 from this severity on: note, low, medium, high, critical, never. "
           "Default: low.", "LEVEL"),
    Option("rules", "Look for the rules of this folder too.", "DIR"),
    Option("config", "Read this configuration instead of the one found from here.", "FILE"),
    Option("policy-from", "Take configuration, ignore file and marks from this revision, so that a "
           "change can't excuse itself.", "REV"),
    Option("jobs", "Processes to use. Default: one for each processor.", "N"),
    Option("max-file-size", "Skip larger files, and say so (as 500k, 20M, 2G). Default: none is "
           "too large.", "SIZE"),
    Option("show-suppressed", "List placeholders and ignored findings too."),
    Option("sarif-profile", "'generic' keeps suppressed findings, 'github' leaves them out, since "
           "code scanning would show them as open. Default: generic.", "NAME"),
    Option("ignore-file", "The findings that are accepted. Default: .wakeyscanignore at the top of "
           "the repository.", "FILE"),
    Option("strict-ignores", "Exit 1 where an entry of it is unused or expired."),
    Option("honor-foreign-ignores", "Heed marks of gitleaks, betterleaks, trufflehog, kingfisher, "
           "detect-secrets and ggshield as if they were wakeyscan:ignore."),
    Option("quiet", "Say nothing beside the report."),
    Option("verbose", "Say more of what is done."),
    Option("color", "auto, always or never. Default: auto.", "WHEN"),
    Option("verify", "Ask WAStack whether the keys that are found still work: one request a key."),
    Option("require-verified", "With --verify: a key of which that can't be told makes the look "
           "incomplete (exit 3)."),
    Option("verify-plan", "Say what --verify would send, and where to, and send nothing."),
    Option("verify-cache", "Remember that a key is revoked for 7 days, that it is live for 10 "
           "minutes."),
    Option("app-key", "The X-App-Key to send beside keys that stand beside none.", "KEY"),
    Option("api-url", "Ask this API instead: https, or http to this machine.", "URL"),
    Option("proxy", "Ask through this proxy (http://HOST:PORT), which sees no key.", "URL"),
)  # fmt: skip

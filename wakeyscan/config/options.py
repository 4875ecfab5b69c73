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
    Option("format", "Format of the report on stdout: text, json, sarif, github, markdown. "
           "Default: text.", "NAME"),
    Option("report", "Also write a report to FILE; repeatable.", "NAME=FILE", many=True),
    Option("fail-on", "Exit 1 for findings of this severity or higher: note, low, medium, high, "
           "critical, never. Default: low.", "LEVEL"),
    Option("rules", "Also load rules from DIR.", "DIR"),
    Option("config", "Read the configuration from FILE instead of searching for one.", "FILE"),
    Option("policy-from", "Read configuration, ignore file and inline ignores from this revision, "
           "so that a change cannot suppress its own findings.", "REV"),
    Option("jobs", "Number of processes. Default: one per processor.", "N"),
    Option("max-file-size", "Skip larger files and report them as skipped (for example 500k, 20M, "
           "2G). Default: no limit.", "SIZE"),
    Option("show-suppressed", "Also list placeholders and ignored findings."),
    Option("sarif-profile", "'generic' includes suppressed findings, 'github' omits them, because "
           "code scanning would show them as open. Default: generic.", "NAME"),
    Option("ignore-file", "File with the accepted findings. Default: .wakeyscanignore at the top "
           "of the repository.", "FILE"),
    Option("strict-ignores", "Exit 1 if an entry of the ignore file is unused or expired."),
    Option("honor-foreign-ignores", "Honor inline ignore comments of gitleaks, betterleaks, "
           "trufflehog, kingfisher, detect-secrets and ggshield like wakeyscan:ignore."),
    Option("quiet", "Print only the report."),
    Option("verbose", "Print more detail."),
    Option("color", "auto, always or never. Default: auto.", "WHEN"),
    Option("verify", "Ask WAStack whether the keys found still work: one request per key."),
    Option("require-verified", "With --verify: exit 3 if any key could not be verified."),
    Option("verify-plan", "Show what --verify would send, and where, without sending it."),
    Option("verify-cache", "Cache answers: revoked keys for 7 days, live keys for 10 minutes."),
    Option("app-key", "X-App-Key to send for keys that have none nearby.", "KEY"),
    Option("api-url", "Send requests to this API: https, or http on this machine.", "URL"),
    Option("proxy", "Send requests through this proxy (http://HOST:PORT), which sees no key.",
           "URL"),
)  # fmt: skip

"""Options of the command line, each with its help, environment variable and value."""

from __future__ import annotations

from wakeyscan.core.typing import NamedTuple
from wakeyscan.reports import REPORTS

Values = dict[str, "str | bool | list[str]"]


class Option(NamedTuple):
    """An option of a command, `--name`; without a metavar it is a switch."""

    name: str
    help: str
    metavar: str = ""
    many: bool = False
    """Whether it may be repeated."""
    letter: str = ""
    """Letter of the short form, such as `-f`; empty if there is none."""

    @property
    def key(self) -> str:
        """Key of its value in `Values`."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """Environment variable with its value."""
        return "WAKEYSCAN_" + self.key.upper()


class Parameters(NamedTuple):
    """Options and operands of a command."""

    options: tuple[Option, ...]
    operands: str = ""
    """Metavar of the positional arguments; empty if there are none."""
    takes_many: bool = True
    """Whether there may be several."""

    @property
    def usage(self) -> str:
        """The positional arguments, as a usage line names them."""
        return f"[{self.operands}]{'...' * self.takes_many}" if self.operands else ""


SCANNING = (
    Option("format", f"Format of the report: {', '.join(REPORTS)}. Default: text.", "NAME",
           letter="f"),
    Option("output", "Write the report to FILE, not to stdout.", "FILE", letter="o"),
    Option("report", "Also write a report to FILE; repeatable.", "NAME=FILE", many=True),
    Option("template", "Jinja2 template for --format template; it gets the fields of the JSON "
           "report.", "FILE"),
    Option("fail-on", "Lowest severity that exits with 1: note, low, medium, high, critical, "
           "never. Default: low.", "LEVEL"),
    Option("rules", "Also load rules from DIR.", "DIR"),
    Option("config", "Read this configuration file. Default: the nearest one, from the current "
           "directory up.", "FILE"),
    Option("policy-from", "Read configuration, ignore file and inline ignores from this revision, "
           "so that a change cannot suppress its own findings.", "REV"),
    Option("jobs", "Number of processes. Default: one per processor.", "N"),
    Option("max-file-size", "Skip larger files, for example 500k, 20M or 2G. Default: no limit.",
           "SIZE"),
    Option("show-suppressed", "Also list placeholders and ignored findings."),
    Option("sarif-profile", "generic or github. github omits suppressed findings: code "
           "scanning would show them as open. Default: generic.", "NAME"),
    Option("ignore-file", "File of accepted findings. Default: .wakeyscanignore at the top of the "
           "repository.", "FILE"),
    Option("strict", "Treat content that cannot be opened (encrypted archives, unsupported "
           "formats) as an incomplete scan."),
    Option("strict-ignores", "Exit 1 if the ignore file has an unused or expired entry."),
    Option("honor-foreign-ignores", "Honor inline ignore comments of gitleaks, betterleaks, "
           "trufflehog, kingfisher, detect-secrets and ggshield."),
    Option("quiet", "Print only the report.", letter="q"),
    Option("verbose", "Print on stderr the settings with their sources, the accelerators in use, "
           "and everything that was skipped.", letter="v"),
    Option("color", "auto, always or never. Default: auto.", "WHEN"),
    Option("verify", "Ask WAStack whether the keys found still work: one request per key."),
    Option("require-verified", "Exit 3 if any key could not be verified; needs --verify."),
    Option("verify-plan", "Print the requests that --verify would send, without sending them."),
    Option("verify-cache", "Cache results: revoked for 7 days, live for 10 minutes."),
    Option("app-key", "X-App-Key to send for keys that have none nearby.", "KEY"),
    Option("api-url", "Send verification requests here: https, or http on this machine.", "URL"),
    Option("proxy", "Send requests through this proxy (http://HOST:PORT), which sees no key.",
           "URL"),
)  # fmt: skip

"""Actions and groups of options, for help, completion and manual pages.

They are not in the modules of the commands, because a hook loads one of those at every commit.
"""

from __future__ import annotations

from wakeyscan.config.options import SCANNING
from wakeyscan.core.errors import UsageError
from wakeyscan.core.registry import suggest_closest
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.integrations.hooks import STAGES

if TYPE_CHECKING:
    from wakeyscan.config.options import Option, Parameters, Values

_COMMON = ("ignore-file", "config", "rules", "jobs", "quiet")
_ENTRY = (*_COMMON, "reason", "until", "paths")
_AGENT_OPTIONS = ("agent", "fail-on", "rules", "config", "ignore-file", "policy-from",
                  "honor-foreign-ignores", "strict", "max-file-size")  # fmt: skip


class Action(NamedTuple):
    """An action of a command, such as `add` of `wakeyscan ignore`."""

    help: str
    operands: str = ""
    """Metavar of the positional arguments; empty if there are none."""
    options: tuple[str, ...] | None = ()
    """Names of the options that have an effect; `None`: all options of the command."""


_STAGE_OPTIONS = (*(option.name for option in SCANNING), "whole-files")
_STAGE_HELP = {
    "commit-msg": Action("Scan the message of a commit, in the file MESSAGE, and its author.",
                         "MESSAGE", _STAGE_OPTIONS),
    "pre-commit": Action("Scan the staged changes, or only those of the named files.",
                         "[FILE]...", _STAGE_OPTIONS),
    "pre-merge-commit": Action("Scan what a merge is about to commit.", "", _STAGE_OPTIONS),
    "pre-push": Action("Scan the commits that a push sends; git passes the refs on stdin.",
                       "REMOTE [URL]", _STAGE_OPTIONS),
    "pre-receive": Action("Scan what a server is about to accept; git passes the refs on stdin.",
                          "", _STAGE_OPTIONS),
}  # fmt: skip

_FLEET_OPTIONS = ("output", "format", "report", "template", "fail-on", "rules", "config",
                  "show-suppressed", "sarif-profile", "ignore-file", "strict", "strict-ignores",
                  "quiet", "verbose", "color")  # fmt: skip
ACTIONS: dict[str, dict[str, Action]] = {
    "fleet": {
        "merge": Action("Join the ledgers of several runs, such as shards, and write the results "
                        "of all of them.", "[DIR]...", _FLEET_OPTIONS),
    },
    "hook": {
        "install": Action("Make git run wakeyscan at these stages, or coding assistants at their "
                          "events; existing hooks keep running.",
                          "STAGE...|agent [NAME]...", ("scope",)),
        "uninstall": Action("Undo the installation at these stages, or for these assistants.",
                            "STAGE...|agent [NAME]...", ("scope",)),
        "status": Action("Show which hooks run wakeyscan."),
        **{stage: _STAGE_HELP[stage] for stage in STAGES},
        "agent": Action("Answer an event of a coding assistant, which is JSON on stdin.", "",
                        _AGENT_OPTIONS),
    },
    "ignore": {
        "add": Action("Accept findings: by fingerprint, all of a report, or all in the files.",
                      "[FINGERPRINT]...", (*_ENTRY, "all", "from")),
        "import": Action("Accept the findings in the baseline of another scanner.",
                         "FILE [REPORT]", (*_ENTRY, "as")),
        "remove": Action("Remove the entries of these fingerprints.", "FINGERPRINT...", _COMMON),
        "list": Action("List the entries, and what each one hides.", "", (*_COMMON, "format")),
        "prune": Action("Remove entries that expired, and those that hide nothing.",
                        "", _COMMON),
        "explain": Action("Show everything that one entry hides.", "FINGERPRINT", _COMMON),
    },
    "rules": {
        "list": Action("List the rules.", "", ("rules",)),
        "show": Action("Show a rule, and how to fix its findings.", "ID", ("rules",)),
        "test": Action("Run the examples of all rules.", "", ("rules",)),
        "new": Action("Write a commented rule to start from, in DIR or the current directory.",
                      "ID", ("rules",)),
        "export": Action("Print the rules for another scanner, with simpler patterns: gitleaks, "
                         "betterleaks, kingfisher, trufflehog, github or gitlab.",
                         "SCANNER", ("rules",)),
    },
    "config": {
        "show": Action("Show each setting with its value and its source.", "", None),
        "init": Action("Write a commented .wakeyscan.toml to the current directory."),
        "schema": Action("Print the JSON Schema of a configuration file, a rule file or a report.",
                         "[config|rule|report]"),
    },
}  # fmt: skip
"""Actions by command, in the order of the help."""

EXIT_CODES = (
    (0, "no findings"),
    (1, "findings"),
    (2, "usage or environment error"),
    (3, "no findings, but the scan was incomplete"),
    (4, "internal error"),
)

GROUPS = {
    "Fix": ("write", "force", "settings", "plan"),
    "Input": (
        *("mode", "paths", "all", "from", "as", "whole-files", "no-gitignore", "max-file-size"),
        *(
            "reachable",
            "branch",
            "since",
            "agent",
            "scope",
            "shard",
            "skip",
            "wikis",
            "github-url",
            "gitlab-url",
        ),
    ),
    "Output": (
        *("format", "output", "report", "template", "show-suppressed", "sarif-profile"),
        *("sarif-file", "category", "purge-file", "quiet", "verbose", "color"),
    ),
    "Policy": (
        *("fail-on", "reason", "until", "rules", "config", "ignore-file", "policy-from"),
        *("honor-foreign-ignores", "trust-repo", "strict", "strict-ignores"),
    ),
    "Verification": (
        *("verify", "require-verified", "verify-plan", "verify-cache", "wait", "app-key"),
        *("api-url", "proxy"),
    ),
    "Performance": (
        *("jobs", "resume", "executor", "scheduler", "tls-ca", "tls-cert", "tls-key"),
        *(
            "memory-limit",
            "dashboard",
            "time-limit",
            "no-cache",
            "mirrors",
            "mirrors-size",
            "max-clone-size",
            "no-keep",
        ),
    ),
}
"""Names of options by the heading above them, in the order of the help."""


def find_action(command: str, name: str) -> Action | None:
    """Return an action of a command."""
    return ACTIONS.get(command, {}).get(name)


def select_options(parameters: Parameters, action: Action) -> tuple[Option, ...]:
    """Return the options of a command that have an effect on an action."""
    names = action.options
    return tuple(o for o in parameters.options if names is None or o.name in names)


def refuse_other_options(command: str, name: str, values: Values) -> None:
    """Raise `UsageError` for an option of the command that has no effect on an action."""
    action = find_action(command, name)
    if action is None or action.options is None:
        return
    for key in values:
        option = key.replace("_", "-")
        if option not in action.options:
            raise UsageError(
                f"wakeyscan {command} {name}: --{option} has no effect here "
                f"(see wakeyscan {command} {name} --help)"
            )


def build_action_error(command: str, name: str) -> UsageError:
    """Return the error for an unknown action, or for one with wrong operands."""
    actions = ACTIONS[command]
    if name in actions:
        expected = f"wakeyscan {command} {name} {actions[name].operands}".rstrip()
        return UsageError(f"wakeyscan {command} {name}: wrong operands; expected {expected}")
    *others, last = actions
    return UsageError(
        f"wakeyscan {command}: expected {', '.join(others)} or {last}, "
        f"got {name!r}{suggest_closest(name, actions)}"
    )

"""Actions, examples and groups of options, for help, completion and manual pages.

They are not in the modules of the commands, because a hook loads one of those at every commit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wakeyscan.config.options import SCANNING
from wakeyscan.core.errors import UsageError
from wakeyscan.core.registry import suggest_closest
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
    "commit-msg": Action("Scan the message of a commit, in the file MESSAGE.", "MESSAGE",
                         _STAGE_OPTIONS),
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
        "import": Action("Accept what the baseline of another scanner accepts.",
                         "FILE [REPORT]", (*_ENTRY, "as")),
        "remove": Action("Remove the entries of these fingerprints.", "FINGERPRINT...", _COMMON),
        "list": Action("List the entries, and what each one hides.", "", (*_COMMON, "format")),
        "prune": Action("Remove entries that expired, or that hide nothing in files and history.",
                        "", _COMMON),
        "explain": Action("Show everything that one entry hides.", "FINGERPRINT", _COMMON),
    },
    "rules": {
        "list": Action("List the rules.", "", ("rules",)),
        "show": Action("Show a rule, and how to fix its findings.", "ID", ("rules",)),
        "test": Action("Run the examples of all rules.", "", ("rules",)),
        "new": Action("Write a commented rule to start with, to DIR or the current directory.",
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

EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "scan": (
        ("scan", "the current directory, without the files that git ignores"),
        ("scan staged:", "what the next commit adds"),
        ("scan git:origin/main..HEAD", "what a branch adds"),
        ("scan agents:", "transcripts and settings of coding assistants"),
        ("scan --verify --report sarif=leaks.sarif src", "ask WAStack, and write a SARIF report"),
    ),
    "audit": (
        ("audit", "the history of the current repository"),
        ("audit ../other --format json", "another one, without its configuration"),
        ("audit https://github.com/o/r", "a temporary mirror of a remote repository"),
        ("audit --reachable --since '3 months ago'", "a part of the history"),
        ("audit --purge-file ../purge.txt", "the list for git filter-repo --replace-text"),
    ),
    "fleet": (
        ("fleet ~/src", "all clones below a folder"),
        ("fleet repositories.txt --resume", "a file of clone URLs; continue where it was"),
        ("fleet github:my-org --skip archived", "all repositories of an organization"),
        ("fleet repositories.txt --shard 2/8", "in the second of eight jobs"),
        ("fleet ~/src --resume --verify", "ask WAStack about each key once"),
        ("fleet ~/src --scheduler tcp://127.0.0.1:8786", "on a cluster of Dask"),
        ("fleet merge shard-1 shard-2 -o all", "the results of two shards"),
    ),
    "fleet merge": (
        ("fleet merge", "of shards that share the folder wakeyscan-fleet"),
        ("fleet merge shard-1 shard-2 -o all", "of shards with folders of their own"),
    ),
    "hook": (
        ("hook install pre-commit pre-push", "let git run wakeyscan"),
        ("hook pre-commit", "scan what git is about to commit"),
        ("hook agent --agent claude", "scan an event of Claude Code"),
    ),
    "hook install": (
        ("hook install pre-commit commit-msg pre-push", "in this repository"),
        ("hook install agent claude", "for Claude Code, in all projects"),
        ("hook install agent --scope project cursor", "for all who use Cursor in this project"),
    ),
    "hook uninstall": (
        ("hook uninstall pre-commit", "existing hooks are restored"),
        ("hook uninstall agent", "the settings of all assistants are restored"),
    ),
    "hook status": (("hook status", "one line per stage and assistant"),),
    "hook pre-commit": (("hook pre-commit", "the staged changes"),),
    "hook agent": (
        ("hook agent --agent claude < event.json", "as the assistant calls it"),
        ("hook agent < event.json", "the assistant is recognized by the event"),
    ),
    "hook pre-merge-commit": (("hook pre-merge-commit", "as git calls it"),),
    "hook pre-push": (("hook pre-push origin", "as git calls it, with the refs on stdin"),),
    "hook pre-receive": (("hook pre-receive", "on a server, with the refs on stdin"),),
    "hook commit-msg": (("hook commit-msg .git/COMMIT_EDITMSG", "as git calls it"),),
    "report": (
        ("report leak.json -f html -o leak.html", "a page to hand on"),
        ("report leak.json --report csv=leak.csv", "text on stdout, and a table"),
    ),
    "verify": (
        ("verify leak.json", "scan and verify again, and show the changes"),
        ("verify --wait 10m leak.json", "until all keys are revoked"),
        ("verify < old-key.txt", "a key on standard input"),
    ),
    "wipe": (
        ("wipe agents:", "a diff of what assistants keep"),
        ("wipe --write agents:claude", "mask the keys in the files of Claude Code"),
    ),
    "fix": (
        ("fix", "a diff for all files of the current directory"),
        ("fix --write src/app.py", "change one file"),
        ("fix --plan", "what to do about each key, by whether it was pushed"),
    ),
    "ignore": (
        ('ignore add 3fa9c1 --reason "revoked on 2026-01-31"', "accept one key"),
        ("ignore list", "what each entry hides"),
    ),
    "ignore add": (
        ('ignore add 3fa9c1 --reason "revoked on 2026-01-31"', "one key"),
        ('ignore add --all --reason "old" --until 2099-01-31', "all current findings"),
        ('ignore add --from found.json --reason "old"', "those of an audit"),
    ),
    "ignore import": (
        ('ignore import .gitleaksignore --reason "accepted in 2025"', "of gitleaks"),
    ),
    "ignore list": (("ignore list", "entries, places, and expired or unused entries"),),
    "ignore remove": (("ignore remove 3fa9c1", "the first digits are enough"),),
    "ignore prune": (("ignore prune", "scans files and history again"),),
    "ignore explain": (("ignore explain 3fa9c1", "the first digits are enough"),),
    "rules": (
        ("rules show wastack-api-key", "what it finds, and what to do"),
        ("rules test --rules tools/rules", "your own rules too"),
    ),
    "rules list": (("rules list --rules tools/rules", "your own rules too"),),
    "rules show": (("rules show wastack-api-key", "what it finds, and what to do"),),
    "rules new": (("rules new acme-token --rules tools/rules", "tools/rules/acme-token.toml"),),
    "rules export": (
        ("rules export gitleaks > .gitleaks.toml", "in addition to the rules of gitleaks"),
        ("rules export github", "a payload for the API of custom patterns"),
    ),
    "rules test": (("rules test --rules tools/rules", "your own rules too"),),
    "config": (
        ("config show", "what a scan here would use"),
        ("config init", "start with a commented file"),
    ),
    "config show": (
        ("config show --fail-on high", "with the options of a scan"),
        ("config show --format json", "for programs"),
    ),
    "config init": (("config init", "asks nothing, and never overwrites"),),
    "config schema": (
        ("config schema rule", "of a file in --rules DIR"),
        ("config schema report", "of a report with --format json"),
    ),
    "doctor": (("doctor", "exits with 1 if something is wrong"),),
    "completion": (
        ("completion bash", "load it with: source <(wakeyscan completion bash)"),
        ("completion zsh", "load it with: source <(wakeyscan completion zsh)"),
        ("completion fish", "load it with: wakeyscan completion fish | source"),
    ),
    "action": (("action --mode tree", "in a job of GitHub Actions"),),
}
"""Command lines without `wakeyscan`, each with a comment, by command or by command and action."""


FIRST_STEPS = (
    ("scan", "the files of the current directory"),
    ("audit", "the whole history, with a timeline of each key"),
    ("hook install pre-commit", "block commits that add a key"),
    ("scan --help", "the options of a command, with examples"),
)
"""Command lines without `wakeyscan`, each with a comment, for the help of wakeyscan itself."""

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

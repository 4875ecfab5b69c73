"""Examples of the commands, for help and manual pages."""

from __future__ import annotations

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
        ("fleet repositories.txt --resume", "a file of clone URLs; continue an earlier run"),
        ("fleet github:my-org --skip archived", "all repositories of an organization"),
        ("fleet repositories.txt --shard 2/8", "in the second of eight jobs"),
        ("fleet ~/src --resume --verify", "ask WAStack about each key once"),
        ("fleet ~/src --scheduler tcp://127.0.0.1:8786", "on a cluster of Dask"),
        ("fleet merge shard-1 shard-2 -o all", "the results of two shards"),
    ),
    "fleet merge": (
        ("fleet merge", "of shards that share the folder wakeyscan-fleet"),
        ("fleet merge shard-1 shard-2 -o all", "of shards in separate folders"),
    ),
    "hook": (
        ("hook install pre-commit pre-push", "let git run wakeyscan"),
        ("hook pre-commit", "scan what git is about to commit"),
        ("hook agent --agent claude", "scan an event of Claude Code"),
    ),
    "hook install": (
        ("hook install pre-commit commit-msg pre-push", "in this repository"),
        ("hook install agent claude", "for Claude Code, in all projects"),
        ("hook install agent --scope project cursor", "for all Cursor users of this project"),
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
        ("fix --plan", "what to do about each key"),
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
        ("rules export github", "the body of a request to GitHub's API"),
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
    "config init": (("config init", "an existing file is never overwritten"),),
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

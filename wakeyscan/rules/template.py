"""A commented rule to start with, for `wakeyscan rules new`."""

from __future__ import annotations

import os
from collections.abc import Iterable

from wakeyscan.core import files
from wakeyscan.core.errors import ReportError, UsageError
from wakeyscan.rules import loader, validation

_TEXT = """\
# A rule finds one kind of secret. The name of the file is its id.
# This one works as it is: change it step by step, and run the command in the last line.

title = "Hardcoded {name}"

# note, low, medium, high or critical.
severity = "high"

# Literals (keywords) of at least 4 characters. Each match must contain one of them: files without
# any are skipped, so choose what is always there and is rare elsewhere.
anchors = ["{prefix}"]

# A regular expression with a group (?P<secret>...) around the secret. Bound every repetition.
pattern = '''(?<![A-Za-z0-9_])(?P<secret>{prefix}[A-Za-z0-9]{{24}})(?![A-Za-z0-9_])'''

# Markdown: what it is, why it matters, what to do.
help = '''
A {name} is hardcoded. Anyone who reads the code can use it.

**What to do**

1. Create a new one, and revoke this one.
2. Read the new one from the environment.
'''

# At least three texts that must be found. <random:24> stands for 24 letters and digits.
hits = [
  'token = "{prefix}<random:24>"',
  'TOKEN={prefix}<random:24>',
  'curl -H "X-Token: {prefix}<random:24>" https://example.com',
]

# At least three texts that must not be found.
misses = [
  'token = "{prefix}"',
  'token = os.environ["TOKEN"]  # {prefix}...',
  'x{prefix}<random:24>',
]

# Test it: wakeyscan rules test --rules {folder}
"""


def _make_folder(folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except FileExistsError:
        raise UsageError(f"{folder}: is not a folder; name another one with --rules") from None


def write_rule(rule_id: str, folder: str, trees: Iterable[str]) -> str:
    """Write a new rule, and return its path; raise `UsageError` or `ReportError`.

    Links inside `trees` that lead out of them are refused.
    """
    file = os.path.join(folder, f"{rule_id}.toml")
    if "/" in rule_id or next(validation.find_faults(file, {}), "").startswith("invalid rule id"):
        raise UsageError(f"{rule_id!r}: invalid rule id; write it with a-z, 0-9 and - only")
    if rule_id in {rule.id for rule in loader.load_rules()}:
        raise UsageError(f"{rule_id}: a built-in rule has this id; choose another one")
    prefix = f"{rule_id.replace('-', '_')}_key_"
    name = rule_id.replace("-", " ")
    try:
        files.check_links(file, trees)
        _make_folder(folder or ".")
        with open(file, "x", encoding="utf-8") as stream:
            stream.write(_TEXT.format(name=name, prefix=prefix, folder=folder or "."))
    except FileExistsError:
        raise UsageError(f"{file}: already exists; choose another id, or edit that file") from None
    except OSError as error:
        raise ReportError(f"{file}: cannot be written: {error.strerror}") from None
    return file

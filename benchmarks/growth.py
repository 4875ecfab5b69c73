"""Scan texts that are as bad as we know, in two sizes: the cost must grow with the size only.

A file of 4n bytes may cost four times one of n bytes. A factor near 16 shows a quadratic step.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import string
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from random import Random

PREFIX = "wa_" + "live_"
SAMPLE = "your_api_key_here_now"
ALPHABET = string.ascii_letters + string.digits
RANDOM = Random(20_240_607)

Unit = Callable[[int], str]
"""Returns the part of a text with a number."""


def body(number: int) -> str:
    """Return the body of a key that no other number has."""
    return hashlib.sha256(str(number).encode()).hexdigest()[:32]


def key(number: int) -> str:
    """Return a key that no other number has."""
    return PREFIX + body(number)


def identifier(number: int) -> str:
    """Return base64 of random bytes, as services use it for identifiers."""
    return "".join(RANDOM.choices(ALPHABET, k=RANDOM.randint(20, 40)))


UNITS: dict[str, tuple[str, Unit]] = {
    # Keys, and what looks like keys
    "keys": ("a.txt", lambda n: key(n) + "\n"),
    "keys in a log": ("a.log", lambda n: f"2026-01-01T00:00:{n % 60:02} INFO auth {key(n)}\n"),
    "one key in a log": ("a.log", lambda n: f"2026-01-01T00:00:{n % 60:02} INFO {key(0)}\n"),
    "keys in CSV": ("a.csv", lambda n: f'"{n}","{key(n)}","x"\n'),
    "keys in JSON": ("a.json", lambda n: f'{{"id": {n}, "key": "{key(n)}"}}\n'),
    "keys in YAML": ("a.yaml", lambda n: f"- id: {n}\n  key: {key(n)}\n"),
    "keys in JavaScript": ("a.js", lambda n: f'send("{key(n)}", document.cookie);\n'),
    "keys in Python": ("a.py", lambda n: f'K{n} = "{key(n)}"  # {n}\n'),
    "keys in pieces": ("a.py", lambda n: f'K{n} = "{PREFIX}" + "{body(n)}"\n'),
    "names of prefixes": ("a.py", lambda n: f'K{n} = "{PREFIX}"\n'),
    "ignored keys": ("a.py", lambda n: f'K{n} = "{key(n)}"  # wakeyscan:ignore -- {n}\n'),
    "keys near comments": (
        "a.py",
        lambda n: f'  k({n}, "{key(n)}") \\\n' + "# wakeyscan:ignore\n" * (n % 50 == 0),
    ),
    "placeholders": ("a.md", lambda n: f"{PREFIX}{SAMPLE} "),
    "headers": ("a.sh", lambda n: f'curl -H "Authorization: Bearer {body(n)}x" https://a/{n}\n'),
    # Keys in pieces
    "cells of a notebook": (
        "a.ipynb",
        lambda n: f' "k = (\\"{PREFIX}\\"\\n",\n "  \\"{body(n)}\\")\\n",\n',
    ),
    "JSON on one line": ("a.json", lambda n: f'k{n} = \\"{PREFIX}\\" +\\n \\"{body(n)}\\"\\n'),
    "JSON in JSON": ("a.json", lambda n: f'"k = \\\\\\"wa_\\\\\\" \\\\n \\\\\\"live_{n}\\\\\\""\n'),
    "patch": ("a.patch", lambda n: f'@@ -1 +1 @@\n+k = "{PREFIX}" +\n- x{n}\n+ "{body(n)}"\n'),
    "patch of many files": (
        "a.patch",
        lambda n: f'+++ b/{n}.py\n@@ -1 +1 @@\n+k = "{PREFIX}" +\n+ "{body(n)}"\n',
    ),
    "prefix in pieces": ("a.txt", lambda n: '"wa"+"_li"+"ve_"+'),
    "concat": ("a.js", lambda n: '.concat("wa_").concat("live_")'),
    "strcat": ("a.c", lambda n: 'strcat(b,"wa_");strcat(b,"live_");\n'),
    "one name": ("Makefile", lambda n: f"A := {PREFIX}\nB := $(A)x\n"),
    "one name, many uses": ("a.py", lambda n: f'{f"P = {PREFIX!r}" * (not n)}\nk = P + "x"\n'),
    "many names": ("a.py", lambda n: f'P{n} = "{PREFIX}"\nk = P{n} + b + "x"\nb = "y1"\n'),
    "names of sums": ("a.py", lambda n: f'P{n} = "{PREFIX}"\nk{n} = P{n} + "abc"\n'),
    "many names with dollars": ("a.js", lambda n: f'a${n} = "{PREFIX}"; k = a${n} + b$\n'),
    "many values": ("a.sh", lambda n: f"P={PREFIX}\nB=x{n}\nK=$P$B$B\n"),
    "members": ("a.js", lambda n: f"C = {{a: '{PREFIX}', b: 'x1'}}; k = `${{C.a}}${{C.b}}`;\n"),
    "sums": ("a.py", lambda n: f'P = "{PREFIX}"\nk = P + ' + "a + " * 99 + "b\n"),
    "lists": ("a.py", lambda n: f'kinds = ["{PREFIX}", "abc"]\ncall(kinds)\n'),
    "lists of names": ("a.js", lambda n: f"a = '{PREFIX}'; [a, b, c].join('');\n"),
    "SQL": ("a.sql", lambda n: f"SELECT '{PREFIX}' || 'abc{n}';\n"),
    "alternatives": ("a.js", lambda n: f"k = '{PREFIX}' || 'abc{n}';\n"),
    "formats": ("a.py", lambda n: f'k = "%s%s" % ("{PREFIX}", "abc")\n'),
    "printf": ("a.sh", lambda n: f"printf '%s%s' '{PREFIX}' 'abc'\n"),
    "adjacent": ("a.c", lambda n: '"wa" "_live_" "x"\n'),
    "words": ("a.txt", lambda n: f"{PREFIX} begins a key, "),
    "words, joined": ("a.rb", lambda n: f"%w[{PREFIX} abc].join\n"),
    "prefix alone": ("a.txt", lambda n: PREFIX),
    "quotes": ("a.txt", lambda n: f'"{PREFIX}"'),
    # Encodings
    "hexadecimal": ("a.txt", lambda n: " ".join(f"{ord(c):02x}" for c in PREFIX) + " "),
    "hexadecimal keys": ("a.txt", lambda n: " ".join(f"{ord(c):02x}" for c in key(n)) + "\n"),
    "digits": ("a.txt", lambda n: PREFIX.encode().hex()),
    "arrays": ("a.js", lambda n: ", ".join(f"0x{ord(c):02x}" for c in PREFIX) + ", "),
    "character codes": ("a.js", lambda n: ", ".join(str(ord(c)) for c in PREFIX) + ", "),
    "percent": ("a.txt", lambda n: "".join(f"%{ord(c):02x}" for c in PREFIX)),
    "base64": ("a.txt", lambda n: b64encode(PREFIX.encode()).decode()),
    "base64 lines": ("a.txt", lambda n: b64encode(PREFIX.encode()).decode()[: 8 + n % 4] + "\n"),
    "base64 keys": ("a.txt", lambda n: b64encode(key(n).encode()).decode() + "\n"),
    "octal": ("a.txt", lambda n: rf"\{ord('w'):03o}" + PREFIX[1:]),
    "quoted-printable": ("a.eml", lambda n: PREFIX.replace("_", "=5F")),
    "references": ("a.html", lambda n: "".join(f"&#{ord(c)};" for c in PREFIX)),
    # Gaps
    "folds": ("a.ldif", lambda n: f"{PREFIX[:3]}\n {PREFIX[3:]}"),
    "quoted mail": ("a.eml", lambda n: f"> {PREFIX[:3]}\n> {PREFIX[3:]}"),
    "soft hyphens": ("a.html", lambda n: f"{PREFIX[:3]}&shy;{PREFIX[3:]}"),
    "Markdown": ("a.md", lambda n: PREFIX.replace("_", "\\_")),
    "colors": ("a.log", lambda n: f"\x1b[1m{PREFIX[:3]}\x1b[0m{PREFIX[3:]}"),
    # Base64 that is no key
    "base64 identifiers": ("a.json", lambda n: f'{{"id": "{identifier(n)}", "n": [{n}]}}\n'),
}


def measure(command: list[str], text: str, name: str) -> tuple[float, int]:
    """Return the CPU seconds of a scan of a text, and its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, name).write_text(text, "utf-8")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        ran = subprocess.run(
            [*command, "scan", "."], cwd=folder, stdout=subprocess.DEVNULL, check=False
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, ran.returncode


def build(unit: Unit, size: int) -> str:
    """Return a text of about `size` characters."""
    parts, length = list[str](), 0
    while length < size:
        parts.append(unit(len(parts)))
        length += len(parts[-1])
    return "".join(parts)


def main() -> None:
    """Print the cost of each text."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pattern", nargs="?", default="", help="only texts whose name contains it")
    parser.add_argument("--size", type=int, default=1 << 20, help="of the larger text, in bytes")
    parser.add_argument(
        "--wakeyscan", default=os.path.join(os.path.dirname(sys.executable), "wakeyscan")
    )
    options = parser.parse_args()
    command = options.wakeyscan.split()
    start, _ = measure(command, "", "a.txt")
    print(f"{'':26} {options.size // 4:>9} {options.size:>9} bytes  factor   (start {start:.2f} s)")
    for name, (file, unit) in UNITS.items():
        if options.pattern in name:
            small, _ = measure(command, build(unit, options.size // 4), file)
            large, code = measure(command, build(unit, options.size), file)
            factor = (large - start) / max(small - start, 0.01)
            print(f"{name:26} {small:8.2f}s {large:8.2f}s {'':5} {factor:7.1f}   exit {code}")


if __name__ == "__main__":
    main()

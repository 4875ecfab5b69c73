"""Layers: what a program puts around a text, or before each of its lines."""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Callable, Mapping

Layer = Callable[[str], str]


def _split(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n")


def _prefix(prefix: str) -> Layer:
    return lambda text: "".join(f"{prefix}{line}\n" for line in _split(text))


def _number(form: str) -> Layer:
    return lambda text: "".join(
        f"{form.format(number)}{line}\n" for number, line in enumerate(_split(text), 1)
    )


def _write_cell(text: str) -> str:
    file = io.StringIO()
    csv.writer(file).writerow([1, text, "x"])
    return f"id,text,n\n{file.getvalue()}"


def _write_docker_log(text: str) -> str:
    entries = ({"log": f"{line}\n", "stream": "stdout", "time": "t"} for line in _split(text))
    return "".join(f"{json.dumps(entry)}\n" for entry in entries)


def _combine(outer: str, inner: str) -> Layer:
    return lambda text: SINGLE[outer](SINGLE[inner](text))


SINGLE: Mapping[str, Layer] = {
    # A literal
    "json": lambda text: json.dumps({"id": 1, "text": text, "n": 2}),
    "json, not ASCII only": lambda text: json.dumps({"text": text}, ensure_ascii=False),
    "json in json": lambda text: json.dumps({"a": json.dumps({"text": text})}),
    "json lines": lambda text: f"{json.dumps({'content': [{'text': text}]})}\n{{}}\n",
    "docker": _write_docker_log,
    "script": lambda text: f"const t = {json.dumps(text)};\n",
    "python": lambda text: f"x = {text!r}\n",
    "docstring": lambda text: f'x = """{text}"""\n',
    "template": lambda text: "const t = `" + text.replace("`", "\\`") + "`;\n",
    "csv": _write_cell,
    # Markup
    "pre": lambda text: f"<pre>{html.escape(text)}</pre>\n",
    "pre, lines before": lambda text: "<pre>" + "a line\n" * 200 + f"{html.escape(text)}\n</pre>",
    "textarea": lambda text: f"<textarea rows='4'>{html.escape(text)}</textarea>\n",
    "xml": lambda text: f"<a><log>{html.escape(text, quote=False)}</log></a>\n",
    "cdata": lambda text: f"<log><![CDATA[{text}]]></log>\n",
    # Lines
    "byte-order mark": lambda text: f"\ufeff{text}",
    "time": _prefix("2026-01-01T00:00:00.0000000Z "),
    "job": _prefix("build\tRun tests\t2026-01-02T10:00:00.1234567Z "),
    "syslog": _prefix("Jan  2 10:00:00 host app[12]: "),
    "service": _prefix("web-1  | "),
    "numbers": _number("{:6}\t"),
    "numbers, bar": _number("{:4} | "),
    "grep": _number("src/a.txt:{}:"),
    "quote": _prefix("> "),
    "comment": _prefix("# "),
    "added": lambda text: "diff --git a/x b/x\n@@ -0,0 +1,9 @@\n" + _prefix("+")(text),
    "context": lambda text: "@@ -1,9 +1,9 @@\n" + _prefix(" ")(text) + "-x\n+y\n",
    "fence": lambda text: f"Log:\n\n```\n{text}\n```\n",
    "indent": lambda text: f"Log:\n\n{_prefix('    ')(text)}\nend\n",
    "block scalar": lambda text: f"text: |\n{_prefix('  ')(text)}other: x\n",
}

LAYERS: Mapping[str, Layer] = {
    **SINGLE,
    **{
        f"{outer}, {inner}": _combine(outer, inner)
        for outer, inner in (
            ("json", "time"),
            ("json", "pre"),
            ("json", "quote"),
            ("json", "docker"),
            ("csv", "time"),
            ("pre", "json"),
            ("pre", "time"),
            ("time", "numbers"),
            ("time", "service"),
            ("time", "json"),
            ("numbers", "pre"),
            ("added", "block scalar"),
        )
    },
}
"""Each layer, and some in another."""

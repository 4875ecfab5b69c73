"""The format `template`: what it gets, what it may do, and messages about its faults."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import Ran, Run
from tests.support.files import write
from tests.support.keys import MakeKey, mask
from wakeyscan.core.errors import ReportError
from wakeyscan.reports import template as templates
from wakeyscan.reports.report import ReportStyle
from wakeyscan.scanner.result import RunResult
from wakeyscan.scanner.scan_result import Coverage

LIST = (
    "{{ verdict }}\n"
    "{% for finding in findings if finding.standing == 'reported' %}\n"
    "{{ finding.path }}:{{ finding.line }}: {{ finding.secret }}\n"
    "{% endfor %}\n"
    "{{ summary.keys }} of {{ coverage.documents }}\n"
)


def test_a_template_gets_the_fields_of_the_json_report(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    key, ignored = make_key(), make_key()
    write(tmp_path, {"a.py": f"'{key}'\n'{ignored}' # wakeyscan:ignore -- x\n", "list.j2": LIST})
    ran = run("scan", "a.py", "-f", "template", "--template", "list.j2", "--report=json=r.json")
    text = f"1 key in 1 place: 1 high.\na.py:1: {mask(key)}\n1 of 1\n"
    assert ran == Ran(1, text, "")
    saved = run("report", "r.json", "--template=list.j2", "--report=template=saved", "-f", "csv")
    assert saved.code == 0
    assert (tmp_path / "saved").read_text() == text
    variable = {"WAKEYSCAN_TEMPLATE": "list.j2"}
    assert run("report", "r.json", "-f", "template", env=variable).out == text
    whole = {"whole.json.j2": "{{ {'findings': findings, 'scope': scope} | tojson }}"}
    write(tmp_path, whole)
    parsed = json.loads(run("report", "r.json", "-f", "template", "--template=whole.json.j2").out)
    report = json.loads((tmp_path / "r.json").read_text())
    assert parsed == {"findings": report["findings"], "scope": report["scope"]}


def test_hostile_names_are_escaped(run: Run, make_key: MakeKey, tmp_path: Path) -> None:
    names = ("\x1b[31ma", "::error::b", "<script>c", "d\n::set-output::", "##[group]e")
    write(tmp_path, {name: make_key() for name in names})
    lines = "{% for f in findings %}\n{{ f.path }}\n{% endfor %}\n"
    write(tmp_path, {"t/text.j2": lines, "t/page.HTML.j2": lines})
    text = run("scan", ".", "-f", "template", "--template=t/text.j2").out
    assert sorted(text.splitlines()) == sorted(
        [r"\x1b[31ma", r"\x3a:error::b", "<script>c", r"d\n::set-output::", r"\x23#[group]e"]
    )
    page = run("scan", ".", "-f", "template", "--template=t/page.HTML.j2").out
    assert "&lt;script&gt;c" in page
    assert "<" not in page


def write_report(file: Path | str) -> str:
    """Return the text of a template for a run without findings."""
    out = io.StringIO()
    result = RunResult("scan", (".",), (), (), (), Coverage(1, 2, 3))
    templates.write(result, out, ReportStyle(template=str(file)))
    return out.getvalue()


HARMLESS = {
    "nothing": ("", ""),
    "control characters": ("\x1b[2J\x07{{ '\x9b\\r' }}\t\r\n", "\\x1b[2J\\x07\\x9b\\r\t\n"),
    "a name of a method": ("{{ summary.keys }} {{ summary.items() | length }}", "0 6"),
    "an empty value": ("{{ scope.since }}", "None"),
    "a key": ("wa_live_" + "{{ 'a1' * 16 }}", "wa_live_…"),
    "UTF-16": ("\ufeffé", "é"),
}


@pytest.mark.parametrize(("text", "expected"), HARMLESS.values(), ids=HARMLESS)
def test_the_output_of_a_template_is_sanitized(tmp_path: Path, text: str, expected: str) -> None:
    file = tmp_path / "a.j2"
    file.write_bytes(text.encode("utf-16-le" if text.startswith("\ufeff") else "utf-8"))
    assert write_report(file) == expected


UNSAFE = "is unsafe; use only the fields of the report: wakeyscan config schema report"
FAULTS = {
    "syntax": ("a\n{% for x in y", ":2: unexpected end of template"),
    "tag": ("{% endfor %}", ":1: Encountered unknown tag 'endfor'"),
    "filter": ("\n\n{{ verdict | nothing }}", ":3: No filter named 'nothing'; correct"),
    "field": ("\n{{ summary.key }}", ":2: 'dict object' has no attribute 'key'; wakeyscan config"),
    "name": ("{{ nothing }}", ":1: 'nothing' is undefined; wakeyscan config schema report"),
    "sum": ("{{ verdict + 1 }}", ":1: can only concatenate str"),
    "division": ("{{ 1 / 0 }}", ":1: division by zero; correct the template"),
    "include": ("{% include '/etc/passwd' %}", ":1: a template is one file, and reads no other"),
    "import": ("{% import 'os' as os %}", ":1: a template is one file"),
    "extends": ("{% extends '../base' %}", ":1: a template is one file"),
    "class": ("{{ ''.__class__.__mro__ }}", UNSAFE),
    "item": ("{{ ''['__class__'] }}", UNSAFE),
    "attr": ("{{ ''|attr('__class__') }}", UNSAFE),
    "globals": ("{{ cycler.__init__.__globals__.os.popen('id').read() }}", UNSAFE),
    "self": ("{{ self.__init__.__globals__ }}", UNSAFE),
    "format": ("{{ '{0.__class__}'.format(1) }}", UNSAFE),
    "format map": ("{{ '{a.__class__}'.format_map({'a': 1}) }}", UNSAFE),
    "indirect format": ("{{ ['{0.__class__}']|map('format', 1)|list }}", "a.j2:1: "),
    "macro": ("{% macro m() %}{% endmacro %}{{ m.__call__.__globals__ }}", UNSAFE),
    "change": ("{{ findings.append(1) }}", UNSAFE),
    "range": ("{% for i in range(10**9) %}{% endfor %}", ":1: Range too big"),
    "memory": ("{{ 'a' * 10**10 }}", "a.j2: needs more than 1024 MiB of memory"),
    "padding": ("{{ '%9999999999d' % 1 }}", "a.j2: needs more than 1024 MiB of memory"),
    "size": ("{% for i in range(99999) %}{{ 'a' * 9999 }}{% endfor %}", ": writes over 256 MiB"),
    "depth": ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "a.j2"),
    "not UTF-8": ("\udcff", ": byte 1 is not UTF-8; save the template as UTF-8"),
}


@pytest.mark.parametrize(("text", "expected"), FAULTS.values(), ids=FAULTS)
def test_an_error_in_a_template_is_one_line(tmp_path: Path, text: str, expected: str) -> None:
    file = tmp_path / "a.j2"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ReportError) as caught:
        write_report(file)
    message = str(caught.value)
    assert message.startswith(str(file))
    assert expected in message
    assert "\n" not in message


def test_the_time_of_a_template_is_limited() -> None:
    loops = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
    request = json.dumps({"file": "a.j2", "text": loops, "verdict": ""}) + '\n{"targets": []}'
    command = [sys.executable, "-m", "wakeyscan.reports.template_process", "1"]
    ran = subprocess.run(command, input=request.encode(), capture_output=True)
    assert ran.returncode < 0
    assert ran.stdout == b""


MISUSES = {
    "no template": (["-f", "template"], "the format template needs a template; name it with"),
    "no report": (["--template=t.j2"], "--template: no report uses it; add --format template"),
    "empty": (["-f", "template", "--template="], "--template: the value is empty"),
    "missing": (["-f", "template", "--template=x"], "x: the template cannot be read: No such"),
    "folder": (["-f", "template", "--template=."], ".: the template cannot be read: Is a dir"),
    "device": (["-f", "template", "--template=/dev/zero"], "/dev/zero: the template cannot"),
    "syntax": (["--report=template=out", "--template=t.j2"], "t.j2:1: Encountered unknown tag"),
}


@pytest.mark.parametrize(("options", "expected"), MISUSES.values(), ids=MISUSES)
def test_errors_in_a_template_are_reported_before_the_scan(
    run: Run, make_key: MakeKey, tmp_path: Path, options: list[str], expected: str
) -> None:
    write(tmp_path, {"a": make_key(), "t.j2": "{% nonsense %}"})
    ran = run("scan", "a", *options)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"wakeyscan: {expected}")


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
@pytest.mark.parametrize("link", ["t.j2", "folder/private"])
def test_a_template_that_links_outside_the_repository_is_refused(
    run: Run, tmp_path: Path, link: str
) -> None:
    write(tmp_path, {"outside/private": "password", "repo/.git/HEAD": "", "repo/in.j2": "inside"})
    repo = tmp_path / "repo"
    (repo / "t.j2").symlink_to("../outside/private")
    (repo / "folder").symlink_to("../outside")
    (repo / "good.j2").symlink_to("in.j2")
    write(repo, {"a": "nothing"})
    ran = run("scan", "a", "-f", "template", f"--template={link}", cwd=repo)
    assert (ran.code, ran.out) == (2, "")
    assert "is a link to a file outside of the repository; name that file itself" in ran.err
    for own in ("good.j2", "../repo/in.j2"):
        assert run("scan", "a", "-f", "template", f"--template={own}", cwd=repo).out == "inside"


@pytest.mark.parametrize("output", ["", "x"], ids=["silent", "writing"])
def test_a_template_that_gets_little_processor_time_is_ended(
    output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templates, "_MAX_WAIT", 1)
    loops = "{% for a in range(9999) %}" * 2 + output + "{% endfor %}" * 2
    write(tmp_path, {"t.j2": loops})
    result = RunResult("scan", (".",), (), (), (), Coverage())
    with pytest.raises(ReportError, match="takes over 1 s; make the template simpler"):
        templates.write(result, io.StringIO(), ReportStyle(template=str(tmp_path / "t.j2")))

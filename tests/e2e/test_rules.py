"""Rules prove themselves, broken ones are refused, and `wakeyscan rules` says what there is."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from tests.support.command import Ran, Run
from tests.support.files import write
from tests.support.keys import PREFIX, MakeKey
from wakeyscan.cli.commands.rules import (
    fill_example,
    find_failed_examples,
    find_failed_in_shape,
)
from wakeyscan.core.errors import RuleError
from wakeyscan.core.secret import Secret
from wakeyscan.rules import loader, pattern_checks, rule
from wakeyscan.rules.pattern import compile_rule
from wakeyscan.rules.rule import Rule, Shape
from wakeyscan.scanner.matcher import Match
from wakeyscan.scanner.placeholders import find_placeholder_reason

RULES = {one.id: one for one in loader.load_rules()}
EXAMPLES = {
    f"{one.id}-{kind}-{number}": (one, kind, example)
    for one in RULES.values()
    for kind in ("hits", "misses")
    for number, example in enumerate(getattr(one, kind))
}
SHAPES = {f"{one.id}-{shape.name}": (one, shape) for one in RULES.values() for shape in one.shapes}

GOOD = """\
title = "Example token"
severity = "low"
anchors = ["exmpl_"]
pattern = '''(?P<secret>exmpl_[a-z0-9]{6})'''
help = '''
Throw it away.

Then make another.
'''
hits = ["exmpl_q7w3z9", "x exmpl_k2m8x1", "exmpl_p4v6t0 x"]
misses = ["exmpl_", "abc123", "exmpl_ABC"]
"""


@pytest.mark.parametrize(("one", "kind", "example"), EXAMPLES.values(), ids=EXAMPLES)
def test_an_example_matches_as_its_rule_declares(one: Rule, kind: str, example: str) -> None:
    alone = one._replace(
        hits=(example,) if kind == "hits" else (), misses=(example,) if kind == "misses" else ()
    )
    assert list(find_failed_examples(alone, RULES.values())) == []


@pytest.mark.parametrize("one", RULES.values(), ids=RULES)
def test_a_rule_with_swapped_examples_fails(one: Rule) -> None:
    swapped = one._replace(hits=one.misses, misses=one.hits)
    wrong = [f"{one.id}: {explain(one, example)}: {example}" for example in one.misses]
    wrong += [f"{one.id}: found: {example}" for example in one.hits]
    assert list(find_failed_examples(swapped, RULES.values())) == wrong


@pytest.mark.parametrize(("one", "shape"), SHAPES.values(), ids=SHAPES)
def test_a_shape_alone_finds_its_examples(one: Rule, shape: Shape) -> None:
    assert list(find_failed_in_shape(shape, one, RULES.values())) == []


@pytest.mark.parametrize(("one", "shape"), SHAPES.values(), ids=SHAPES)
def test_a_shape_with_swapped_examples_fails(one: Rule, shape: Shape) -> None:
    swapped = shape._replace(hits=shape.misses, misses=shape.hits)
    failed = list(find_failed_in_shape(swapped, one, RULES.values()))
    assert len(failed) == len(shape.hits) + len(shape.misses)


def explain(one: Rule, example: str) -> str:
    """Return why an example is not reported: it does not match, or its secret is typed."""
    match = compile_rule(one).search(example.encode())
    if not match:
        return "not found"
    found = Match(one, Secret(match["secret"], one.id), 0, 0, match.groupdict().get("kind") or b"")
    reason = find_placeholder_reason(found)
    verb = "" if reason.startswith("contains") else "is "
    return f"matched, but judged a placeholder because it {verb}{reason}"


def test_the_rules_are_those_of_the_contract_sorted_by_severity() -> None:
    assert [*RULES] == ["wastack-api-key", "authorization-header", "wastack-app-key"]


def test_a_file_is_named_after_its_rule() -> None:
    files = sorted(Path(loader.find_builtin_folder()).glob("*.toml"))
    read = {file.stem: loader.read_rule(str(file))._replace(at_anchor=True) for file in files}
    assert read == RULES


def test_an_example_is_filled_the_same_each_time() -> None:
    once, again = fill_example("a<random:20> b<random:8>"), fill_example("a<random:20> b<random:8>")
    assert (once, len(once), once.isascii()) == (again, 31, True)


@pytest.mark.parametrize("one", RULES.values(), ids=RULES)
def test_matching_time_grows_linearly_with_the_input(one: Rule) -> None:
    pattern = compile_rule(one)

    def seconds(junk: bytes) -> float:
        start = time.process_time()
        for _ in pattern.finditer(junk, timeout=rule.TIMEOUT_SECONDS):
            pass
        return time.process_time() - start

    def growth(junk: bytes) -> float:
        whole = seconds(junk)
        # Below a millisecond the clock, and not the pattern, is what is measured.
        return whole / max(seconds(junk[: len(junk) // 2]), 0.0002) if whole >= 0.001 else 1

    for junk in pattern_checks.build_junk(anchor.decode() for anchor in one.anchors):
        # Other processes may disturb a measurement, but not three in a row.
        assert any(growth(junk) <= 5 for _ in range(3)), junk[:20]


def mine(tmp_path: Path, text: str | bytes, name: str = "mine.toml") -> str:
    write(tmp_path, {f"r/{name}": text})
    return "r"


def line(name: str, field: str) -> str:
    """Return GOOD with the line that sets `name` replaced by `field`."""
    return "".join(
        field + "\n" if part.startswith(name + " =") else part
        for part in GOOD.splitlines(keepends=True)
    )


def refused(what: str) -> Ran:
    program = "" if what.startswith("wakeyscan ") else "wakeyscan: "
    return Ran(2, "", f"{program}{what}\n")


FILE = "r/mine.toml: "
TOO_FEW = "expected at least 3 examples, got 1"
NO_GROUP = "'pattern': has no group (?P<secret>…); put one around the secret"
NO_STRING = "expected a non-empty string"
NO_LIST = "expected a non-empty list of strings"
FIELDS = "title, severity, help, anchors, pattern, shape, define, hits, misses, verifier, portable"
LEVELS = "note, low, medium, high, critical"

BROKEN = {
    "unknown-field": (
        'colour = "red"\n' + GOOD,
        FILE + f"unknown field 'colour' (known: {FIELDS})",
    ),
    "title-number": (line("title", "title = 3"), FILE + f"'title': {NO_STRING}"),
    "title-empty": (line("title", "title = ' '"), FILE + f"'title': {NO_STRING}"),
    "no-title": (line("title", ""), FILE + f"'title': {NO_STRING}"),
    "no-pattern": (line("pattern", ""), FILE + f"'pattern': {NO_STRING}"),
    "no-anchors": (
        line("anchors", ""),
        FILE + f"'anchors': {NO_LIST}",
    ),
    "anchors-empty": (
        line("anchors", "anchors = []"),
        FILE + f"'anchors': {NO_LIST}",
    ),
    "anchor-short": (
        line("anchors", 'anchors = ["abc"]'),
        FILE + "'anchors': expected ASCII of at least 4 characters, got 'abc'",
    ),
    "anchors-many": (
        line("anchors", f"anchors = {['abcd'] * 101}"),
        FILE + "'anchors': more than 100; use a common part of them, or several rules",
    ),
    "anchor-number": (
        line("anchors", "anchors = [1]"),
        FILE + f"'anchors': {NO_LIST}",
    ),
    "hits-text": (
        line("hits", 'hits = "a"'),
        FILE + f"'hits': {NO_LIST}",
    ),
    "hits-few": (line("hits", 'hits = ["a"]'), FILE + f"'hits': {TOO_FEW}"),
    "misses-few": (line("misses", 'misses = ["a"]'), FILE + f"'misses': {TOO_FEW}"),
    "severity": (
        line("severity", 'severity = "bad"'),
        FILE + f"'severity': expected one of {LEVELS}, got 'bad'",
    ),
    "verifier": (GOOD + "verifier = 3\n", FILE + "'verifier': expected a string"),
    "no-secret": (line("pattern", "pattern = 'exmpl_[a-z]+'"), FILE + NO_GROUP),
    "bad-toml": (
        "title\n" + GOOD,
        FILE + "invalid TOML: Expected '=' after a key in a key/value pair (at line 1, column 6)",
    ),
    "not-utf-8": (
        b"\xff",
        FILE + "invalid TOML: byte 1 is not UTF-8; save the file as UTF-8",
    ),
    "bad-pattern": (
        line("pattern", "pattern = '(?P<secret>exmpl_[a-z'"),
        FILE + "the pattern is invalid: unterminated character set at position 21",
    ),
    "too-nested": (
        line("pattern", "pattern = '(?P<secret>" + "(" * 5000 + "exmpl_" + ")" * 5000 + ")'"),
        FILE + "the pattern is invalid: its groups are nested too deeply",
    ),
    "matches-empty": (
        line("pattern", "pattern = '(?P<secret>(?:exmpl_)?)'"),
        FILE + "the pattern matches empty text; require at least one character",
    ),
    "runs-away": (
        line("pattern", "pattern = '(?P<secret>(?:a|aa)+$)'"),
        FILE + "the pattern takes over 2 s on 1030 bytes of junk; bound its repetitions",
    ),
}


SHAPED = """\
title = "Example token"
severity = "low"
anchors = ["exmpl_"]
help = "Throw it away."

[define]
digit = '[0-9]'
body = '''(?x)
  [a-z] (?&digit) [a-z0-9]{4}  # six characters
'''

[[shape]]
name = "assignment"
pattern = '''(?x)
exmpl_ \\w{0,8} = (?P<secret> (?&body) )
'''
hits = ["exmpl_a=q7w3z9", "exmpl_b=k2m8x1"]
misses = ["exmpl_a=", "exmpl_=777777"]

[[shape]]
name = "sentence"
pattern = '(?i)exmpl_ is (?P<secret>(?&body))'
hits = ["EXMPL_ is p4v6t0"]
misses = ["exmpl_ was p4v6t0"]
"""


CALLS = "the pattern calls {}; add it to 'define', before the definitions that call it"


def shaped(old: str, new: str) -> str:
    """Return SHAPED with one text replaced."""
    assert SHAPED.count(old) == 1
    return SHAPED.replace(old, new)


IN_SHAPES = {
    "no-name": (shaped('name = "sentence"\n', ""), [f"shape 2: 'name': {NO_STRING}"]),
    "one-name": (
        shaped('"sentence"', '"assignment"'),
        ["shape assignment: defined twice; rename one"],
    ),
    "no-group": (shaped("(?P<secret> (?&body) )", "(?&body)"), [f"shape assignment: {NO_GROUP}"]),
    "no-misses": (
        shaped('misses = ["exmpl_a=", "exmpl_=777777"]\n', ""),
        [
            f"shape assignment: 'misses': {NO_LIST}",
            "'misses': expected at least 3 examples, got 1",
        ],
    ),
    "few": (
        shaped(', "exmpl_b=k2m8x1"', ""),
        ["'hits': expected at least 3 examples, got 2"],
    ),
    "unknown-field": (
        shaped('name = "sentence"', 'name = "sentence"\nhelp = "x"'),
        ["shape sentence: unknown field 'help' (known: name, pattern, hits, misses)"],
    ),
    "both": (
        shaped("[define]", "pattern = '(?P<secret>exmpl_[0-9]{6})'\n[define]"),
        ["'pattern': a rule has one pattern or shapes, not both; make it a shape"],
    ),
    "no-shapes": (
        "shape = []\n" + line("pattern", ""),
        ["'shape': expected a non-empty list of tables, [[shape]]"],
    ),
    "unknown-call": (
        shaped("(?&digit)", "(?&number)"),
        [f"shape {name}: {CALLS.format('number')}" for name in ("assignment", "sentence")],
    ),
    "called-before-it-is-defined": (
        shaped("digit = '[0-9]'", "digit = '(?&body)'"),
        [f"shape {name}: {CALLS.format('body')}" for name in ("assignment", "sentence")],
    ),
    "definition-number": (shaped("'[0-9]'", "3"), [f"'define': 'digit': {NO_STRING}"]),
    "definition-name": (
        shaped("digit = '[0-9]'", "digit = '[0-9]'\na-b = 'x'"),
        ["'define': expected a name of letters, digits and _, got 'a-b'"],
    ),
    "group-number": (
        shaped("(?P<secret>(?&body))'", "(?P<secret>(a|b)c)\\2'"),
        [
            "shape sentence: the pattern refers to a group by its number; name the group: "
            "(?P<x>…) and (?P=x)"
        ],
    ),
    "invalid": (
        shaped("(?P<secret>(?&body))'", "(?P<secret>[a-z)'"),
        ["shape sentence: the pattern is invalid: unterminated character set at position 31"],
    ),
    "empty": (
        shaped("(?i)exmpl_ is (?P<secret>(?&body))'", "(?P<secret>(?:(?&body))?)'"),
        ["shape sentence: the pattern matches empty text; require at least one character"],
    ),
    "all-at-once": (
        shaped('severity = "low"', 'severity = "bad"\nverifier = 3')
        .replace("(?P<secret>(?&body))'", "(?P<secret>[a-z)'")
        .replace("exmpl_ \\w{0,8} = (?P<secret> (?&body) )", "(?P<secret> (?&body) ){0,1}")
        .replace('"Example token"', "3"),
        [
            f"'title': {NO_STRING}",
            f"'severity': expected one of {LEVELS}, got 'bad'",
            "'verifier': expected a string",
            "shape assignment: the pattern matches empty text; require at least one character",
            "shape sentence: the pattern is invalid: unterminated character set at position 31",
        ],
    ),
}


@pytest.mark.parametrize(("text", "faults"), IN_SHAPES.values(), ids=IN_SHAPES)
def test_every_error_in_shapes_is_reported(text: str, faults: list[str]) -> None:
    with pytest.raises(RuleError) as raised:
        loader.load_rules((("mine.toml", text.encode()),))
    assert list(raised.value.faults) == [f"mine.toml: {fault}" for fault in faults]


def test_each_error_in_a_rule_is_one_line(run: Run, tmp_path: Path) -> None:
    text = line("title", "title = 3").replace('"low"', '"bad"')
    lines = [
        f"wakeyscan: {FILE}'title': {NO_STRING}\n",
        f"wakeyscan: {FILE}'severity': expected one of {LEVELS}, got 'bad'\n",
    ]
    assert run("scan", "--rules", mine(tmp_path, text), "r") == Ran(2, "", "".join(lines))


def test_a_rule_with_shapes_finds_secrets(run: Run, tmp_path: Path) -> None:
    folder = mine(tmp_path, SHAPED)
    write(tmp_path, {"src/a.txt": "exmpl_x=r5n9c3\nEXMPL_ is m4t8w2\nexmpl_ x=b6c1d9\n"})
    found = run("scan", "--rules", folder, "--format", "json", "src").json()["findings"]
    assert [(f["rule"], f["line"], f["column"]) for f in found] == [("mine", 1, 9), ("mine", 2, 11)]


def test_a_rule_with_shapes_is_shown(run: Run, tmp_path: Path) -> None:
    shown = """\
Example token (mine), low

Throw it away.

shape assignment
    (?x)
    exmpl_ \\w{0,8} = (?P<secret> (?&body) )
  hit   exmpl_a=q7w3z9
  hit   exmpl_b=k2m8x1
  miss  exmpl_a=
  miss  exmpl_=777777

shape sentence
    (?i)exmpl_ is (?P<secret>(?&body))
  hit   EXMPL_ is p4v6t0
  miss  exmpl_ was p4v6t0

define digit
    [0-9]

define body
    (?x)
      [a-z] (?&digit) [a-z0-9]{4}  # six characters
"""
    assert run("rules", "show", "mine", "--rules", mine(tmp_path, SHAPED)) == Ran(0, shown, "")


def test_a_rule_is_tested_by_its_shapes(run: Run, tmp_path: Path) -> None:
    ran = run("rules", "test", "--rules", mine(tmp_path, SHAPED))
    lines = [
        "mine, shape assignment: 2 hits, 2 misses: passed",
        "mine, shape sentence: 1 hit, 1 miss: passed",
    ]
    assert (ran.code, [line for line in ran.out.splitlines() if "mine" in line]) == (0, lines)


def test_an_example_that_only_another_shape_finds_fails(run: Run, tmp_path: Path) -> None:
    text = shaped("EXMPL_ is p4v6t0", "exmpl_a=p4v6t0").replace("exmpl_ was p4v6t0", "exmpl_ is b7")
    ran = run("rules", "test", "--rules", mine(tmp_path, text))
    lines = [
        "mine, shape assignment: 2 hits, 2 misses: passed",
        "mine, shape sentence: not found: exmpl_a=p4v6t0",
        "mine, shape sentence: 1 hit, 1 miss: 1 failed",
    ]
    assert [line for line in ran.out.splitlines() if "mine" in line] == lines
    assert (ran.code, ran.err) == (2, "wakeyscan: 1 example failed\n")


@pytest.mark.parametrize(("text", "fault"), BROKEN.values(), ids=BROKEN)
def test_an_invalid_rule_is_rejected(
    run: Run, tmp_path: Path, text: str | bytes, fault: str
) -> None:
    assert run("rules", "list", "--rules", mine(tmp_path, text)) == refused(fault)


def test_a_scan_with_an_invalid_rule_does_not_start(run: Run, tmp_path: Path) -> None:
    folder = mine(tmp_path, "title = 3\n")
    ran = run("scan", "--rules", folder, "r")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"wakeyscan: {FILE}'title': {NO_STRING}\n")


FOLDERS = {
    "empty": ("r", "r: contains no rules (*.toml); add one, or name another folder"),
    "missing": ("nowhere", "nowhere: cannot be read as a rules folder: No such file or directory"),
    "file": ("r/other.txt", "r/other.txt: cannot be read as a rules folder: Not a directory"),
}


@pytest.mark.parametrize(("folder", "fault"), FOLDERS.values(), ids=FOLDERS)
def test_a_folder_without_rules_is_rejected(
    run: Run, tmp_path: Path, folder: str, fault: str
) -> None:
    write(tmp_path, {"r/other.txt": ""})
    assert run("rules", "list", "--rules", folder) == refused(fault)


def test_two_rules_with_the_same_id_are_rejected(run: Run, tmp_path: Path) -> None:
    folder = mine(tmp_path, GOOD, "wastack-api-key.toml")
    assert run("rules", "list", "--rules", folder) == refused(
        "rule wastack-api-key: defined twice; rename your rule file"
    )


LIST = """\
wastack-api-key       high      WAStack API key
authorization-header  medium    Hardcoded Authorization header
wastack-app-key       low       Hardcoded X-App-Key header
"""


@pytest.mark.parametrize("arguments", [["rules"], ["rules", "list"]], ids=["bare", "list"])
def test_the_rules_are_listed(run: Run, arguments: list[str]) -> None:
    assert run(*arguments) == Ran(0, LIST, "")


def test_a_custom_rule_is_listed(run: Run, tmp_path: Path) -> None:
    *before, last = LIST.splitlines(keepends=True)
    own = f"{'mine':20}  low       Example token\n"
    assert run("rules", "--rules", mine(tmp_path, GOOD)) == Ran(
        0, "".join([*before, own, last]), ""
    )


def test_a_rule_is_shown(run: Run, tmp_path: Path) -> None:
    shown = "Example token (mine), low\n\nThrow it away.\n\nThen make another.\n"
    assert run("rules", "show", "mine", "--rules", mine(tmp_path, GOOD)) == Ran(0, shown, "")


@pytest.mark.parametrize("one", RULES.values(), ids=RULES)
def test_a_builtin_rule_is_shown(run: Run, one: Rule) -> None:
    shown = f"{one.title} ({one.id}), {one.severity}\n\n{one.help.strip()}\n"
    ran = run("rules", "show", one.id)
    assert (ran.code, ran.out[: len(shown)], ran.err) == (0, shown, "")
    assert [f"\nshape {shape.name}\n" in ran.out for shape in one.shapes] == [True] * len(
        one.shapes
    )


def test_the_rules_are_tested(run: Run) -> None:
    count = len(EXAMPLES) + sum(len(s.hits) + len(s.misses) for _, s in SHAPES.values())
    *shapes, last = run("rules", "test").out.splitlines()
    assert last == f"{len(RULES)} rules, {count} examples: all passed"
    assert [line.partition(": ")[0] for line in shapes] == [
        f"{one.id}, shape {shape.name}" for one, shape in SHAPES.values()
    ]


def test_a_rule_with_failing_examples_is_named(run: Run, tmp_path: Path) -> None:
    text = line("misses", 'misses = ["exmpl_r5n9c3", "a", "b"]').replace("x exmpl_k2m8x1", "x")
    faults = "mine: not found: x\nmine: found: exmpl_r5n9c3\n"
    ran = run("rules", "test", "--rules", mine(tmp_path, text))
    assert (ran.code, ran.err) == (2, "wakeyscan: 2 examples failed\n")
    assert "".join(one for one in ran.out.splitlines(keepends=True) if "mine" in one) == faults


def test_a_rule_whose_examples_are_placeholders_gets_the_reason(run: Run, tmp_path: Path) -> None:
    hits = ("exmpl_key = exmpl_abcdefghijkl", "exmpl_your-api-key", "exmpl_q7w3z9x1...", "exmpl_no")
    text = line("hits", f"hits = {list(hits)}").replace("[a-z0-9]{6}", "[a-z0-9-]{6,}")
    reasons = (
        "a sequence, like 123456 or abcdef",
        "contains a word that examples use",
        "cut short by an ellipsis",
    )
    faults = [
        f"mine: matched, but judged a placeholder because it {reason}: {hit}\n"
        for hit, reason in zip(
            hits, (f"is {reasons[0]}", reasons[1], f"is {reasons[2]}"), strict=False
        )
    ]
    out = "".join([*faults, f"mine: not found: {hits[-1]}\n"])
    ran = run("rules", "test", "--rules", mine(tmp_path, text))
    assert (ran.code, ran.err) == (2, "wakeyscan: 4 examples failed\n")
    assert "".join(one for one in ran.out.splitlines(keepends=True) if "mine" in one) == out


KNOWN = f"(known: {', '.join(RULES)})"
WRONG = {
    "unknown-verb": (
        ["frob"],
        "wakeyscan rules: expected list, show, test, new or export, got 'frob'",
    ),
    "show-nothing": (
        ["show"],
        "wakeyscan rules show: wrong operands; expected wakeyscan rules show ID",
    ),
    "show-unknown": (["show", "none"], f"unknown rule 'none' {KNOWN}"),
    "show-misspelt": (
        ["show", "wastak-api-key"],
        f"unknown rule 'wastak-api-key' {KNOWN}; did you mean 'wastack-api-key'?",
    ),
    "too-many": (
        ["list", "list"],
        "wakeyscan rules list: wrong operands; expected wakeyscan rules list",
    ),
}


def test_a_rule_is_shown_with_terminal_styles(run: Run, tmp_path: Path) -> None:
    text = 'help = "**Throw** it \\u001b[2J away."'
    folder = mine(tmp_path, re.sub(r"(?s)help = '''.*?'''", lambda _: text, GOOD))
    ran = run("rules", "show", "mine", "--rules", folder, env={"FORCE_COLOR": "1"})
    bold = "\x1b[1mExample token (mine), low\x1b[0m\n\n\x1b[1mThrow\x1b[0m "
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(bold)
    assert "\x1b[2J" not in ran.out
    assert "**" not in ran.out


@pytest.mark.parametrize(("arguments", "fault"), WRONG.values(), ids=WRONG)
def test_invalid_operands_of_rules_are_rejected(run: Run, arguments: list[str], fault: str) -> None:
    assert run("rules", *arguments) == refused(fault)


def test_a_custom_rule_finds_secrets(run: Run, tmp_path: Path, make_key: MakeKey) -> None:
    token, key = make_key(6, "exmpl_").lower(), make_key()
    write(tmp_path, {"src/a.txt": f"a = {token}\nb = {key}\n"})
    ran = run("scan", "--rules", mine(tmp_path, GOOD), "--format", "json", "src")
    found = [(f["rule"], f["severity"], f["line"]) for f in ran.json()["findings"]]
    assert (ran.code, found) == (1, [("mine", "low", 1), ("wastack-api-key", "high", 2)])
    assert (token in ran.out, key.removeprefix(PREFIX) in ran.out) == (False, False)


def test_new_rules_pass_their_own_examples(run: Run, tmp_path: Path) -> None:
    names = ("acme-token", "a", "x1", "example", "wastack-web-hook", "live")
    for name in names:
        made = run("rules", "new", name, "--rules", "own")
        assert made == Ran(0, f"own/{name}.toml: written\n", "")
        token = f"{name.replace('-', '_')}_key_{'Zq4Rw8Ty1Kp6Lm2Nv9Bx3Cs7'}"
        write(tmp_path, {f"src/{name}": f"token = '{token}'\n"})
    ran = run("rules", "test", "--rules", "own")
    assert (ran.code, ran.err) == (0, "")
    found = run("scan", "src", "--rules", "own", "--format", "json").json()["findings"]
    assert {(one["path"], one["rule"], one["standing"]) for one in found} == {
        (f"src/{name}", name, "reported") for name in names
    }


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("wastack-api-key", "wastack-api-key: a built-in rule has this id"),
        ("Mine", "'Mine': invalid rule id"),
        ("", "'': invalid rule id"),
        ("../x", "'../x': invalid rule id"),
        ("a/b", "'a/b': invalid rule id"),
        ("there", "own/there.toml: already exists"),
    ],
)
def test_a_new_rule_needs_a_new_id(run: Run, tmp_path: Path, name: str, said: str) -> None:
    write(tmp_path, {"own/there.toml": "mine"})
    ran = run("rules", "new", name, "--rules", "own")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"wakeyscan: {said}")
    assert [file.name for file in (tmp_path / "own").iterdir()] == ["there.toml"]

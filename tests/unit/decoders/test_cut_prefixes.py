"""Keys that a program or a configuration joins from parts, with a cut anywhere in the prefix."""

from __future__ import annotations

import pytest

from tests.support.contexts import few, many
from tests.support.keys import PREFIX, MakeKey
from tests.support.shapes import parse_shapes
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds, Finding
from wakeyscan.core.secret import API_KEY
from wakeyscan.scanner.context import ScanContext
from wakeyscan.scanner.detector import detect_in_document

MANY = many()
CUTS = (2, 3, 7, 8, 12)
"""Letters of the first part."""

# `{A}` is the first part of a key, `{B}` the rest.
CONFIGURED = parse_shapes(
    """
sh: P={A}
    K=${P}{B}
sh-quotes: P={A}
    K="$P"'{B}'
sh-one-line: P={A}; K=${P}{B}
sh-comment: P={A}  # the prefix
    K=${P}{B}
sh-itself: K={A}
    K=${K}{B}
env-export: export P='{A}'
    export K="${P}{B}"
make: P ?= {A}
    K := $(P){B}
workflow: env:
      P: {A}
      K: ${{ env.P }}{B}
docker-arg: ARG P={A}
    ENV K=${P}{B}
docker-env: ENV P {A}
    ENV K ${P}{B}
compose: x:
      - P={A}
      - K=${P}{B}
terraform: variable "p" {
      default = "{A}"
    }
    k = "${var.p}{B}"
properties: app.p={A}
    app.k=${app.p}{B}
jinja: p: {A}
    k: "{{ p }}{B}"
ansible-tilde: p: {A}
    r: {B}
    k: "{{ p ~ r }}"
batch: set P={A}
    set K=%P%{B}
xml-entity: <!ENTITY p "{A}">
    <k>&p;{B}</k>
xml-element: <p>{A}</p>
    <k>${p}{B}</k>
xml-property: <property name="p" value="{A}"/>
    <property name="k" value="${p}{B}"/>
kubernetes: - name: P
      value: {A}
    - name: K
      value: $(P){B}
tcl: set p {A}
    set k $p$r
    set r {B}
"""
)
LANGUAGES = parse_shapes(
    r"""
jl: k = "{A}" * "{B}"
f90: k = '{A}' // '{B}'
f95: k = '{A}' &
      // '{B}'
abap: k = '{A}' && '{B}'.
vim: let k = "{A}" .. "{B}"
st: k := '{A}' , '{B}'.
m: k = ['{A}', '{B}'];
clj: (def k (str "{A}" "{B}"))
lisp: (defvar *k* (concatenate 'string "{A}" "{B}"))
el: (setq k (concat "{A}" "{B}"))
scm: (define k (string-append "{A}" "{B}"))
tcl: set k [string cat "{A}" "{B}"]
tk: set k "{A}"
    append k "{B}"
fs: let k = sprintf "%s%s" "{A}" "{B}"
ml: let k = String.concat "" ["{A}"; "{B}"]
ex: k = Enum.join(["{A}", "{B}"])
cbl: STRING '{A}' DELIMITED BY SIZE '{B}' DELIMITED BY SIZE INTO K.
yaml: k: {{ printf "%s%s" "{A}" "{B}" | quote }}
yml: k:
      Fn::Join:
      - ""
      - - "{A}"
        - "{B}"
json: {"k": {"Fn::Join": ["", ["{A}", "{B}"]]}}
"""
)
# `_` joins the two parts; `{A}` is `wa` or `wa_live`.
SEPARATED = parse_shapes(
    """
python-join: k = "_".join(["{A}", "{B}"])
python-join-names: a = "{A}"
    b = "{B}"
    k = "_".join((a, b))
python-format: k = "{}_{}".format("{A}", "{B}")
python-format-names: a = "{A}"
    b = "{B}"
    k = "{}_{}".format(a, b)
python-percent: k = "%s_%s" % ("{A}", "{B}")
python-f-string: a = "{A}"
    k = f"{a}_{B}"
javascript: const k = ['{A}', '{B}'].join('_');
javascript-names: const a = '{A}', b = '{B}';
    const k = [a, b].join('_');
javascript-list: const a = ['{A}', '{B}'];
    const k = a.join('_');
java: String k = String.join("_", "{A}", "{B}");
java-format: String k = String.format("%s_%s", "{A}", "{B}");
java-stream: k = Stream.of("{A}", "{B}").collect(Collectors.joining("_"));
kotlin: val k = listOf("{A}", "{B}").joinToString("_")
scala: val k = Seq("{A}", "{B}").mkString("_")
php: $k = implode('_', ['{A}', '{B}']);
php-array: $k = implode('_', array('{A}', '{B}'));
go: k := strings.Join([]string{"{A}", "{B}"}, "_")
go-format: k := fmt.Sprintf("%s_%s", "{A}", "{B}")
rust: let k = format!("{}_{}", "{A}", "{B}");
ruby: k = ['{A}', '{B}'].join('_')
perl: my $k = join('_', '{A}', '{B}');
lua: k = table.concat({"{A}", "{B}"}, "_")
csharp: var k = string.Join("_", new[] { "{A}", "{B}" });
swift: let k = ["{A}", "{B}"].joined(separator: "_")
elixir: k = Enum.join(["{A}", "{B}"], "_")
r: k <- paste("{A}", "{B}", sep = "_")
haskell: k = intercalate "_" ["{A}", "{B}"]
ocaml: let k = String.concat "_" ["{A}"; "{B}"]
sql: SELECT CONCAT_WS('_', '{A}', '{B}');
powershell: $k = ('{A}', '{B}') -join '_'
powershell-format: $k = "{0}_{1}" -f "{A}", "{B}"
terraform: k = join("_", ["{A}", "{B}"])
terraform-format: k = format("%s_%s", "{A}", "{B}")
cloudformation: k: !Join ['_', ['{A}', '{B}']]
helm: k: {{ printf "%s_%s" "{A}" "{B}" }}
helm-join: k: {{ list "{A}" "{B}" | join "_" }}
ansible: k: "{{ ['{A}', '{B}'] | join('_') }}"
sh-printf: A={A}
    B={B}
    K=$(printf '%s_%s' "$A" "$B")
sh: P={A}
    K=${P}_{B}
make: P := {A}
    K := $(P)_{B}
"""
)


def find_keys(text: str, path: str, context: ScanContext | None = None) -> list[Finding]:
    document = Document(Origin(path), text.encode())
    found = detect_in_document(document, context or few())
    return [finding for finding in found if finding.rule == API_KEY]


def fill(template: str, first: str, rest: str) -> str:
    return template.replace("{A}", first).replace("{B}", rest) + "\n"


def assert_found(text: str, path: str, key: str) -> None:
    """Check that both searches of the prefilter lead to the whole key, and to no other."""
    for context in (few(), MANY):
        assert [one.secret.reveal().decode() for one in find_keys(text, path, context)] == [key]


@pytest.mark.parametrize("template", CONFIGURED.values(), ids=CONFIGURED)
@pytest.mark.parametrize("cut", CUTS)
def test_a_value_without_quotes_may_hold_the_first_part(
    template: str, cut: int, make_key: MakeKey
) -> None:
    key = make_key()
    assert_found(fill(template, key[:cut], key[cut:]), "a", key)


@pytest.mark.parametrize(("extension", "template"), LANGUAGES.items(), ids=LANGUAGES)
@pytest.mark.parametrize("cut", (1, *CUTS))
def test_each_language_joins_literals(
    extension: str, template: str, cut: int, make_key: MakeKey
) -> None:
    key = make_key()
    path = {"tk": "a.tcl"}.get(extension, f"a.{extension}")
    assert_found(fill(template, key[:cut], key[cut:]), path, key)


@pytest.mark.parametrize("template", SEPARATED.values(), ids=SEPARATED)
@pytest.mark.parametrize("first", ["wa", "wa_live"])
def test_a_separator_is_a_part_of_the_key(template: str, first: str, make_key: MakeKey) -> None:
    key = make_key()
    assert_found(fill(template, first, key[len(first) + 1 :]), "a", key)


def test_three_values_are_joined_by_a_separator(make_key: MakeKey) -> None:
    key = make_key()
    body = key.removeprefix(PREFIX)
    assert_found(f'k = "_".join(["wa", "live", "{body}"])\n', "a.py", key)
    assert_found(f"A=wa\nB=live\nC={body}\nK=${{A}}_${{B}}_${{C}}\n", "a.sh", key)


PREFIX_FIRST = {
    "the default of a variable": ("a.sh", 'K="${WA_PREFIX:-wa_live_}{B}"\n'),
    "a default of compose": ("compose.yml", "x:\n  K: ${P:-wa_live_}{B}\n"),
    "csh": ("a.csh", "setenv P wa_live_\nsetenv K ${P}{B}\n"),
    "fish": ("a.fish", 'set -gx p wa_live_\nset -gx r {B}\nset -gx K "$p$r"\n'),
    "batch, quoted": ("a.bat", 'set "P=wa_live_"\r\nset "R={B}"\r\nset "K=%P%%R%"\r\n'),
    "batch, delayed": ("a.bat", "set P=wa_live_\r\nset K=!P!{B}\r\n"),
    "the environment in PowerShell": ("a.ps1", '$env:P = "wa_live_"\n$env:K = $env:P + "{B}"\n'),
    "two macros": ("a.c", '#define P "wa_live_"\n#define S "{B}"\nconst char *k = P S;\n'),
    "an addition of a shell": ("a.sh", "K=wa_live_\nK+={B}\n"),
}


@pytest.mark.parametrize(("path", "text"), PREFIX_FIRST.values(), ids=PREFIX_FIRST)
def test_a_script_may_add_the_rest_to_a_prefix(path: str, text: str, make_key: MakeKey) -> None:
    key = make_key()
    assert_found(text.replace("{B}", key[8:]), path, key)


def test_a_separator_is_listed_once(make_key: MakeKey) -> None:
    text = f'k = "_".join(["wa", "live", "{make_key()[8:]}"])\n'
    (found,) = find_keys(text, "a.py")
    assert dict(found.origin.details)["pieces"] == "1:16, 1:6, 1:22, 1:30"


def test_a_name_may_be_given_a_longer_part(make_key: MakeKey) -> None:
    key = make_key()
    assert_found(f"A=wa_l\nB=${{A}}ive\nK=${{B}}_{key[8:]}\n", "a.sh", key)
    (found,) = find_keys(f"K={PREFIX}\nK=${{K}}{key[8:30]}\nK=${{K}}{key[30:]}\n", "a.sh")
    assert found.secret.reveal().decode() == key


OPEN = {
    "a name without a value": 'p = "wa_live"\nk = "_".join([p, "{B}", suffix])\n',
    "a call in a list": 'k = "_".join(["wa_live", "{B}", f(x)])\n',
    "a call in a format": 'k = "%s_%s%s" % ("wa_live", "{B}", f(x))\n',
    "a variable in a template": 'p=wa_live\nk="${p}_${r}${unknown}"\nr={B}\n',
}


@pytest.mark.parametrize("text", OPEN.values(), ids=OPEN)
def test_the_end_is_open_where_something_unknown_may_follow(text: str, make_key: MakeKey) -> None:
    key = make_key()
    found = find_keys(text.replace("{B}", key[8:]), "a")
    assert [(one.secret.reveal().decode(), one.bounds) for one in found] == [(key, Bounds.OPEN)]


SEPARATE = (
    'k = ", ".join(["wa_live", "{B}"])',
    'k = ["wa_live", "{B}"]',
    'k = "%s_%s_%s" % ("wa", "live")',
    'log("%s: %s", "wa_live", "_{B}")',
    "P=wa_live\nK=$P/{B}",
    "P=wa_live\nQ=_{B}",
    'x = "wa_live" if y else "_{B}"',
    'f("wa_live", "_{B}")',
    "p: wa_live\nrun: echo $p _{B}",
    "wa_live // '_{B}'",
    'a["wa_live"] && "{B}"',
    "{wa_live_}{B}",
    "s = wa_live_\ns += {B}\n",
    "/* set the 'wa_live_' pointer */\n/* tells the\n * '{B}' line\n */",
)


@pytest.mark.parametrize("text", SEPARATE)
def test_parts_that_nothing_joins_are_no_key(text: str, make_key: MakeKey) -> None:
    assert find_keys(text.replace("{B}", make_key()[8:]), "a") == []

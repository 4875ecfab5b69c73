"""Keys that are written in pieces: what a language joins is one key; what it does not is none."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import shapes
from tests.conftest import ALPHABET, PREFIX, MakeKey, Run, fingerprint, mask, write
from wakeyscan import rule
from wakeyscan.examine import examine
from wakeyscan.finding import Document, Finding, Origin, Standing
from wakeyscan.inspection import Wrappings
from wakeyscan.lens import lens

LENS = lens(rule.load(), Wrappings())

# `{P}` the prefix, `{B}` the body, `{1}` and `{2}` its halves.
JOINED = shapes.rows(
    r"""
python-plus: key = "{P}" + "{B}"
python-plus-inside: key = "{P}{1}" + "{2}"
python-three: key = "Bearer {P}" + '{1}' + "{2}"
python-adjacent: key = ("{P}"
           "{B}")
python-adjacent-line: key = "{P}" "{B}"
python-adjacent-long: key = ("{P}{1}"  # the first half
             f"{2}")
python-backslash: key = "{P}" \
      "{B}"
python-in-a-string: key = "{P}\
    {B}"
python-percent: key = "%s%s" % ("{P}", "{B}")
python-percent-inside: key = "{P}%s" % "{B}"
python-format: key = "{}{}".format("{P}", "{B}")
python-format-inside: key = "{P}{}".format("{B}")
python-f-string: key = f"{P}{'{B}'}"
python-f-string-prefix: key = f"{'{P}'}{B}"
python-join: key = "".join(["{P}", "{B}"])
python-join-tuple: key = ''.join(('{P}', '{1}', '{2}'))
python-bytes: key = b"{P}" b"{B}"
python-augmented: key = "{P}"
    key += "{B}"
c-adjacent: static const char *key = "{P}" "{B}";
c-lines: const char key[] =
      "{P}{1}"
      "{2}";
c-macro: #define PREFIX "{P}"
    char *key = PREFIX "{B}";
cpp-string: auto key = std::string("{P}") + "{B}";
cpp-stream: out << "{P}" << "{B}";
objc: NSString *key = @"{P}" @"{B}";
csharp: var key = "{P}" + @"{B}";
csharp-concat: var key = string.Concat("{P}", "{B}");
java: String key = "{P}"
        + "{B}";
java-format: String key = String.format("%s%s", "{P}", "{B}");
java-format-inside: String key = String.format("{P}%s", "{B}");
java-builder: sb.append("{P}").append("{B}");
java-concat: String key = "{P}".concat("{B}");
java-join: String key = String.join("", "{P}", "{B}");
java-constant: static final String PREFIX = "{P}";
    static final String KEY = Config.PREFIX + "{B}";
go: key := "{P}" + "{B}"
go-sprintf: key := fmt.Sprintf("%s%s", "{P}", "{B}")
go-constants: const prefix string = "{P}"
    const key = prefix + "{B}"
rust-concat: let key = concat!("{P}", "{B}");
js-single: const key = '{P}' + '{B}';
js-template: const key = `{P}${'{B}'}`;
js-template-prefix: const key = `${"{P}"}{B}`;
js-template-name: const p = '{P}';
    const key = `${p}{B}`;
js-template-names: const p = '{P}', x = 1;
    const body = '{B}';
    const key = `${p}${body}`;
js-join: const key = ['{P}', '{1}', '{2}'].join('');
js-join-cut: const key = ['wa_', 'live_', '{B}'].join("");
js-name-behind: const body = "{B}";
    const key = "{P}" + body;
js-cut-prefix: const key = "wa_" + "live_{B}";
js-cut-prefix-twice: const key = "wa_l" + "ive_" + "{B}";
js-cut-in-three: const key = "wa" + "_li" + "ve_{B}";
js-cut-in-three-all-over: const key = 'w' + 'a_liv' + 'e_' + '{1}' + '{2}';
js-cut-in-three-late: const key = `wa_` + `live` + `_{B}`;
js-cut-in-three-lines: const key = "wa_l" +
      "iv" +  // and
      "e_{B}";
js-cut-in-three-joined: const key = ['w', 'a', '_live_{B}'].join('');
python-cut-in-three: key = ("wa" "_liv"
           "e_{B}")
python-cut-in-three-format: key = "{}{}{}".format("wa_", "l", "ive_{B}")
c-cut-in-three: const char *key = "w" "a_l" "ive_{B}";
php-cut-in-three: $key = 'wa' . '_live' . '_{B}';
sh-cut-in-three: KEY="wa"'_li'"ve_{B}"
json-in-json-cut: {"source": "key = \"wa_liv\" + \"e_{B}\""}
json-in-json-cut-in-three: {"source": "key = \"wa\" + \"_li\" + \"ve_{B}\""}
js-cut-after-w: const key = "w" + "a_live_{B}";
js-cut-at-the-end: const key = 'wa_live' + '_{B}';
js-comment: const key = "{P}" /* prefix */ + // and
      "{B}";
ts-constant: export const PREFIX: string = "{P}";
    export const KEY = PREFIX + "{B}";
php: $key = '{P}' . '{B}';
php-name: $prefix = "{P}";
    $key = $prefix . "{B}";
php-names: $prefix = "{P}";
    $body = "{B}";
    $key = $prefix . $body;
php-name-behind: $body = "{B}";
    $key = "{P}".$body;
php-member: private $prefix = "{P}";
    private $body = "{B}";
    function key() { return $this->prefix.$this->body; }
php-constants: const PREFIX = "{P}";
    const BODY = "{B}";
    const KEY = PREFIX . BODY;
php-augmented: $key = "{P}";
    $key .= "{B}";
php-implode: $key = implode('', ['{P}', '{B}']);
perl: my $key = "{P}" . "{B}";
ruby: KEY = '{P}' + '{B}'
ruby-shovel: key = "{P}" << "{B}"
ruby-interpolated: key = "{P}#{'{B}'}"
ruby-name: PREFIX = "{P}"
    KEY = "#{PREFIX}{B}"
lua: local key = "{P}" .. "{B}"
sql: SELECT '{P}' || '{B}';
sql-concat: SELECT CONCAT('{P}', '{1}', '{2}');
r: key <- paste0("{P}", "{B}")
elixir: key = "{P}" <> "{B}"
haskell: key = "{P}" ++ "{B}"
vb: key = "{P}" & "{B}"
powershell-join: $key = ("{P}", "{B}") -join ''
sh-glued: KEY="{P}"'{B}'
sh-glued-bare: KEY={P}"{B}"
sh-glued-behind: KEY='{P}'{B}
sh-continued: curl -H "Authorization: Bearer {P}\
    {B}"
sh-name: Q="{P}"
    KEY="${Q}{B}"
sh-name-bare: P={P}
    KEY=$P"{B}"
make-name: Q = {P}
    KEY = ${Q}{B}
yaml-folded: key: "{P}\
      {B}"
json-in-json: {"source": "key = \"{P}\" + \"{B}\""}
prefix-in-pieces-and-name: P = "wa_" + "live_"
    KEY = P + "{B}"
"""
)
APART = shapes.rows(
    r"""
looked-up: key = "{P}" + os.environ["{B}"]
called: key = "{P}" + make("{B}")
indexed: key = "{P}" + table["{B}"]
prefix: prefix = "{P}"
stars: key = "{P}" + "*" * 20
letters: key = "{P}" + "x" * 32
documented: Keys begin with `{P}` and go on like `{B}`.
ellipsis: {P}…
next-line: {P}
    {B}
list: kinds = ["{P}", "{B}"]
arguments: call("{P}", "{B}")
mapping: {"prefix": "{P}", "id": "{B}"}
compared: if "{P}" == "{B}": pass
condition: x = "{P}" if y else "{B}"
contained: "{P}" in "{B}"
joined-by-comma: ["{P}", "{B}"].join(", ")
joined-by-dash: "-".join(["{P}", "{B}"])
format-with-blank: "%s %s" % ("{P}", "{B}")
format-with-more: "%s:%s" % ("{P}", "{B}")
statements: a = "{P}"; b = "{B}"
startswith: P = "{P}"
    if key.startswith(P): return "{B}"
name-as-argument: P = "{P}"
    call(P, "{B}")
name-compared: P = "{P}"
    ok = P == "{B}"
echo: P="{P}"
    echo $P "{B}"
number-assigned: {P}session_limit=5000
minified-block: if(a){return"{P}"}{B}(a)
minified-call: if(k.startsWith("{P}")){B}(k)
name-ends-a-sentence: html: `<meta name="{B}"/>`
    // Decoded, so that all see the secret.
    name: "an attribute",
    want: `var secret = "{P}"`
prefix-ends-a-sentence: // All of them begin with "{P}". name it,
    name = "{B}"
member-of-a-name: name = "{B}"
    secret = "{P}"
    show(secret.name)
member-of-a-prefix: size = "{B}"
    print("{P}".size)
name-given-twice: body = read()
    body = "{B}"
    key = "{P}" + body
name-given-elsewhere: key = "{P}" + body
    other.bodies = "{B}"
name-called: token = "{B}"
    key = "{P}" + token()
name-of-more: token = "{B}"
    key = "{P}" + tokens
rule: pattern = "{P}[A-Za-z0-9_-]{16,128}"
rule-joined: pattern = "{P}" + "[A-Za-z0-9_-]{16,128}"
masked: shown = "{P}" + "…(" + "{B}"[:6] + ")"
too-short: key = "{P}" + "abc123"
not-a-key-behind: key = "{P}" + "hello world, {B}"
file-name: grep "{P}" "{B}.txt"
prefix-cut: P = "wa_" + "live_"
prefix-in-three: P = "wa" + "_li" + "ve_"
list-of-three: kinds = ["wa", "_li", "ve_{B}"]
arguments-of-three: call("wa", "_li", "ve_{B}")
three-words: "wa_" in x and "live" in y and "_{B}" in z
another-word-of-three: key = "pwa" + "_li" + "ve_{B}"
another-word: key = "pwa_" + "live_{B}"
another-word-before: key = "pw" + "a_live_{B}"
random: key = "{P}" + secrets.token_hex(16)
strftime: key = "{P}%s" % now.isoformat("{B}")
"""
)


def found(text: str, path: str = "a") -> list[Finding]:
    return examine(Document(Origin(path), text.encode()), LENS)


def filled(template: str, name: str) -> tuple[str, str]:
    """Fill a template; give the key, too."""
    source = random.Random(name)
    body = "".join(source.choices(ALPHABET, k=39)) + "7"
    for hole, text in (("P", PREFIX), ("B", body), ("1", body[:20]), ("2", body[20:])):
        template = template.replace("{" + hole + "}", text)
    return template, PREFIX + body


@pytest.mark.parametrize(("name", "template"), JOINED.items(), ids=JOINED)
def test_what_a_language_joins_is_one_key(name: str, template: str) -> None:
    text, key = filled(template, name)
    (finding,) = found(text)
    assert finding.secret.reveal().decode() == key
    assert (finding.standing, finding.encoding) == (Standing.REPORTED, "pieces")
    assert PREFIX + "…" in finding.excerpt
    assert not any(key[8 + n : 8 + n + 8] in finding.excerpt for n in range(32))


@pytest.mark.parametrize(("name", "template"), APART.items(), ids=APART)
def test_what_is_not_joined_is_no_key(name: str, template: str) -> None:
    text, _ = filled(template, name)
    assert [f for f in found(text) if f.rule == "wastack-api-key"] == []


def test_the_tables_are_as_large_as_they_say() -> None:
    assert (len(JOINED) > 70, len(APART) > 30) == (True, True)


def test_a_report_names_both_places(run: Run, tmp_path: Any, make_key: MakeKey) -> None:
    one, other = make_key(), make_key()
    write(
        tmp_path,
        {
            "a.py": f'P = "{PREFIX}"\n\n\nK = P + "{one[8:]}"\n',
            "b.py": f'k = ("{other[:12]}"\n  "{other[12:]}")',
        },
    )
    first, second = run("scan", "--format", "json").json()["findings"]
    assert (first["path"], first["line"], first["column"], first["end_column"]) == (
        "a.py",
        1,
        6,
        14,
    )
    assert (first["encoding"], first["details"]) == ("pieces", {"pieces": "1:6, 4:10"})
    assert first["fingerprint"] == fingerprint(one)
    assert first["excerpt"] == f'P = "{mask(one)}"'
    assert (second["line"], second["column"], second["end_column"]) == (1, 7, 20)
    assert second["details"] == {"pieces": "1:7, 2:4"}
    assert second["excerpt"] == f'k = ("{mask(other)}")'
    text = run("scan").out
    assert "in pieces (1:6, 4:10)" in text
    assert text.count("1:6, 4:10") == 1
    assert one[8:16] not in text


def test_what_lies_between_two_places_is_looked_at_as_ever(make_key: MakeKey) -> None:
    key, plain = make_key(), make_key()
    text = f'P = "{PREFIX}"\nX = "{plain}"\nK = P + "{key[8:]}"\n'
    assert [(f.secret.reveal().decode(), f.encoding) for f in found(text)] == [
        (key, "pieces"),
        (plain, "plain"),
    ]
    assert not any(key[8:16] in f.excerpt or plain[8:16] in f.excerpt for f in found(text))


WHOLE = shapes.rows(
    r"""
minified-else: function f(a){if(a){return"{P}{B}"}else{return b}}
minified-return: if(k==="{P}{B}")return 1;
minified-object: x={k:"{P}{B}"}function g(){}
log: sent token={P}{B}{"status":200}
sentence: Use "{P}{B}". "Foo" is another.
next-option: curl -H X-Key:{P}{B}\
         --data x https://example.org
next-option-quoted: curl -H 'X-Key: {P}{B}'\
      --data x
number-assigned: {P}{B}=5000
member: "{P}{B}".length
argument: f("{P}{B}", "x")
attribute: <a k="{P}{B}"class="x">
"""
)


@pytest.mark.parametrize(("name", "template"), WHOLE.items(), ids=WHOLE)
def test_a_whole_key_ends_where_it_does(name: str, template: str) -> None:
    text, key = filled(template, name)
    (finding,) = [f for f in found(text) if f.rule == "wastack-api-key"]
    assert (finding.secret.reveal().decode(), finding.encoding) == (key, "plain")


def test_keys_on_lines_of_their_own_are_not_joined(make_key: MakeKey) -> None:
    keys = [make_key() for _ in range(4)]
    text = "\n".join(f'"{key}"' for key in keys)
    assert [f.secret.reveal().decode() for f in found(text)] == keys
    assert [f.secret.reveal().decode() for f in found(f'send "{keys[0]}" "main"')] == keys[:1]


@pytest.mark.parametrize("joint", ['" + "', "' . '", '"\n  "', "' .. '", '\\" + \\"'])
def test_the_prefix_may_be_cut_in_two_and_three_anywhere(joint: str, make_key: MakeKey) -> None:
    ends = range(1, len(PREFIX) + 1)
    for low, high in ((low, high) for low in ends for high in ends if low <= high):
        key, opening = make_key(), joint[: joint.index(" ")].rstrip() or joint[0]
        pieces = [piece for piece in (key[:low], key[low:high], key[high:]) if piece]
        text = f"x = {opening[-2:].strip()}{joint.join(pieces)}{joint[joint.rindex(' ') + 1 :]}\n"
        assert [f.secret.reveal().decode() for f in found(text)] == [key], text


@given(
    body=st.text(alphabet=ALPHABET, min_size=16, max_size=60),
    cuts=st.lists(st.integers(1, 60), max_size=6),
    joint=st.sampled_from(['" + "', "' . '", '"\n  "', "' .. '", '" ++ "', "' || '"]),
)
@settings(max_examples=200, deadline=None)
def test_a_key_may_be_cut_anywhere(body: str, cuts: list[int], joint: str) -> None:
    key = PREFIX + body
    places = sorted(
        {cut for cut in cuts if len(PREFIX) <= cut < len(key)}
        | {random.Random(body).randrange(1, len(PREFIX))}
    )
    pieces = [key[start:end] for start, end in zip([0, *places], [*places, len(key)], strict=True)]
    text = f"x = {joint[0]}{joint.join(pieces)}{joint[-1]}\n"
    assert [f.secret.reveal().decode() for f in found(text)] == [key]

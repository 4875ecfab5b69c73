"""Keys in several literals: concatenated literals are one key, others are not."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.contexts import few, many
from tests.support.keys import ALPHABET, PREFIX, MakeKey
from tests.support.shapes import parse_shapes
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Finding, Standing
from wakeyscan.scanner.context import ScanContext
from wakeyscan.scanner.detector import detect_in_document

LARGE_SCAN = many()
"""A context that searches as in a scan of many bytes."""

# `{P}` the prefix, `{B}` the body, `{H}` and `{T}` its halves.
JOINED = parse_shapes(
    r"""
python-plus: key = "{P}" + "{B}"
python-plus-inside: key = "{P}{H}" + "{T}"
python-three: key = "Bearer {P}" + '{H}' + "{T}"
python-adjacent: key = ("{P}"
           "{B}")
python-adjacent-line: key = "{P}" "{B}"
python-adjacent-long: key = ("{P}{H}"  # the first half
             f"{T}")
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
python-join-tuple: key = ''.join(('{P}', '{H}', '{T}'))
python-bytes: key = b"{P}" b"{B}"
python-augmented: key = "{P}"
    key += "{B}"
c-adjacent: static const char *key = "{P}" "{B}";
c-lines: const char key[] =
      "{P}{H}"
      "{T}";
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
js-join: const key = ['{P}', '{H}', '{T}'].join('');
js-join-cut: const key = ['wa_', 'live_', '{B}'].join("");
js-name-behind: const body = "{B}";
    const key = "{P}" + body;
js-cut-prefix: const key = "wa_" + "live_{B}";
js-cut-prefix-twice: const key = "wa_l" + "ive_" + "{B}";
js-cut-in-three: const key = "wa" + "_li" + "ve_{B}";
js-cut-in-three-all-over: const key = 'w' + 'a_liv' + 'e_' + '{H}' + '{T}';
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
sql-concat: SELECT CONCAT('{P}', '{H}', '{T}');
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
py-join-cut-lines: key = "".join(
        [
            "wa_",
            "live_",
            "{B}",
        ]
    )
py-join-list-name: parts = ["{P}", "{B}"]
    key = "".join(parts)
py-four: key = "wa" + "_" + "li" + "ve_" + "{B}"
py-four-b: key = "wa" "_" "live" "_" "{B}"
js-split-all: const k = 'wa' + '_' + 'live' + '_' + '{B}'
py-percent-name: key = "%s{B}" % "{P}"
py-percent-inside-tuple: B = "{B}"
    key = "{P}%s" % (B,)
py-format-half: key = "{P}{H}{}".format("{T}")
py-format-front: key = "{}{B}".format("{P}")
py-augment-three: k = "{P}"
    k += "{H}"
    k += "{T}"
py-augment-paren: k = "{P}"
    k += ("{B}")
py-dict-name: C = {"prefix": "{P}"}
    key = C["prefix"] + "{B}"
go-sprintf-name: const p = "{P}"
    key := fmt.Sprintf("%s{B}", p)
go-sprint: key := fmt.Sprint("{P}", "{B}")
go-builder: b.WriteString("{P}")
    b.WriteString("{B}")
rust-format-name: const P: &str = "{P}";
    let key = format!("{}{B}", P);
rust-tostring: let key = "{P}".to_string() + "{B}";
rust-toowned: let key = "{P}".to_owned() + "{B}";
rust-push: let mut key = String::from("{P}");
    key.push_str("{B}");
rust-array-concat: let key = ["{P}", "{B}"].concat();
c-macro-body: #define BODY "{B}"
    const char *k = "{P}" BODY;
c-macro-both: #define PRE "{P}"
    #define BODY "{B}"
    const char *k = PRE BODY;
cpp-literal-s: auto k = "{P}"s + "{B}"s;
cs-concat-array: var k = string.Concat(new[] { "{P}", "{B}" });
cs-concat-String: var k = String.Concat(new string[] {"{P}", "{H}", "{T}"});
cs-join-empty: var k = string.Join(string.Empty, "{P}", "{B}");
cs-join-new: var k = string.Join("", new[] { "{P}", "{B}" });
cs-append: sb.Append("{P}");
    sb.Append("{B}");
java-append-statements: sb.append("{P}");
    sb.append("{B}");
java-formatted: String k = "%s%s".formatted("{P}", "{B}");
java-stream: Stream.of("{P}", "{B}").collect(Collectors.joining());
kotlin-template-tail: val b = "{B}"
    val key = "{P}$b"
kotlin-list: val key = listOf("{P}", "{B}").joinToString("")
swift-template: let p = "{P}"
    let key = "\(p){B}"
swift-template-two: let p = "{P}"
    let b = "{B}"
    let key = "\(p)\(b)"
swift-template-tail: let b = "{B}"
    let key = "{P}\(b)"
swift-join: let key = ["{P}", "{B}"].joined()
sh-two-vars: A="{P}"
    B="{B}"
    KEY="$A$B"
sh-two-quoted: A="{P}"
    B="{B}"
    KEY="$A""$B"
sh-two-braces: A={P}
    BODY={B}
    KEY=${A}${BODY}
sh-tail: B="{B}"
    KEY="{P}$B"
sh-tail-unquoted: B={B}
    KEY={P}$B
make-tail: Q := {B}
    KEY := {P}$(Q)
make-paren: Q := {P}
    KEY := $(Q){B}
make-append-var: P = {P}
    B = {B}
    KEY = $(P)$(B)
ps-f: $key = "{0}{1}" -f "{P}", "{B}"
ps-f-single: $key = '{0}{1}' -f '{P}','{B}'
ps-f-inside: $key = "{P}{0}" -f "{B}"
ps-name-sub: $p = "{P}"
    $key = "$($p){B}"
ps-two: $p = '{P}'
    $b = '{B}'
    $key = "$p$b"
ps-join-unary: $key = -join ("{P}", "{B}")
ps-join-unary-at: $key = -join @('{P}', '{H}', '{T}')
rb-shovel-lines: key = +"{P}"
    key << "{B}"
rb-join: key = ["{P}", "{B}"].join
rb-join-q: key = ['{P}', '{H}', '{T}'].join ''
rb-percent: key = "%s%s" % ["{P}", "{B}"]
rb-array-star: key = ["{P}", "{B}"] * ""
lua-table: local k = table.concat({"{P}", "{B}"})
perl-interp-two: my $p = '{P}';
    my $b = '{B}';
    my $k = "$p$b";
perl-join: my $k = join '', '{P}', '{B}';
php-define: define('PRE', '{P}');
    $k = PRE . '{B}';
dockerfile-env: ENV PRE {P}
    ENV KEY ${PRE}{B}
elixir-attribute: @pre "{P}"
    def key, do: @pre <> "{B}"
php-implode-noglue: $k = implode(['{P}', '{B}']);
vb-lines: key = "{P}" & _
          "{B}"
gh-env: env:
      PRE: {P}
      KEY: ${{ env.PRE }}{B}
gh-env-two: env:
      PRE: {P}
      BODY: {B}
    steps:
      - run: curl -H "X: ${{ env.PRE }}${{ env.BODY }}"
gh-run-two: env:
      PRE: {P}
      BODY: {B}
    run: curl -H "Authorization: Bearer $PRE$BODY"
jinja: {% set p = "{P}" %}
    key: {{ p }}{B}
r-paste: key <- paste("{P}", "{B}", sep = "")
r-paste0-name: p <- "{P}"
    key <- paste0(p, "{B}")
sql-pg-lines: SELECT '{P}'
        || '{H}'
        || '{T}';
sql-insert: INSERT INTO keys VALUES ('{P}' || '{B}');
sql-update: UPDATE t SET k = '{P}{H}' || '{T}' WHERE id = 1;
plpgsql: DECLARE k text := '{P}' || '{B}';
plpgsql-return: CREATE FUNCTION k() RETURNS text AS $$
    BEGIN
      RETURN '{P}' || '{B}';
    END; $$ LANGUAGE plpgsql;
sql-in-js: db.query("SELECT '{P}' || '{B}'")
sql-n: SELECT N'{P}' + N'{B}';
js-template-lit: const k = `${'{P}'}${'{B}'}`;
js-array-name: const parts = ["{P}", "{B}"];
    const k = parts.join("");
objc-append: [@"{P}" stringByAppendingString:@"{B}"];
cmake: set(p "{P}")
    set(K "${p}{B}")
bat: set P={P}
    set K=%P%{B}
js-concat-several: const key = "{P}".concat("{H}", "{T}");
js-concat-several-cut: const key = 'wa_'.concat('live_', '{H}', '{T}');
js-concat-several-lines: const key = "".concat(
      "{P}",
      "{H}",
      "{T}",
    );
c-strcat: strcat(buf, "{P}"); strcat(buf, "{B}");
c-strcpy: strcpy(buf, "{P}");
    strcat(buf, "{H}");
    strcat(buf, "{T}");
c-strcpy-header: strcpy(s->header, "Authorization: Bearer {P}");
    strcat(s->header, "{B}");
c-strcat-bounds: strlcpy(buf, "{P}", sizeof(buf));
    strlcat(buf, "{B}", sizeof(buf));
c-strcat-cut: strcpy(buf, "wa_"); strcat(buf, "live_"); strcat(buf, "{B}");
c-strcat-declared: char buf[64] = "{P}";
    strcat(buf, "{B}");
c-wcscat: wcscpy(buf, L"{P}"); wcscat(buf, L"{B}");
three-names: A = "{P}"
    B = "{H}"
    C = "{T}"
    KEY = A + B + C
three-names-and-a-literal: A = "{P}"
    B = "{H}"
    KEY = A + B + "{T}"
three-names-behind: B = "{H}"
    C = "{T}"
    KEY = "{P}" + B + C
three-names-around: A = "{P}"
    C = "{T}"
    KEY = A + "{H}" + C
three-names-java: static final String A = "{P}";
    static final String B = "{H}", C = "{T}";
    static final String KEY = Keys.A + Keys.B + Keys.C;
three-names-php: $a = '{P}';
    $b = '{H}';
    $c = '{T}';
    $key = $a . $b . $c;
three-names-js: const a = '{P}', b = '{H}', c = '{T}';
    const key = `${a}${b}${c}`;
three-names-kotlin: val a = "{P}"
    val b = "{H}"
    val c = "{T}"
    val key = "$a$b$c"
three-names-sh: X={P}
    Y="{H}"
    Z='{T}'
    KEY="${X}${Y}${Z}"
three-names-list: a = "{P}"
    b = "{H}"
    c = "{T}"
    key = "".join([a, b, c])
three-macros: #define PREFIX "{P}"
    #define HEAD "{H}"
    #define TAIL "{T}"
    const char *key = PREFIX HEAD TAIL;
kotlin-members: object C { const val a = "{P}"; const val b = "{B}" }
    val key = "${C.a}${C.b}"
groovy-members: class C { static final a = '{P}'; static final b = '{B}' }
    def key = "${C.a}${C.b}"
scala-members: object C { val a = "{P}"; val b = "{B}" }
    val key = s"${C.a}${C.b}"
scala-names: val a = "{P}"
    val b = "{B}"
    val key = s"$a$b"
js-members: const C = { a: '{P}', b: '{B}' };
    const key = `${C.a}${C.b}`;
js-this: class K { a = '{P}'; b = '{B}'; key() { return `${this.a}${this.b}`; } }
python-f-names: a = "{P}"
    b = "{B}"
    key = f"{a}{b}"
python-f-members: class C:
        a = "{P}"
        b = "{B}"
    key = f"{C.a}{C.b}"
perl-qw: my $k = join '', qw(
        {P}
        {H} {T}
    );
perl-qw-slash: my $k = join("", qw/{P} {B}/);
ruby-w: KEY = %w[{P} {H} {T}].join
name-cut: A = "wa_"
    KEY = A + "live_{B}"
name-cut-late: const a = 'wa_live';
    const key = `${a}_{B}`;
name-cut-behind: rest = "live_{B}"
    key = "wa_" + rest
name-cut-names: a = "wa_"
    b = "live_{B}"
    key = f"{a}{b}"
name-cut-three: A = "wa_"
    B = "live_"
    C = "{B}"
    KEY = A + B + C
printf: KEY=$(printf '%s%s' '{P}' '{B}')
printf-header: printf 'Bearer %s%s\n' "{P}" "{B}"
printf-again: printf %s '{P}' '{B}'
printf-third: printf '%s: %s%s' "$name" '{P}' '{B}'
kotlin-build-string: val k = buildString {
      append("{P}")
      append("{B}")
    }
cpp-raw: auto k = R"({P})" R"({B})";
cpp-raw-delimiter: auto k = R"x({P})x"
      uR"x({B})x";
qt-literals: auto k = QStringLiteral("{P}") % QStringLiteral("{B}");
qt-literals-inside: auto k = QStringLiteral("{P}{H}") % QLatin1String("{T}");
arduino-strings: String k = String("{P}{H}") + String("{T}");
java-strings: String k = new String("{P}") + new String("{B}");
ruby-percent: k = %q({P}) + %q({B})
lua-brackets: local k = [[{P}]] .. [[{B}]]
lua-brackets-level: local k = [==[{P}]==] .. [==[{B}]==]
haskell-concat: k = concat ["{P}{H}", "{T}"]
haskell-mconcat: k = mconcat ["{P}", "{H}", "{T}"]
scala-list: val k = List(
      "{P}{H}",
      "{T}"
    ).mkString("")
scala-sequence: val k = Seq("{P}", "{B}").mkString
julia-string: k = string("{P}{H}", "{T}")
powershell-join-bare: $k = '{P}{H}','{T}' -join ''
cloudformation-yaml: k: !Join ["", ["{P}{H}", "{T}"]]
cloudformation-json: {"k": {"Fn::Join": ["", ["{P}{H}", "{T}"]]}}
cloudformation-json-lines: {"Fn::Join": [
      "",
      [
        "{P}",
        "{B}"
      ]
    ]}
python-f-strings: k = f"{'{P}'}{'{B}'}"
cmake-append: set(K "{P}{H}")
    string(APPEND K "{T}")
nginx-set: set $a {P};
    set $k "${a}{B}";
asm-db: k db "{P}"
      db "{B}",0
gas-ascii: .ascii "{P}"
      .ascii "{B}"
erlang-binary: K = <<"{P}{H}", "{T}">>.
erlang-returned: key() -> <<"{P}{H}", "{T}">>.
haskell-gap: key = "{P}{H}\
      \{T}"
vim-lines: let k = "{P}"
      \ . "{B}"
matlab-lines: key = ['{P}{H}', ...
           '{T}'];
xquery-bars: let $k := "{P}{H}" || "{T}" return $k
js-raw: const key = String.raw`{P}` + String.raw`{B}`;
erb-inside: key: {P}<%= "{B}" %>
cpp-view: constexpr auto k = "{P}"sv + "{B}"sv;
lua-format: local k = ("%s%s"):format("{P}", "{B}")
qt-arg: auto k = QString("%1%2").arg("{P}", "{B}");
qt-arg-twice: auto k = QString("%1%2").arg("{P}").arg("{B}");
absl-substitute: auto k = absl::Substitute("$0$1", "{P}", "{B}");
rego-concat: key := concat("", ["{P}{H}", "{T}"])
cmake-concat: string(CONCAT KEY "{P}{H}" "{T}")
cmake-join: string(JOIN "" KEY "{P}" "{B}")
tcl-join: set k [join {{P}{H} {T}} ""]
fish-join: set k (string join "" {P}{H} {T})
elixir-words: key = Enum.join(~w({P}{H} {T}))
python-reduce: key = reduce(operator.add, ["{P}", "{H}", "{T}"])
scala-reduce: val k = List("{P}{H}", "{T}").reduce(_ + _)
js-reduce: const k = ["{P}{H}", "{T}"].reduce((a, b) => a + b);
clj-names: (def p "{P}")
    (def s "{B}")
    (def k (str p s))
clj-let: (let [p "{P}" s "{B}"] (str p s))
lisp-names: (defvar p "{P}")
    (defvar s "{B}")
    (concatenate 'string p s)
csharp-properties: public string Prefix { get; } = "{P}";
    public string Secret { get; private set; } = "{B}";
    public string Key => Prefix + Secret;
r-glue: p <- "{P}"
    s <- "{B}"
    key <- glue("{p}{s}")
apache-define: Define PART {P}
    Define REST {B}
    RequestHeader set Authorization "Bearer ${PART}${REST}"
nginx-two: set $p {P};
    set $s {B};
    proxy_set_header Authorization "Bearer $p$s";
awk-names: BEGIN { p = "{P}"; s = "{B}"; k = p s }
php-define-two: define("PRE", "{P}");
    define('REST', '{B}');
    $key = PRE . REST;
elixir-attributes: @prefix "{P}"
    @secret "{B}"
    def key, do: @prefix <> @secret
erlang-macros: -define(PRE, "{P}").
    -define(REST, "{B}").
    key() -> ?PRE ++ ?REST.
tsql-variables: DECLARE @p varchar(20) = '{P}';
    DECLARE @s varchar(99) = '{B}';
    EXEC f @p + @s;
cue-fields: p: "{P}"
    s: "{B}"
    key: "\(p)\(s)"
scss-variables: $p: "{P}";
    $s: "{B}";
    .a { content: $p + $s; }
python-dict: c = {"prefix": "{P}", "secret": "{B}"}
    key = c["prefix"] + c["secret"]
python-tuple: A, B, C = "{P}", "{H}", "{T}"
    client(A + B + C)
perl-tuple: my ($p, $s) = ("{P}", "{B}");
    my $k = "$p$s";
js-tuple: const [a, b] = ["{P}", "{B}"];
    const k = `${a}${b}`;
js-object: const { a, b } = { a: "{P}", b: "{B}" };
    const key = a + b;
kotlin-tuple: val (a, b) = "{P}" to "{B}"
    val key = "$a$b"
kotlin-pair: val (a, b) = Pair("{P}", "{B}")
    val key = a + b
rust-tuple: let (a, b) = ("{P}", "{B}");
    let key = format!("{}{}", a, b);
swift-tuple: let (a, b) = ("{P}", "{B}")
    let key = a + b
go-tuple: a, b := "{P}", "{B}"
    key := a + b
lua-tuple: local a, b = "{P}", "{B}"
    local key = a .. b
csharp-tuple: (a, b) = ("{P}", "{B}");
    key = a + b;
python-environment: ENV = "live"
    key = f"wa_{ENV}_{B}"
js-environment: const env = 'live';
    const key = `wa_${env}_{B}`;
ruby-environment: ENVIRONMENT = "live"
    KEY = "wa_#{ENVIRONMENT}_{B}"
sh-environment: MODE=live
    KEY="wa_${MODE}_{B}"
csharp-expression: string Prefix => "{P}";
    string Secret => "{B}";
    string Key => Prefix + Secret;
cpp-arrays: constexpr char kP[] = "{P}";
    constexpr char kS[] = "{B}";
    std::string k = absl::StrCat(kP, kS);
cpp-views: constexpr auto kP = "{P}"sv;
    constexpr auto kS = "{B}"sv;
    auto k = absl::StrCat(kP, kS);
cpp-constructors: std::string p("{P}");
    std::string s{"{B}"};
    auto k = p + s;
qt-names: const QString p = QStringLiteral("{P}");
    const QString s = QStringLiteral("{B}");
    auto k = QString("%1%2").arg(p, s);
clj-private: (def ^:private p "{P}")
    (def ^:private s "{B}")
    (str p s)
cmake-concat-lines: string(CONCAT KEY
      "{P}{H}"
      "{T}")
erlang-iolist: key() -> iolist_to_binary(["{P}", "{H}", "{T}"]).
erb-twice: key: <%= "{P}" %><%= "{B}" %>
elixir-listed: k = Enum.join([@p, @s])
    @p "{P}"
    @s "{B}"
fish-quoted: set k (string join '' "{P}" "{B}")
js-reduce-start: const k = ["{P}", "{B}"].reduce((acc, x) => acc + x, "");
python-lambda: key = reduce(lambda a, b: a + b, ["{P}", "{B}"])
ruby-inject: k = ['{P}', '{B}'].inject(:+)
matlab-ellipsis: key = ['{P}' ...
           '{B}'];
matlab-horzcat: key = horzcat('{P}', '{B}');
php-array: $c = ['p' => '{P}', 's' => '{B}'];
    $k = $c['p'] . $c['s'];
php-numbered: $k = sprintf('%1$s%2$s', '{P}', '{B}');
perl-constants: use constant P => '{P}';
    use constant S => '{B}';
    my $k = P . S;
python-f-elements: c = {"p": "{P}", "s": "{B}"}
    key = f"{c['p']}{c['s']}"
rego-sprintf: k := sprintf("%s%s", ["{P}", "{B}"])
less-variables: @p: "{P}";
    @s: "{B}";
    .a { content: "@{p}@{s}"; }
tsql-concat: SET @p = '{P}';
    SET @s = '{B}';
    SELECT CONCAT(@p, @s);
vim-scopes: let s:p = '{P}'
    let s:rest = '{B}'
    let k = s:p . s:rest
vb-types: Dim p As String = "{P}"
    Dim s As String = "{B}"
    Dim k = p & s
terraform-locals: locals {
      p = "{P}"
      s = "{B}"
    }
    output k { value = join("", [local.p, local.s]) }
verilog: localparam string K = {"{P}", "{B}"};
awk-literal: BEGIN { s = "{B}"; k = "{P}" s }
"""
)
SEPARATE = parse_shapes(
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
js-or: const key = "{P}" || "{B}";
js-or-single: const key = '{P}' || '{B}';
js-or-lines: const key = process.env.KEY ||
      '{P}' ||
      '{B}';
java-or: if (a.equals("{P}") || "{B}".equals(b)) {}
js-or-behind-sql: db.query("SELECT * FROM t WHERE a = ?", '{P}' || '{B}')
js-or-after-sql: const q = `SELECT 1`
    const key = '{P}' || '{B}'
js-or-comment: // select one of these
    key: '{P}' || '{B}',
js-or-object: { sql: "SELECT 1", key: '{P}' || '{B}' }
js-set: set.add('{P}' || '{B}')
list-append: keys.append("{P}")
    keys.append("{B}")
list-add: keys.add("{P}");
    keys.add("{B}");
list-named: kinds = ["{P}", "{B}"]
    call(kinds)
list-named-comma: kinds = ["{P}", "{B}"]
    ", ".join(kinds)
list-join-default: ["{P}", "{B}"].join()
list-other-joined: kinds = ["{P}", "{B}"]
    "".join(others)
augmented-other: a = "{P}"
    b += "{B}"
shell-name-unset: KEY={P}$TOKEN
shell-name-twice: TOKEN={B}
    TOKEN=other1
    KEY={P}$TOKEN
yaml-lower-id: id: {B}
    run: echo {P}$id
yaml-plus-id: ID: {B}
    run: "{P}" + ID
identifier-assigned: BODY = getTheRequestBodyNow
    key = `{P}${BODY}`
default-shell: KEY=${KEY:-{P}}
echo-two: echo "$P" "{B}"
format-other: log.info("{} {B}", "{P}")
format-front-more: fmt.Sprintf("%s{B}", "{P}", x)
js-template-call: const b = "{B}";
    const k = `{P}${b()}`;
regexp-end: P = /^{P}$/; x = "{B}"
cond: x = cond ? "{P}" : "{B}"
macro-no-define: if "{P}" AND "{B}"
concat-numbers: list.concat(["{P}"], "{B}")
concat-over: call("{P}".concat("abc"), "{B}")
strcat-other: strcpy(a, "{P}"); strcat(b, "{B}");
strcpy-again: strcpy(a, "{P}"); strcpy(a, "{B}");
strcat-apart: strcat(a, "{P}"); other(); strcat(a, "{B}");
strcat-into: strcat(a, "{P}");
    strcat(a, b); strcat(a, "{B}");
strcat-after-another: puts("{P}"); strcat(a, "{B}");
three-names-called: A = "{P}"
    B = "abc"
    C = "{B}"
    KEY = A + B + C()
three-names-compared: A = "{P}"
    B = "abc"
    C = "{B}"
    KEY = A + B == C
three-names-twice: A = "{P}"
    B = "abc"
    C = read()
    C = "{B}"
    KEY = A + B + C
prefix-three-times: A = "{P}"
    KEY = A + A + A + A
three-names-apart: const a = '{P}', b = 'abc', c = '{B}';
    const key = `${a}${b} ${c}`;
members-apart: object C { const val a = "{P}"; const val b = "{B}" }
    val key = "${C.a} ${C.b}"
members-called: object C { const val a = "{P}"; const val b = "{B}" }
    val key = "${C.a}${C.b()}"
perl-qw-list: my @kinds = qw({P} {B});
perl-qw-comma: my $k = join ',', qw({P} {B});
ruby-w-list: KINDS = %w[{P} {B}]
ruby-w-comma: KINDS = %w[{P} {B}].join(",")
name-cut-apart: A = "wa_"
    KEY = A + " live_{B}"
name-cut-other: A = "wa_"
    KEY = B + "live_{B}"
name-cut-twice: A = "wa_"
    A = "pwa_"
    KEY = A + "live_{B}"
name-cut-in-a-word: A = "pwa_"
    KEY = A + "live_{B}"
name-cut-short: A = "wa_"
    KEY = A + "live_abc"
name-cut-listed: A = "wa_"
    call(A, "live_{B}")
printf-blank: printf '%s %s' '{P}' '{B}'
printf-blank-names: printf "%s %s\n" "{P}" "{B}"
printf-lines: printf '%s\n' '{P}' '{B}'
printf-third: printf '%s%s: %s' "$name" '{P}' '{B}'
printf-variable: printf -v both '%s %s' '{P}' '{B}'
echo-literals: echo -n '{P}' '{B}'
cpp-raw-list: f(R"({P})", R"({B})");
cloudformation-dash: k: !Join ["-", ["{P}", "{B}"]]
cloudformation-dash-json: {"Fn::Join": [", ", ["{P}", "{B}"]]}
scala-separated: val k = Seq("{P}", "{B}").mkString(",")
haskell-list: ks = map f ["{P}", "{B}"]
powershell-separated: $k = '{P}','{B}' -join ','
cmake-other: set(K "{P}")
    string(APPEND L "{B}")
lua-list: ks = {[[{P}]], [[{B}]]}
asm-terminated: k db "{P}",0
      db "{B}",0
tuple-of-a-call: call(a, b="{P}", c="{B}")
    key = a + c
tuple-default: def build(rest, prefix="{P}"): return prefix
    other = rest + "{B}"
tuple-apart: a, b = "{P}", "abc"
    c = "{B}"
    key = a + b
tuple-separated: a, b = "{P}", "{B}"
    key = a + "-" + other + b
haskell-bars: key = "{P}" || "{B}"
c-escape: x = "{P}\
       \{B}";
cmake-list: list(APPEND KEYS "{P}" "{B}")
cmake-join-comma: string(JOIN "," KEYS "{P}" "{B}")
tcl-list: set k [list {P} {B}]
tcl-join-comma: set k [join {{P} {B}} ","]
fish-join-comma: string join "," {P} {B}
elixir-word-list: kinds = ~w({P} {B})
reduce-other: ["{P}", "{B}"].reduce((a, b) => a || b)
rego-comma: key := concat(",", ["{P}", "{B}"])
awk-comma: BEGIN { p = "{P}"; s = "{B}"; print p, s }
js-erb: <%= "{P}" %> {B}
name-in-a-pair-called: key = "{P}" + body()
    x = {body: "{B}"}
csharp-arrow: public string Prefix { get; } = "{P}";
    public string Secret => Find("{B}");
    public string Key => Prefix + Other;
other-environment: ENV = "test"
    key = f"wa_{ENV}_{B}"
unknown-environment: key = f"wa_{ENV}_{B}"
braces-elsewhere: k = {"{P}", "{B}"};
php-array-apart: $c = ['p' => '{P}', 's' => '{B}'];
    $k = $c['p'] . '-' . x($c['s']);
constructor-of-another: std::string p("{P}");
    Client s("{B}");
    auto k = p + s;
sprintf-apart: k := sprintf("%s:%s", ["{P}", "{B}"])
inject-other: k = ['{P}', '{B}'].inject(:*)
word-between: "{P}" or "{B}"
calls: k = check("{P}") + measure("{B}")
"""
)


PATHS = {
    **{"python": "a.py", "c": "a.c", "objc": "a.m", "sh": "a.sh", "echo": "a.sh", "awk": "a.awk"},
    **{"haskell": "a.hs", "matlab": "a.m", "xquery": "a.xq", "cmake": "a.cmake", "verilog": "a.sv"},
}
"""Paths by the language that the name of a template begins with; other names have no extension."""


def detect(text: str, context: ScanContext | None = None, path: str = "a") -> list[Finding]:
    return detect_in_document(Document(Origin(path), text.encode()), context or few())


def detect_template(text: str, name: str) -> list[Finding]:
    return detect(text, path=PATHS.get(name.partition("-")[0], "a"))


def fill_template(template: str, name: str) -> tuple[str, str]:
    """Return the filled template and its key."""
    source = random.Random(name)
    body = "".join(source.choices(ALPHABET, k=39)) + "7"
    for hole, text in (("P", PREFIX), ("B", body), ("H", body[:20]), ("T", body[20:])):
        template = template.replace("{" + hole + "}", text)
    return template, PREFIX + body


@pytest.mark.parametrize(("name", "template"), JOINED.items(), ids=JOINED)
def test_concatenated_literals_are_one_key(name: str, template: str) -> None:
    text, key = fill_template(template, name)
    (finding,) = detect_template(text, name)
    assert finding.secret.reveal().decode() == key
    # A prefix that is cut shows only once the escapes of the outer text are decoded.
    encoding = "escapes/pieces" if name.startswith("json-in-json-cut") else "pieces"
    assert (finding.standing, finding.encoding) == (Standing.REPORTED, encoding)
    assert PREFIX + "…" in finding.excerpt
    assert not any(key[8 + n : 8 + n + 8] in finding.excerpt for n in range(32))


@pytest.mark.parametrize(("name", "template"), SEPARATE.items(), ids=SEPARATE)
def test_literals_that_are_not_concatenated_are_not_a_key(name: str, template: str) -> None:
    text, _ = fill_template(template, name)
    assert [f for f in detect_template(text, name) if f.rule == "wastack-api-key"] == []


def test_the_tables_have_their_minimum_size() -> None:
    assert (len(JOINED) > 160, len(SEPARATE) > 60) == (True, True)


def test_a_key_between_two_literals_is_found(make_key: MakeKey) -> None:
    key, plain = make_key(), make_key()
    text = f'P = "{PREFIX}"\nX = "{plain}"\nK = P + "{key[8:]}"\n'
    assert [(f.secret.reveal().decode(), f.encoding) for f in detect(text)] == [
        (key, "pieces"),
        (plain, "plain"),
    ]
    assert not any(key[8:16] in f.excerpt or plain[8:16] in f.excerpt for f in detect(text))


# Path, definition of a constant with the prefix, and its use in the definition of a key.
NAMED: dict[str, tuple[str, str, str]] = {
    "python": ("a.py", 'P = "{P}"', 'K{n} = P + "{B}"'),
    "python-format": ("a.py", 'P = "{P}"', 'K{n} = f"{{P}}{B}"'),
    "shell": ("a.sh", "P={P}", 'K{n}="${{P}}{B}"'),
    "shell-bare": ("a.sh", "P={P}", "K{n}=$P'{B}'"),
    "make": ("Makefile", "P := {P}", "K{n} := $(P){B}"),
    "javascript": ("a.js", 'const P = "{P}";', 'const k{n} = P + "{B}";'),
    "javascript-template": ("a.js", "const P = '{P}';", "const k{n} = `${{P}}{B}`;"),
    "go": ("a.go", 'const P = "{P}"', 'var k{n} = P + "{B}"'),
    "ruby": ("a.rb", 'P = "{P}"', 'K{n} = "#{{P}}{B}"'),
    "php": ("a.php", "$p = '{P}';", "$k{n} = $p . '{B}';"),
    "java": ("A.java", 'String P = "{P}";', 'String k{n} = P + "{B}";'),
    "powershell": ("a.ps1", '$p = "{P}"', '$k{n} = $p + "{B}"'),
}
COUNTS = (4, 17, 40)


def name_keys(name: str, bodies: list[str], *, repeats: bool = False) -> tuple[str, str]:
    """Return the path and the text of keys that use a constant, defined once or for each."""
    path, definition, use = NAMED[name]
    lines = [use.format(n=number, B=body) for number, body in enumerate(bodies)]
    start = definition.format(P=PREFIX)
    return path, "\n".join(
        [f"{start}\n{line}" for line in lines] if repeats else [start, *lines]
    ) + "\n"


def draw_bodies(name: str, count: int) -> list[str]:
    source = random.Random(f"{name} {count}")
    return ["".join(source.choices(ALPHABET, k=31)) + "7" for _ in range(count)]


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("name", NAMED)
def test_a_key_is_found_at_each_use_of_a_constant(name: str, count: int) -> None:
    bodies = draw_bodies(name, count)
    path, text = name_keys(name, bodies)
    found = {finding.secret.reveal().decode() for finding in detect(text, path=path)}
    assert found == {PREFIX + body for body in bodies}


@pytest.mark.parametrize("repeats", [False, True], ids=["defined once", "defined each time"])
@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("name", NAMED)
def test_uses_of_a_constant_without_a_key_hide_no_key(name: str, count: int, repeats: bool) -> None:
    (body,) = draw_bodies(name, 1)
    path, text = name_keys(name, ["abc"] * count + [body], repeats=repeats)
    found = {finding.secret.reveal().decode() for finding in detect(text, path=path)}
    assert found == {PREFIX + body}


COMPLETE = parse_shapes(
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
js-or: const key = "{P}{B}" || "x";
js-or-single: const key = '{P}{B}' || 'x';
js-or-env: const key = process.env.K || '{P}{B}' || 'default';
java-or: k = a.equals("{P}{B}") || "x".equals(b);
ts-nullish: const k = "{P}{B}" ?? "x";
js-and: const k = "{P}{B}" && "x";
sql-logical-in-js: db.query("SELECT 1", '{P}{B}' || 'x')
cpp-stream: std::cout << "{P}{B}" << "done";
list-add: keys.add("{P}{B}").add("other");
list-append: keys.append("{P}{B}")
    keys.append("other")
builder-lines: sb.append("{P}{B}");
    sb.append("other");
ruby-array: out << "{P}{B}" << "x"
union: type K = "{P}{B}" | "x";
shell-or: test "$a" = '{P}{B}' || 'x'
shell-name: curl -H "X: {P}{B}"$X
list-named: keys = ["{P}{B}", "other"]
kotlin-appends: sb.append("{P}{B}")
    append("other")
json-join: {"Join": ["{P}{B}", "other"]}
scala-list: val k = List("{P}{B}", "other").mkString(",")
ruby-percent-array: out << %q({P}{B}) << %q(other)
"""
)


@pytest.mark.parametrize(("name", "template"), COMPLETE.items(), ids=COMPLETE)
def test_a_complete_key_is_not_extended(name: str, template: str) -> None:
    text, key = fill_template(template, name)
    (finding,) = [f for f in detect_template(text, name) if f.rule == "wastack-api-key"]
    assert (finding.secret.reveal().decode(), finding.encoding) == (key, "plain")


def test_complete_keys_on_adjacent_lines_are_not_joined(make_key: MakeKey) -> None:
    keys = [make_key() for _ in range(4)]
    text = "\n".join(f'"{key}"' for key in keys)
    assert [f.secret.reveal().decode() for f in detect(text)] == keys
    assert [f.secret.reveal().decode() for f in detect(f'send "{keys[0]}" "main"')] == keys[:1]


@pytest.mark.parametrize("joint", ['" + "', "' . '", '"\n  "', "' .. '", '\\" + \\"'])
def test_a_prefix_in_two_or_three_parts_is_found(joint: str, make_key: MakeKey) -> None:
    ends = range(1, len(PREFIX) + 1)
    for low, high in ((low, high) for low in ends for high in ends if low <= high):
        key, opening = make_key(), joint[: joint.index(" ")].rstrip() or joint[0]
        pieces = [piece for piece in (key[:low], key[low:high], key[high:]) if piece]
        text = f"x = {opening[-2:].strip()}{joint.join(pieces)}{joint[joint.rindex(' ') + 1 :]}\n"
        assert [f.secret.reveal().decode() for f in detect(text)] == [key], text


def cuts(least: int, most: int) -> list[tuple[int, ...]]:
    """Return the offsets that split the prefix into parts, the first with two letters or more."""
    return [
        cut
        for count in range(least - 1, most)
        for cut in combinations(range(2, len(PREFIX) + 1), count)
    ]


@pytest.mark.parametrize("joint", ['" + "', "' . '", '"\n  "', '\\" + \\"'])
def test_a_prefix_in_four_or_five_parts_is_found(joint: str, make_key: MakeKey) -> None:
    for places in cuts(4, 5):
        key, quote = make_key(), joint[: joint.index(joint[-1]) + 1]
        ends = (*places, len(key))
        pieces = [key[low:high] for low, high in zip((0, *places), ends, strict=True)]
        text = f"x = {quote}{joint.join(pieces)}{quote}\n"
        for context in (few(), LARGE_SCAN):
            assert [f.secret.reveal().decode() for f in detect(text, context=context)] == [key], (
                text
            )


@given(
    body=st.text(alphabet=ALPHABET, min_size=16, max_size=60),
    cuts=st.lists(st.integers(1, 60), max_size=6),
    joint=st.sampled_from(['" + "', "' . '", '"\n  "', "' .. '", '" ++ "', "' || '"]),
)
def test_a_key_that_is_split_anywhere_is_found(body: str, cuts: list[int], joint: str) -> None:
    key = PREFIX + body
    places = sorted(
        {cut for cut in cuts if len(PREFIX) <= cut < len(key)}
        | {random.Random(body).randrange(1, len(PREFIX))}
    )
    pieces = [key[start:end] for start, end in zip([0, *places], [*places, len(key)], strict=True)]
    text = f"SELECT {joint[0]}{joint.join(pieces)}{joint[-1]}\n"
    assert [f.secret.reveal().decode() for f in detect(text, path="a.sql")] == [key]


GUTTERS = {
    "numbered by cat": ("     1\t", "     2\t"),
    "numbered by bat": ("  1 | ", "  2 | "),
    "log of GitHub": ("2026-01-01T00:00:00.0000000Z ", "2026-01-01T00:00:00.1000000Z "),
    "log": ("2026-01-01 10:00:00,123 ", "2026-01-01 10:00:00,124 "),
}


@pytest.mark.parametrize(("first", "second"), GUTTERS.values(), ids=GUTTERS)
def test_a_continued_line_in_a_list_of_lines_has_no_letters_of_its_gutter(
    make_key: MakeKey, first: str, second: str
) -> None:
    key = make_key()
    text = f'{first}curl -H "Authorization: Bearer {key[:28]}\\\n{second}{key[28:]}" x\n'
    findings = [f for f in detect_template(text, "a.txt") if f.rule == "wastack-api-key"]
    assert [finding.secret.reveal().decode() for finding in findings] == [key]

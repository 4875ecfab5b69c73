"""Keys in literals whose names are joined with something: the rest of the key is elsewhere."""

from __future__ import annotations

import base64
import random
from collections.abc import Mapping

import pytest

from tests.support.contexts import few
from tests.support.keys import ALPHABET, PREFIX, MakeKey
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds, Finding
from wakeyscan.core.secret import API_KEY
from wakeyscan.scanner.detector import detect_in_document

KEY = PREFIX + "".join(random.Random("joined names").choices(ALPHABET, k=40))

JOINED: Mapping[str, tuple[str, ...]] = {
    "a.py": (
        'P = "AAA"\nQ = "BBB"\nKEY = P + Q\n',
        'P = "AAA"\nKEY = P + "BBB"\n',
        'P = "AAA"\nQ = "BBB"\nKEY = f"{P}{Q}"\n',
        'P = "AAA"\nQ = "BBB"\nKEY = "{}{}".format(P, Q)\n',
        'P = "AAA"\nQ = "BBB"\nKEY = "%s%s" % (P, Q)\n',
        'P = "AAA"\nQ = "BBB"\nKEY = "".join([P, Q])\n',
        'P, Q = "AAA", "BBB"\nKEY = P + Q\n',
        'PARTS = ["AAA", "BBB"]\nKEY = PARTS[0] + PARTS[1]\n',
        'PARTS = ("AAA",\n "BBB")\nKEY = "".join(PARTS)\n',
        'P = "AAA"\nKEY = P\nKEY += "BBB"\n',
        'd = {"p": "AAA", "q": "BBB"}\nKEY = d["p"] + d["q"]\n',
        'self.p = "AAA"\nself.q = "BBB"\nk = self.p + self.q\n',
        'API_KEY_PREFIX = "AAA"\n',
        'P: Final[str] = "AAA"\nk = (P) + other()\n',
        'P = "AAA"\nk = "%s%s" % (P, "BBB")\n',
        'P = "AAA"\nk = "".join((P, "BBB"))\n',
        'P = ("wa_live" + "_AAA")\nK = P + "BBB"\n',
        'P = "AAA"\nk = Template("$P$Q")\n',
        'P = "AAA"\nk = "{P}{Q}".format(P=P, Q=Q)\n',
    ),
    "a.js": (
        'const p="AAA";\nconst q="BBB";\nconst z=p+q;\n',
        'const p="AAA";\nconst z=`${p}${q}`;\n',
        'const p="AAA";\nconst z=`${p}BBB`;\n',
        'const c={p:"AAA",q:"BBB"};\nconst z=c.p+c.q;\n',
        'const p="AAA", q="BBB";\nconst z=[p,q].join("");\n',
        'const p="AAA";\nconst z=p.concat("BBB");\n',
        'let p="AAA";\np+="BBB";\n',
        'const parts=["AAA","BBB"];\nconst k=parts.join("");\n',
        'const p="AAA"; const z = [p, q].join(``);\n',
        'const {p} = {p: "AAA"};\nconst z = p + q;\n',
    ),
    "a.ts": (
        'const p: string = "AAA";\nexport const z = p + q;\n',
        'class A { static readonly P = "AAA"; k = A.P + A.Q; }\n',
    ),
    "a.go": (
        'const p = "AAA"\nconst q = "BBB"\nvar k = p + q\n',
        'const p = "AAA"\nk := fmt.Sprintf("%s%s", p, q)\n',
        'const (\n\tp = "AAA"\n\tq = "BBB"\n)\nvar k = strings.Join([]string{p, q}, "")\n',
        'const p = "AAA"\nk := fmt.Sprint(p, q)\n',
        'p := "AAA"\nsb.WriteString(p)\nsb.WriteString(q)\n',
    ),
    "a.sh": (
        'P="AAA"\nQ="BBB"\nK="$P$Q"\n',
        'K="AAA"\nK="${K}BBB"\n',
        "P=AAA\nQ=BBB\nexport K=$P$Q\n",
        'P=AAA\nK=$P"B"\n',
        'P=AAA\nK="$P""BBB"\n',
        "P=AAA\nP+=BBB\n",
        'P=AAA; Q=BBB\nprintf -v K "%s%s" "$P" "$Q"\n',
        "export P=AAA\nK=${P}${Q}\n",
        'P=(AAA B)\nK="${P[0]}${P[1]}"\n',
        "P=AAA\nK=$P-$Q\n",
        'P="AAA"\ncurl -H "Authorization: Bearer ${P}BBB" x\n',
    ),
    "a.mk": (
        "P = AAA\nQ = BBB\nK = $(P)$(Q)\n",
        "P := AAA\nK := ${P}BBB\n",
    ),
    ".env": (
        "P=AAA\nQ=BBB\nK=${P}${Q}\n",
        "P=AAA\nK=$P$Q\n",
        'P="AAA"\nK="${P}BBB"\n',
    ),
    "a.bat": (
        "set A=AAA\r\nset A=%A%BBB\r\n",
        'set "P=AAA"\r\nset K=%P%%Q%\r\n',
        "set P=AAA\r\nset K=!P!!Q!\r\n",
    ),
    "a.php": (
        '<?php $p = "AAA";\n$q = "BBB";\n$k = $p . $q;\n',
        '<?php $p = "AAA";\n$k = "$p$q";\n',
        '<?php define("P", "AAA");\n$k = P . Q;\n',
        '<?php $p = "AAA";\n$k = $p.$q;\n',
        '<?php $p = "AAA";\n$p .= "BBB";\n',
        '<?php const P = "AAA";\n$k = implode("", [self::P, self::Q]);\n',
        '<?php $p = "AAA";\n$k = "{$p}BBB";\n',
        '<?php $p = "AAA";\n$k = sprintf("%s%s", $p, $q);\n',
        '<?php $this->p = "AAA";\n$k = $this->p . $this->q;\n',
    ),
    "A.java": (
        'static final String P = "AAA";\nstatic final String Q = "BBB";\nString k = P + Q;\n',
        'String p = "AAA";\nString k = p.concat(q);\n',
        'String p = "AAA";\nString k = String.format("%s%s", p, q);\n',
        'String p = "AAA";\nk = new StringBuilder(p).append(q).toString();\n',
        'String p = "AAA";\nk = new StringBuilder().append(p).append(q).toString();\n',
        'String p = "AAA";\nk = String.join("", p, q);\n',
    ),
    "a.kt": (
        'const val P = "AAA"\nval k = "$P$Q"\n',
        'val p = "AAA"\nval k = "${p}${q}"\n',
        'val p = "AAA"\nval k = p.plus(q)\n',
    ),
    "a.c": (
        '#define A "AAA"\n#define B "BBB"\nchar*k = A B;\n',
        '#define A "AAA"\nchar*k = A "BBB";\n',
        'const char *p = "AAA";\nstrcpy(k, p); strcat(k, "BBB");\n',
        'char p[] = "AAA";\nstrcat(p, q);\n',
        'const char p[] = "AAA";\nsnprintf(k, 99, "%s%s", p, q);\n',
        'static const char* p = "AAA";\nsnprintf(k, 99, "%s%s", p, q);\n',
    ),
    "a.cpp": (
        'std::string p = "AAA";\nauto k = p + q;\n',
        'const std::string p{"AAA"};\nauto k = p + q;\n',
        'std::string p("AAA");\nauto k = p + q;\n',
        'auto p = "AAA"s;\nos << p << q;\n',
        'std::string p = "AAA";\nauto k = absl::StrCat(p, q);\n',
        'std::string p = "AAA";\np.append(q);\n',
    ),
    "a.cs": (
        'const string P = "AAA";\nvar k = $"{P}{Q}";\n',
        'var p = "AAA";\nvar k = string.Concat(p, q);\n',
        'var p = "AAA";\nvar k = p + q;\n',
        'var p = "AAA";\nvar k = string.Format("{0}{1}", p, q);\n',
    ),
    "a.rb": (
        'P = "AAA"\nK = P + Q\n',
        'P = "AAA".freeze\nK = "#{P}#{Q}"\n',
        'p = "AAA"\np << "BBB"\n',
        'P = "AAA"\nK = [P, Q].join\n',
    ),
    "a.rs": (
        'const P: &str = "AAA";\nlet k = format!("{P}{Q}");\n',
        'const P: &str = "AAA";\nlet k = format!("{}{}", P, Q);\n',
        'let mut p = String::from("AAA");\np.push_str("BBB");\n',
        'const P: &str = "AAA";\nlet k = concatcp!(P, Q);\n',
        'let p = "AAA";\nlet k = [p, q].concat();\n',
        'let p = "AAA".to_string();\nlet k = p + "BBB";\n',
    ),
    "a.swift": (
        'let p = "AAA"\nlet k = "\\(p)\\(q)"\n',
        'let p = "AAA"\nlet k = p + q\n',
    ),
    "a.tf": (
        'locals { \n p = "AAA"\n q = "BBB"\n k = "${local.p}${local.q}"\n}\n',
        'locals { \n p = "AAA"\n k = join("", [local.p, local.q])\n}\n',
        'variable "p" {\n default = "AAA"\n}\nlocals {\n k = "${var.p}${var.q}"\n}\n',
    ),
    "a.yml": (
        'p: AAA\nq: BBB\nk: "{{ p }}{{ q }}"\n',
        'vars:\n  p: AAA\nk: "{{ p ~ q }}"\n',
        "env:\n  P: AAA\nrun: |\n  K=$P$Q\n",
        "env:\n  P: AAA\nk: ${{ env.P }}${{ env.Q }}\n",
        'p: AAA\nk: "{{ p + q }}"\n',
    ),
    "a.lua": (
        'local p = "AAA"\nlocal k = p .. q\n',
        'local p = "AAA"\nlocal k = p.."BBB"\n',
    ),
    "a.pl": (
        'my $p = "AAA";\nmy $k = $p . $q;\n',
        'my $p = "AAA";\nmy $k = "$p$q";\n',
        'use constant P => "AAA";\nmy $k = P . Q;\n',
    ),
    "a.ps1": (
        '$p = "AAA"\n$k = $p + $q\n',
        '$p = "AAA"\n$k = "$p$q"\n',
        '$p = "AAA"\n$k = "{0}{1}" -f $p, $q\n',
        '$p = "AAA"\n$k = -join ($p, $q)\n',
        '$p = "AAA"\n$k = $p, $q -join ""\n',
    ),
    "a.vb": (
        'Const P = "AAA"\nk = P & Q\n',
        'Dim p As String = "AAA"\nk = p & q\n',
    ),
    "a.sql": (
        "DECLARE @p varchar(99) = 'AAA';\nSELECT @p + @q;\n",
        "SET @p = 'AAA';\nSELECT CONCAT(@p, @q);\n",
        "\\set p 'AAA'\nselect :p || :q;\n",
    ),
    "a.ini": (
        "[a]\np = AAA\nk = %(p)s%(q)s\n",
        "p = AAA\nk = ${p}${q}\n",
    ),
    "pom.xml": (
        "<properties><p>AAA</p><q>BBB</q><k>${p}${q}</k></properties>\n",
        "<properties><a.p>AAA</a.p><k>${a.p}${a.q}</k></properties>\n",
    ),
    "build.xml": (
        '<property name="p" value="AAA"/>\n<property name="k" value="${p}${q}"/>\n',
        '<!DOCTYPE a [<!ENTITY p "AAA"><!ENTITY q "BBB">]>\n<k>&p;&q;</k>\n',
    ),
    "CMakeLists.txt": ('set(P "AAA")\nset(K "${P}${Q}")\n',),
    "Dockerfile": (
        "ENV P=AAA\nENV K=$P$Q\n",
        "ARG P AAA\nENV K=${P}${Q}\n",
        "ENV P AAA\nENV K ${P}BBB\n",
    ),
    "a.tcl": (
        'set p "AAA"\nset k "$p$q"\n',
        "set p AAA\nappend p $q\n",
    ),
    "a.fish": (
        "set P AAA\nset K $P$Q\n",
        'set -x P "AAA"\nset K "$P$Q"\n',
    ),
    "a.ex": (
        'p = "AAA"\nk = p <> q\n',
        '@p "AAA"\nk = @p <> @q\n',
    ),
    "a.hs": ('p = "AAA"\nk = p ++ q\n',),
    "a.ml": ('let p = "AAA"\nlet k = p ^ q\n',),
    "a.jl": (
        'p = "AAA"\nk = p * q\n',
        'const P = "AAA"\nk = "$P$Q"\n',
    ),
    "a.R": ('p <- "AAA"\nk <- paste0(p, q)\n',),
    "a.erl": ('-define(P, "AAA").\nk() -> ?P ++ ?Q.\n',),
    "a.dart": ("const p = 'AAA';\nfinal k = '$p$q';\n",),
    "a.m": (
        'NSString *p = @"AAA";\nNSString *k = [p stringByAppendingString:q];\n',
        'NSString *p = @"AAA";\nk = [NSString stringWithFormat:@"%@%@", p, q];\n',
    ),
    "a.f90": ("p = 'AAA'\nk = trim(p)//trim(q)\n",),
    "a.awk": ('BEGIN { p = "AAA"; q = "BBB"; k = p q }\n',),
    "a.erb": ('<% p = "AAA" %><%= p %><%= q %>\n',),
    "a.nix": ('let p = "AAA"; in "${p}${q}"\n',),
    "a.groovy": ("def p = 'AAA'\ndef k = p + q\n",),
    "a.scss": (
        '$p: "AAA";\n$k: $p + $q;\n',
        '$p: "AAA";\n$k: "#{$p}#{$q}";\n',
    ),
    "a.ipynb": ('{"cells":[{"source":["P = \\"AAA\\"\\n","Q = \\"BBB\\"\\n","K = P + Q\\n"]}]}',),
    "a.clj": ('(def p "AAA")\n(def k (str p q))\n',),
    "a.lisp": ('(defvar p "AAA")\n(concatenate \'string p q)\n',),
    "a.pas": ("const P = 'AAA';\nk := P + Q;\n",),
    "a.cob": (
        '01 P PIC X(30) VALUE "AAA".\nSTRING P DELIMITED BY SIZE Q DELIMITED BY SIZE INTO K.\n',
    ),
}
"""Statements that join AAA, the first part of a key, with its rest BBB or with another value."""

WHOLE: Mapping[str, tuple[str, ...]] = {
    "a.py": (
        'KEY = "AAA"\nheaders = {"Authorization": "Bearer " + KEY}\n',
        'KEY = "AAA"\nheaders = {"Authorization": f"Bearer {KEY}", "X-App-Key": APP}\n',
        'KEY = "AAA"\nx = KEY + "\\n"\n',
        'KEY = "AAA"\nx = KEY + ":" + SECRET\n',
        'KEY = "AAA"\nprint("%s %s" % (KEY, x))\n',
        'KEY = "AAA"\nprint(KEY, x)\n',
        'KEY = "AAA"\nurl = "https://x/?k=%s&b=%s" % (KEY, b)\n',
        'KEY = "AAA"\nos.environ["K"] = KEY\nclient = Client(KEY, timeout=3)\n',
        'KEY = "AAA"\nx = "{}:{}".format(KEY, s)\n',
        'KEY = "AAA"\nx = ":".join([KEY, S])\n',
        'KEY = "AAA"\nx = os.path.join(KEY, "a")\n',
        'KEY = "AAA"\nif KEY and x:\n  y = [KEY, x]\n',
        'headers = {"Authorization": "Bearer AAA", "b": c}\nx = headers\n',
        'c = Client(api_key="AAA", x="b")\nd = a + b\n',
        'KEY = "AAA"\nf = f"{KEY}:{x}"\n',
        'KEY = "AAA"\nf = f"{BASE}/x?key={KEY}&b={x}"\n',
        'KEY = "AAA"\nx = f"{KEY}"\nlog.info("%s/%s", KEY, x)\n',
    ),
    "a.js": (
        'const KEY="AAA";\nfetch(u,{headers:{Authorization:`Bearer ${KEY}`}})\n',
        'const key = "AAA";\nconst o = {key, b: 1};\n',
        'const KEY="AAA";\nx(KEY, `${a}${b}`)\n',
        'const KEY="AAA";\nconst x = process.env.K || KEY;\n',
        'const KEY="AAA";\nconst u = `https://x/?k=${KEY}&a=${b}`;\n',
        'const c = { key: "AAA", b: 2 };\nuse(c.key);\nconst z = a + b;\n',
        'const KEY="AAA"; get(u, { headers: { "A": "Bearer " + KEY, "X-App-Key": APP } });\n',
        'const KEY="AAA";\nreturn <Foo k={KEY} other={x}/>;\n',
        'const KEY="AAA";\nconsole.log(KEY + " " + x);\n',
        'const KEY="AAA"; // a + b\n',
        'const KEY = "AAA"; // comment\nexport default KEY // nothing\n',
    ),
    "a.go": (
        'const key = "AAA"\nreq.Header.Set("Authorization", "Bearer "+key)\n',
        'const key = "AAA"\nfmt.Println(key, x)\n',
        'const key = "AAA"\nfmt.Sprintf("%s %s", key, x)\nfmt.Sprintf("Bearer %s", key)\n',
    ),
    "a.sh": (
        'KEY="AAA"\ncurl -H "Authorization: Bearer $KEY" "$URL"\n',
        'export KEY=AAA\ncurl -H "Authorization: Bearer ${KEY}" \\\n  -H "X-App-Key: ${APP}" https://x\n',
        'KEY=AAA\necho "$KEY"\n./run --key "$KEY" --x "$Y"\n',
        "KEY=AAA\ncat <<EOF\nk=$KEY\nEOF\n",
        'KEY=AAA\ncurl "https://x/?k=$KEY&b=$C"\n',
        "KEY=AAA\necho $KEY > f; echo $KEY | x\n",
        "KEY=AAA ./run x\nKEY=$KEY ./run\n",
    ),
    ".env": (
        "KEY=AAA\nB=x\nURL=https://x/?k=${KEY}&b=1\n",
        "API_KEY=AAA\nAPP_KEY=b\n",
        'KEY="AAA"\nAUTH="Bearer ${KEY}"\n',
    ),
    "a.yml": (
        'key: AAA\nb: "{{ key }}"\n',
        'env:\n  KEY: AAA\nrun: curl -H "Authorization: Bearer $KEY" x\n',
        "- key: AAA\n  b: c\n- key: d\n",
        'key: AAA\nurl: "https://x/{{ key }}/{{ b }}"\n',
    ),
    "A.java": (
        'static final String KEY = "AAA";\nreq.header("Authorization", "Bearer " + KEY);\n',
        'String key = "AAA";\nlog.info("{} {}", key, x);\n',
        'String key = "AAA";\nmap.put("k", key);\nString.format("%s/%s", key, b);\n',
        '@Value("AAA") String key;\nb = key;\n',
    ),
    "a.php": (
        '<?php $key = "AAA";\n$h = ["Authorization: Bearer " . $key, "X: " . $x];\n',
        '<?php $key = "AAA";\n$h = "Authorization: Bearer $key\\r\\n";\n',
        '<?php define("KEY", "AAA");\necho KEY;\n$x->y(KEY, $z);\n',
        '<?php $key = "AAA";\n$u = "https://x/?k=$key&b=$c";\n',
    ),
    "a.rb": (
        'KEY = "AAA"\nh["Authorization"] = "Bearer #{KEY}"\n',
        'KEY = "AAA".freeze\nputs "#{KEY} #{x}"\n',
    ),
    "a.c": (
        '#define KEY "AAA"\nconst char *h = "Authorization: Bearer " KEY;\n',
        '#define KEY "AAA"\nconst char *h = "Bearer " KEY "\\r\\n";\n',
        'static const char *key = "AAA";\nprintf("%s %s", key, x);\n',
    ),
    "a.json": (
        '{"key": "AAA", "b": "c"}',
        '{"headers": {"Authorization": "Bearer AAA"}, "b": 1}',
        '{"key": "AAA",\n "key2": "B"}',
    ),
    "a.xml": (
        '<string name="key">AAA</string>\n<string name="b">c</string>',
        '<add key="k" value="AAA" />',
    ),
    "a.md": (
        "| KEY | AAA |\n|---|---|\n",
        '```\nKEY="AAA"\n```\nThen use `$KEY`.\n',
    ),
    "a.properties": (
        "wa.key=AAA\nwa.url=x\n",
        "key=AAA\nurl=https://x/${key}/b\n",
    ),
    "a.tf": ('variable "key" {\n default = "AAA"\n}\nheader = "Bearer ${var.key}"\n',),
    "a.log": ('key=AAA a=b\n{"key":"A","b":1}\n',),
    "a.ini": ("key = AAA\nb = x + y\n",),
    "a.mk": ('KEY := AAA\nrun:\n\tcurl -H "Authorization: Bearer $(KEY)" $(URL)\n',),
    "Dockerfile": (
        "ENV KEY=AAA\nRUN echo $KEY && x\n",
        "ENV KEY AAA\n",
    ),
    "a.cs": ('var key = "AAA";\nvar h = $"Bearer {key}";\nvar u = $"{key}/{x}";\n',),
    "a.kt": ('val key = "AAA"\nval h = "Bearer $key"\n',),
    "a.ps1": ('$key = "AAA"\n$h = @{ Authorization = "Bearer $key"; "X-App-Key" = $app }\n',),
}
"""Uses of a whole key, AAA."""

KNOWN = (
    ("a.py", 'P = "AAA"\nQ = "BBB"\nK = P + Q\n'),
    ("a.py", 'P = "AAA"\nK = P + "BBB"\n'),
    ("a.js", 'const p = "AAA", q = "BBB";\nconst z = `${p}${q}`;\n'),
    ("a.sh", 'P="AAA"\nQ="BBB"\nK="$P$Q"\n'),
    ("a.mk", "P = AAA\nQ = BBB\nK = $(P)$(Q)\n"),
    ("a.php", '<?php $p = "AAA";\n$q = "BBB";\n$k = $p . $q;\n'),
)
"""Statements whose rest is found."""


def find_keys(path: str, text: str, key: str = KEY) -> list[Finding]:
    content = text.replace("AAA", key[:30]).replace("BBB", key[30:]).encode()
    found = detect_in_document(Document(Origin(path), content), few())
    return [finding for finding in found if finding.rule == API_KEY]


def list_cases(table: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(path, text) for path, texts in table.items() for text in texts]


@pytest.mark.parametrize(("path", "text"), list_cases(JOINED))
def test_a_part_of_a_key_is_open_or_joined(path: str, text: str) -> None:
    found = find_keys(path, text)
    assert found
    for finding in found:
        assert finding.bounds is Bounds.OPEN or finding.secret.reveal().decode() == KEY


@pytest.mark.parametrize(("path", "text"), list_cases(WHOLE))
def test_a_key_that_is_used_whole_is_certain(path: str, text: str) -> None:
    assert [finding.bounds for finding in find_keys(path, text)] == [Bounds.CERTAIN]


@pytest.mark.parametrize(("path", "text"), KNOWN)
def test_the_whole_key_is_a_candidate(path: str, text: str, make_key: MakeKey) -> None:
    key = make_key(40)[:-1] + "7"  # without a digit, a makefile's value is no literal
    finding, *_ = find_keys(path, text, key)
    assert key in [finding.secret.reveal().decode()] + [
        secret.reveal().decode() for secret in finding.candidates
    ]


@pytest.mark.parametrize("name", ["KEY_PREFIX", "key_part1", "KeyHalf", "TOKEN_HEAD", "chunk_2"])
def test_a_name_that_says_that_it_is_a_part_leaves_a_key_open(name: str) -> None:
    assert [finding.bounds for finding in find_keys("a.py", f'{name} = "AAA"\n')] == [Bounds.OPEN]


@pytest.mark.parametrize(
    "name", ["KEY", "KEY_1", "api_header", "overhead", "PREFIXED_KEY", "apartment"]
)
def test_another_name_leaves_a_key_certain(name: str) -> None:
    (finding,) = find_keys("a.py", f'{name} = "AAA"\n')
    assert finding.bounds is Bounds.CERTAIN


def test_a_part_in_an_encoded_script_is_open() -> None:
    script = f'#!/bin/sh\nexport P="{KEY[:30]}"\nexport Q="{KEY[30:]}"\nexport K="$P$Q"\n# more\n'
    text = f"user_data: {base64.b64encode(script.encode()).decode()}\n"
    assert [finding.bounds for finding in find_keys("a.yml", text)] == [Bounds.OPEN]


def test_a_name_that_is_its_own_alias_is_searched_once() -> None:
    (finding,) = find_keys("a.py", 'a = "AAA"\nb = a\na = b\n')
    assert finding.bounds is Bounds.CERTAIN

"""Keys that several statements assemble, and whole ones whose names are used in other ways.

In an assembled one, AAA is the first part of the key, and BBB and CCC are the rest. In a whole one,
KEY is the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.support.keys import MakeKey

Text = tuple[str, str]
"""The path of a file, and its text."""

_STATEMENTS = (
    # Builders, streams and methods
    ("a.java", 'sb.append("AAA");\nsb.append("BBB");\nsb.append("CCC");\n'),
    (
        "a.java",
        'String k = new StringBuilder()\n  .append("AAA")\n  .append("BBB")\n  .append("CCC")\n',
    ),
    (
        "a.java",
        'StringBuffer sb = new StringBuffer("AAA");\nsb.append("BBB");\nsb.append("CCC");\n',
    ),
    (
        "a.java",
        'sb.append("AAA");\nlog.info("next");\nsb.append("BBB");\ncount++;\nsb.append("CCC");\n',
    ),
    ("a.cs", 'var sb = new StringBuilder("AAA");\nsb.Append("BBB");\nsb.Append("CCC");\n'),
    (
        "a.kt",
        'val k = StringBuilder().apply {\n  append("AAA")\n  append("BBB")\n  append("CCC")\n}\n',
    ),
    ("a.go", 'b.WriteString("AAA")\nb.WriteString("BBB")\nb.WriteString("CCC")\n'),
    ("a.swift", 'var k = "AAA"\nk.append("BBB")\nk.append("CCC")\n'),
    ("a.swift", 'self.k = "AAA"\nself.k.append("BBB")\nprint("part")\nself.k.append("CCC")\n'),
    ("a.rb", "k = 'AAA'\nk << 'BBB'\nk << 'CCC'\n"),
    ("a.rb", "k = 'AAA' << 'BBB' << 'CCC'\n"),
    ("a.rb", "k = 'AAA'.dup\nk.concat('BBB', 'CCC')\n"),
    ("a.rb", "@k = 'AAA'\n@k << 'BBB'\nputs 'part'\n@k << 'CCC'\n"),
    ("a.cpp", 'std::ostringstream o;\no << "AAA" << "BBB" << "CCC";\n'),
    ("a.cpp", 'o << "AAA";\no << "BBB";\nn += 1;\no << "CCC";\n'),
    ("a.cpp", 'std::string k("AAA");\nk.append("BBB").append("CCC");\n'),
    (
        "a.dart",
        "final sb = StringBuffer()\n  ..write('AAA')\n  ..write('BBB')\n  ..write('CCC');\n",
    ),
    ("a.rs", 'let mut k = String::new();\nk.push_str("AAA");\nk.push_str("BBB");\nk += "CCC";\n'),
    ("a.rs", 'let mut k = String::from("AAA");\nk.push_str("BBB");\nk.push_str("CCC");\n'),
    ("a.c", 'char k[128] = "AAA";\nstrcat(k, "BBB");\nstrcat(k, "CCC");\n'),
    ("a.c", 'strcpy(k, "AAA");\nstrcat(k, "BBB");\nn = 1;\nstrncat(k, "CCC", 64);\n'),
    ("a.c", 'fputs("AAA", f);\nfputs("BBB", f);\nfputs("CCC\\n", f);\n'),
    ("a.c", '#define A "AAA"\n#define B A "BBB"\n#define C B "CCC"\n'),
    ("a.ino", 'Serial.print("AAA");\nSerial.print("BBB");\nSerial.println("CCC");\n'),
    ("a.py", 'print("AAA", end="")\nprint("BBB", end="")\nprint("CCC")\n'),
    ("a.py", 'f.write("AAA")\nf.write("BBB")\nf.write("CCC")\n'),
    ("a.py", 'c = {"a": "AAA", "b": "BBB", "c": "CCC"}\nk = "".join(c.values())\n'),
    ("a.py", 'c = {"a": "AAA", "b": "BBB", "c": "CCC"}\nk = c["a"] + c["b"] + c["c"]\n'),
    ("a.s", 'msg: .ascii "AAA", "BBB"\n  .ascii "CCC\\0"\n'),
    ("a.s", 'msg: .ascii "AAA"\n  .ascii "BBB"\n  .asciz "CCC"\n'),
    # Assignments
    ("a.py", 'k = "AAA"\nk += "BBB"\nk += "CCC"\n'),
    ("a.py", 'self.k = "AAA"\nself.k += "BBB"\nself.k += "CCC"\n'),
    ("a.py", 'k = "AAA"\nk = f"{k}BBB"\nk = f"{k}CCC"\n'),
    ("a.py", 'k = "AAA"\nprint("part")\nk += "BBB"\nn = 1\nif n:\n    k += "CCC"\n'),
    ("a.js", 'let k = "AAA";\nk += "BBB";\nk += "CCC";\n'),
    ("a.js", 'let k = "AAA";\nk = k + "BBB";\nk = `${k}CCC`;\n'),
    ("a.php", "<?php\n$k = 'AAA';\n$k .= 'BBB';\n$k .= 'CCC';\n"),
    ("a.php", '<?php\n$k = "AAA";\n$k = "{$k}BBB";\n$k = "${k}CCC";\n'),
    ("a.pl", 'my $k = "AAA";\n$k = $k . "BBB";\n$k .= "CCC";\n'),
    ("a.lua", 'local k = "AAA"\nk = k .. "BBB"\nk = k .. "CCC"\n'),
    ("a.go", 'k := "AAA"\nk += "BBB"\nk += "CCC"\n'),
    ("a.sql", "SET @k = N'AAA'\nSET @k += N'BBB'\nSET @k += N'CCC'\n"),
    ("a.bas", 'k = "AAA"\nk = k & "BBB"\nk = k & "CCC"\n'),
    ("a.tcl", 'append k AAA BBB CCC\n'),
    # Shells and build files
    ("a.sh", "K=AAA\nK=${K}BBB\nK=${K}CCC\n"),
    ("a.sh", "K=AAA\nK=$KBBB\nK=$KCCC\n"),
    ("a.sh", 'K=AAA\nK="${K}BBB"\nK="${K}CCC"\n'),
    ("a.sh", "K=AAA\nK+=BBB\nK+=CCC\n"),
    ("a.sh", "K=AAA\nK+='BBB'\nK+=\"CCC\"\n"),
    ("a.sh", "K=AAA\nK+=BBB\nK+='CCC'\n"),
    ("a.sh", 'export A=AAA\nexport K="$ABBB"\nexport K="${K}CCC"\n'),
    ("a.sh", "{ printf %s AAA; printf %s BBB; printf '%s\\n' CCC; } > key\n"),
    ("a.ps1", '$k = "AAA"\n$k = "$kBBB"\n$k += "CCC"\n'),
    ("a.ps1", "$k = 'AAA'\n$k += 'BBB'\n$k += 'CCC'\n"),
    ("a.fish", "set k AAA\nset k $kBBB\nset k {$k}CCC\n"),
    ("a.csh", "set k = AAA\nset k = ${k}BBB\nset k = ${k}CCC\n"),
    ("a.bat", "set K=AAA\r\nset K=%K%BBB\r\nset K=%K%CCC\r\n"),
    ("CMakeLists.txt", 'set(K AAA)\nset(K "${K}BBB")\nset(K "${K}CCC")\n'),
    ("CMakeLists.txt", 'set(K "AAA")\nstring(APPEND K "BBB")\nstring(APPEND K "CCC")\n'),
    ("Makefile", "K := AAA\nK := $(K)BBB\nK := $(K)CCC\n"),
)  # fmt: skip
_WHOLE = (
    ("a.py", 'key = "KEY"\nclient = Client(key)\n'),
    ("a.py", 'key = "KEY"\nprint(key + "\\n")\n'),
    ("a.py", 'key = "KEY"\nurl = f"{key}/x"\n'),
    ("a.py", 'key = "KEY"\nheaders["Authorization"] = "Bearer " + key\n'),
    ("a.py", 'print("KEY", end="")\nprint("done")\n'),
    ("a.py", 'c = {"key": "KEY", "user": "admin"}\nprint(c["key"], c["user"])\n'),
    ("a.sh", 'K=KEY; curl -H "Authorization: Bearer $K" https://x\n'),
    ("a.sh", "export K=KEY\nexport K_FILE=$K_FILE\necho $KS\n"),
    ("a.bat", 'set K=KEY\r\ncurl -H "Authorization: Bearer %K%" https://x\r\n'),
    ("a.ps1", '$k = "KEY"\n$h = @{Authorization = "Bearer $k"}\n'),
    ("Makefile", 'K := KEY\nrun:\n\tcurl -H "Authorization: $(K)" x\n'),
    ("CMakeLists.txt", 'set(K "KEY")\nset(L "${K}")\nmessage("${K}")\n'),
    ("a.java", 'sb.append("KEY");\nsb.append("\\n");\nsb.append(suffix);\n'),
    ("a.java", 'keys.add("KEY");\nkeys.add("production");\n'),
    ("a.java", 'String key = "KEY";\nlog.info("using {}", key);\nkey = key.trim();\n'),
    ("a.go", 'b.WriteString("KEY")\nb.WriteString("&user=")\nb.WriteString(user)\n'),
    ("a.rb", "headers << 'KEY'\nheaders << 'application'\n"),
    ("a.c", 'strcpy(k, "KEY");\nstrcat(url, k);\nstrcat(k, "\\r\\n");\n'),
    ("a.c", '#define K_1 "KEY"\n#define URL "https://x"\nputs(K_1);\n'),
    ("a.js", "let k = 'KEY';\nlet url = `${k}?x=1`;\nfetch(url, {headers: {Authorization: k}});\n"),
    ("a.js", 'keys.push("KEY");\nkeys.forEach(use);\n'),
    ("a.c", 'easy_setopt(c, "KEY");\n\nlog_printf("CLEANUP\\n");\n'),
    ("a.rs", 'let mut k = String::from("KEY");\nk.push_str("\\n");\n'),
    ("a.tf", 'locals {\n  k = "KEY"\n  h = "Bearer ${local.k}"\n}\n'),
    ("a.sql", "SET @k = 'KEY';\nSET @n = 'aB3dE5gH7jK9';\nSELECT @k;\n"),
)  # fmt: skip


def assemble_keys(
    make_key: MakeKey, first: int, second: int, sign: str = ""
) -> Iterator[tuple[str, str, str]]:
    """Yield a path, a text that assembles a key from parts of these sizes, and the key.

    `sign` starts its second part.
    """
    for path, text in _STATEMENTS:
        key = make_key(48)
        key = key[:first] + sign + key[first + len(sign) :]
        rest = first + second
        parts = {"AAA": key[:first], "BBB": key[first:rest], "CCC": key[rest:]}
        pieces = [parts.get(piece, piece) for piece in re.split("(AAA|BBB|CCC)", text)]
        yield path, "".join(pieces), key


def list_whole(key: str) -> list[Text]:
    """Return texts in which nothing is added to a key."""
    return [(path, text.replace("KEY", key, 1)) for path, text in _WHOLE]

"""Ways of writing a key in a text: cut, so that its end is open, and whole, with a certain end.

In a cut one, AAA is the first part of the key and BBB is the rest. In a whole one, KEY is the key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

Way = tuple[str, str]
"""The path of a file, and its text."""

CUT: Mapping[str, Way] = {
    # Terminals and logs
    "terminal": ("a.log", "$ export K=AAA\r\nBBB\r\n"),
    "terminal, more after": (
        "a.log",
        "$ curl -H 'Authorization: Bearer AAA\nBBB' -X POST https://x\n",
    ),
    "terminal, an option after": ("a.txt", "docker run -e K=AAA\nBBB -p 80:80 image\n"),
    "terminal, name after": ("a.log", "refused AAA\nBBB: unauthorized\n"),
    "terminal, field and name": ("a.log", "Error: AAA\nBBB: unauthorized\n"),
    "terminal, arrow after": (
        "uwsgi.log",
        "[pid: 7] GET /devices?key=AAA\nBBB => generated 3 bytes in 1 msecs\n",
    ),
    "terminal, short name after": ("a.txt", "The key: AAA\nBBB: for staging only\n"),
    "terminal, option after": ("a.log", "level=info key=AAA\nBBB = ok\n"),
    "terminal, assignment after": ("a.txt", "curl -d key=AAA\nBBB name=x\n"),
    "terminal, brackets after": ("a.log", "keys: [1, AAA\nBBB, 2]\n"),
    "readline": ("typescript", "bash$ export K=AAA \rBBB\r\n"),
    "CR CR LF": ("a.txt", "K=AAA\r\r\nBBB\r\r\n"),
    "cleared line": ("a.txt", "K=AAA\x1b[K\r\nBBB\r\n"),
    "html of a terminal": ("a.html", "<pre>K=AAA\nBBB</pre>\n"),
    "html of a terminal, spans": ("a.html", "<pre><span>K=AAA</span>\n<span>BBB</span></pre>\n"),
    **{
        f"cut, {name}": ("a.txt", f"key: AAA{note}\n")
        for name, note in {
            "characters": " [34 characters truncated]",
            "characters, directly": "[34 characters truncated]",
            "bytes": " … 8 more bytes",
            "parentheses": " (truncated)",
            "tag": " <snip>",
            "dots": " ... [cut]",
            "plus": " {+12 chars}",
            "more": " (12 more)",
            "next line": "\n[output truncated]",
            "next paragraph": "\n\n... [34 characters truncated] ...",
        }.items()
    },
    "strace": ("a.txt", 'write(1, "AAA"..., 64) = 64\n'),
    "gdb": ("a.txt", '$1 = "AAA"...\n'),
    "gdb, repeats": ("a.txt", "$1 = \"AAA\", 'x' <repeats 20 times>...\n"),
    "cri": (
        "k8s.log",
        "2026-01-02T10:00:00.1Z stdout P AAA\n2026-01-02T10:00:00.2Z stdout F BBB\n",
    ),
    "cri, words": (
        "k8s.log",
        "2026-01-02T10:00:00.1Z stderr P the key AAA\n2026-01-02T10:00:00.2Z stderr F BBB is bad\n",
    ),
    "cri, another stream between": (
        "k8s.log",
        "2026-01-02T10:00:00.1Z stdout P AAA\n2026-01-02T10:00:00.2Z stderr F slow\n"
        "2026-01-02T10:00:00.3Z stdout F BBB\n",
    ),
    "cri, another stream after": (
        "k8s.log",
        "2026-01-02T10:00:00.1Z stdout P AAA\n2026-01-02T10:00:00.2Z stderr F done: 1\n",
    ),
    "docker": ("a-json.log", '{"log":"key AAA","stream":"stdout","time":"t"}\n{"log":"BBB\\n"}\n'),
    "json lines, wrapped by the program": (
        "a.jsonl",
        '{"t":"10:00:01","message":"the key AAA"}\n{"t":"10:00:02","message":"BBB was used"}\n',
    ),
    "colors in a literal": (
        "a.json",
        r'{"m": "\u001b[32mAAA\u001b[0m\n\u001b[32mBBB\u001b[0m"}' + "\n",
    ),
    "list of lines": ("a.json", '{"lines": [\n  "the key AAA",\n  "BBB was used"\n]}\n'),
    "list of lines on one line": ("a.json", '{"lines": ["the key AAA","BBB was used"]}\n'),
    "events on one line": (
        "a.json",
        '{"events":[{"message":"the key AAA"},{"message":"BBB was used"}]}\n',
    ),
    "logfmt": ("a.log", 'ts=10:00:01 msg="the key AAA"\nts=10:00:02 msg="BBB was used"\n'),
    "cells": ("a.html", "<tr><td>the key AAA</td></tr>\n<tr><td>BBB was used</td></tr>\n"),
    "inserts": (
        "a.sql",
        "INSERT INTO l VALUES (1, 'the key AAA');\nINSERT INTO l VALUES (2, 'BBB was used');\n",
    ),
    "docker, wrapped by the program": (
        "a-json.log",
        '{"log":"key AAA\\n","stream":"stdout","time":"t"}\n'
        '{"log":"BBB\\n","stream":"stdout","time":"t"}\n',
    ),
    "line of RTF": ("a.rtf", "{\\rtf1 key AAA\\line BBB}"),
    "lines as elements": (
        "a.html",
        '<div class="line">key AAA</div><div class="line">BBB</div>\n',
    ),
    "docker, fluentd": ("a.log", '{"log":"AAA","partial_message":"true"}\n{"log":"BBB"}\n'),
    "compose": ("a.log", "web-1  | key AAA\nweb-1  | BBB\n"),
    "syslog": ("m.log", "Jan  2 10:00:00 h app[1]: the key AAA\nJan  2 10:00:00 h app[1]: BBB\n"),
    "syslog, long": (
        "m.log",
        f"Jan  2 10:00:00 h app[1]: {'x' * 900} AAA\nJan  2 10:00:01 h app[1]: BBB and more\n",
    ),
    "syslog, longer than the context": (
        "m.log",
        f"Jan  2 10:00:00 h app[1]: {'x' * 1900} AAA\nJan  2 10:00:01 h app[1]: BBB and more\n",
    ),
    "heroku": (
        "a.log",
        f"2026-01-02T10:00:00.1+00:00 app[web.1]: {'x' * 900} AAA\n"
        "2026-01-02T10:00:00.2+00:00 app[web.1]: BBB\n",
    ),
    "kernel": ("dmesg", "[    1.500000] key AAA\n[    1.500000] BBB\n"),
    "logcat": ("a.log", "D/Http( 123): AAA\nD/Http( 123): BBB\n"),
    "level": ("a.log", "[INFO] AAA\n[INFO] BBB\n"),
    "ant": ("a.log", "     [echo] AAA\n     [echo] BBB\n"),
    "stream of an answer": (
        "a.log",
        'data: {"delta":{"content":"AAA"}}\ndata: {"delta":{"content":"BBB"}}\n',
    ),
    "builder": ("A.java", 's.append("AAA");\ns.append("BBB");\n'),
    "builder of Go": ("a.go", 'sb.WriteString("AAA")\nsb.WriteString("BBB")\n'),
    "builder of Kotlin": ("a.kt", 'val k = buildString {\n  append("AAA")\n  append("BBB")\n}\n'),
    "raw literals": ("a.cpp", 'auto k = R"(AAA)" R"(BBB)";\n'),
    "literals in calls": ("a.cpp", 'k = QStringLiteral("AAA") % QStringLiteral("BBB");\n'),
    "percent literals": ("a.rb", "k = %q(AAA) + %q(BBB)\n"),
    "long brackets": ("a.lua", "local k = [[AAA]] .. [[BBB]]\n"),
    "list of Haskell": ("a.hs", 'k = concat ["AAA", "BBB"]\n'),
    "list of Scala": ("a.scala", 'val k = List(\n  "AAA",\n  "BBB"\n).mkString("")\n'),
    "function of Julia": ("a.jl", 'k = string("AAA", "BBB")\n'),
    "echo of PHP": ("a.php", "<?php echo 'AAA', 'BBB';\n"),
    "join of PowerShell": ("a.ps1", "$k = 'AAA','BBB' -join ''\n"),
    "join of CloudFormation": ("a.yaml", 'k: !Join ["", ["AAA", "BBB"]]\n'),
    "join of CloudFormation in a block": (
        "a.yaml",
        'K:\n  Fn::Join:\n    - ""\n    - - AAA\n      - BBB\n',
    ),
    "join of CloudFormation in a block, quotes": (
        "a.yaml",
        'K:\n  Fn::Join:\n    - ""\n    - - "AAA"\n      - "BBB"\n',
    ),
    "list of OCaml": ("a.ml", 'let k = String.concat "" ["AAA"; "BBB"]\n'),
    "function of R": ("a.r", 'k = str_c("AAA", "BBB")\n'),
    "matrix of MATLAB": ("a.m", "k = ['AAA', 'BBB'];\n"),
    "join of Tcl": ("a.tcl", 'set k [join [list AAA BBB] ""]\n'),
    "join of CloudFormation without quotes": ("a.yaml", "k: !Join ['', [AAA, BBB]]\n"),
    "printf of a shell": ("a.sh", "printf '%s%s' AAA BBB\n"),
    "echo without a line end": ("a.sh", 'echo -n "AAA"\necho "BBB"\n'),
    "literals in a template": ("a.py", "k = f\"{'AAA'}{'BBB'}\"\n"),
    "append of CMake": ("CMakeLists.txt", 'set(K "AAA")\nstring(APPEND K "BBB")\n'),
    "bytes of an assembler": ("a.asm", 'k db "AAA"\n  db "BBB",0\n'),
    "binary of Erlang": ("a.erl", 'K = <<"AAA", "BBB">>.\n'),
    "asciinema": ("a.cast", '[1.5, "o", "K=AAA"]\n[1.6, "o", "BBB"]\n'),
    "asciinema, line end": ("a.cast", '[1.5, "o", "K=AAA\\r\\n"]\n[1.6, "o", "BBB"]\n'),
    "notebook, literal on the next line": (
        "a.ipynb",
        "[\"k = ('AAA'\\n\",\n \"     'BBB')\"]\n",
    ),
    "json, code with a literal on the next line": (
        "a.json",
        "{\"code\": \"k = ('AAA'\\n     'BBB')\\n\"}",
    ),
    "json, code with an operator on the next line": (
        "a.json",
        "{\"code\": \"k = 'AAA'\\n    + 'BBB'\\n\"}",
    ),
    "json, code with an escaped literal on the next line": (
        "a.json",
        r"""{"code": "k = (\"AAA\"\n     \"BBB\")\n"}""",
    ),
    "script with code, literal on the next line": (
        "a.js",
        r"""run("k = (\"AAA\"\n     \"BBB\")\n")""",
    ),
    "notebook output": ("a.ipynb", '["K: AAA\\n",\n "BBB\\n"]\n'),
    # Tables and columns
    "psql": ("a.txt", " id | key\n----+-----\n  1 | AAA.\n    |.BBB\n"),
    "psql, more cells": ("a.txt", "  1 | AAA.| x\n    |.BBB | \n"),
    "psql, borders": ("a.txt", "| 1 | AAA.|\n|   |.BBB |\n"),
    "mysql": ("a.txt", "+----+\n| AAA |\n| BBB |\n+----+\n"),
    "ascii table": ("a.txt", "| prod | AAA | active |\n|      | BBB |        |\n"),
    "ascii table, wrapped names": ("a.txt", "| production | AAA |\n| server     | BBB |\n"),
    "grid": ("a.txt", "+------+---+\n| prod | AAA |\n|      | BBB |\n+------+---+\n"),
    "rich": ("a.txt", "│ prod │ AAA │\n│      │ BBB │\n"),
    "rich, heavy": ("a.txt", "┃ AAA ┃\n┃ BBB ┃\n"),
    "npm table": ("a.txt", "║ id │ AAA ║\n║    │ BBB ║\n"),
    "double frame, single columns": ("a.txt", "║ AAA │ id ║\n║ BBB │    ║\n"),
    "dashed columns": ("a.txt", "┆ 1 ┊ AAA ┆\n┆   ┊ BBB ┆\n"),
    "broken bars": ("a.txt", "¦ 1 ¦ AAA ¦\n¦   ¦ BBB ¦\n"),
    "rich panel": ("a.txt", "╭───╮\n│ key: AAA │\n│ BBB      │\n╰───╯\n"),
    "markdown table": ("a.md", "| key |\n|---|\n| AAA |\n| BBB |\n"),
    "markdown table, two columns": (
        "a.md",
        "| name | key |\n|---|---|\n| prod | AAA |\n|  | BBB |\n",
    ),
    "columns": ("a.txt", "NAME   AAA   3d\n       BBB\n"),
    "columns, more": ("a.txt", "prod   AAA   running\nuction BBB   since\n"),
    "two texts side by side": ("a.txt", f"K=AAA K=old\nBBB{' ' * 40}\nX=1\n"),
    "first column": ("a.txt", "AAA 3d\nBBB\n"),
    "markup of a table, in text": ("a.rst", "=====\nAAA\nBBB\n=====\n"),
    # Source code
    "shell, two literals": ("a.sh", "K='AAA''BBB'\n"),
    "shell, variable": ("a.sh", 'K=AAA"$REST"\n'),
    "shell, quotes of two kinds": ("a.sh", "K=\"AAA\"'BBB'\n"),
    "shell, word after": ("a.sh", "K='AAA'BBB\n"),
    "shell, line": ("a.sh", "K='AAA'\\\n'BBB'\n"),
    "shell, braces": ("a.sh", "K=AAA${REST}\n"),
    "shell, command": ("a.sh", "K=AAA$(cat rest)\n"),
    "c": ("a.c", 'char *k = "AAA" "BBB";\n'),
    "c, macro": ("a.c", 'char *k = "AAA" REST "x";\n'),
    "c, lines": ("a.c", 'char *k = "AAA"\n    "BBB";\n'),
    "c, comment between": ("a.c", 'char *k = "AAA" /* x */ "BBB";\n'),
    "c, macro of lines": ("a.c", '#define K "AAA" \\\n  "BBB"\n'),
    "c++, stream": ("a.cc", 'cout << "AAA" << "BBB";\n'),
    "python, comment between": ("a.py", "k = ('AAA'  # one\n     'BBB')\n"),
    "python, prefix": ("a.py", 'k = ("AAA" f"BBB")\n'),
    "python, join": ("a.py", 'k = "".join(["AAA", "BBB"])\n'),
    "sql": ("a.sql", "SELECT 'AAA' || 'BBB';\n"),
    "sql, concat": ("a.sql", "SELECT CONCAT('AAA', 'BBB');\n"),
    "php": ("a.php", "$k = 'AAA'.'BBB';\n"),
    "php, blank after": ("a.php", '$k = "AAA". $rest;\n'),
    "lua": ("a.lua", 'k = "AAA" .. rest\n'),
    "haskell": ("a.hs", 'k = "AAA" ++ rest\n'),
    "elixir": ("a.ex", 'k = "AAA" <> rest\n'),
    "vb": ("a.vb", 'k = "AAA" & _\n    "BBB"\n'),
    "java, builder": ("A.java", 'b.append("AAA").append("BBB");\n'),
    "js, template": ("a.js", "k = `AAA${rest}`\n"),
    "js, next line": ("a.js", 'k = "AAA"\n  + rest\n'),
    "fortran": ("a.f90", "k = 'AAA&\n     &BBB'\n"),
    "fortran, operator": ("a.f90", "k = 'AAA' // rest\n"),
    "cobol": ("a.cbl", "       01 K VALUE 'AAA\n      -    'BBB'.\n"),
    "batch": ("a.bat", "set K=AAA^\r\nBBB\r\n"),
    "powershell": ("a.ps1", "$k = AAA`\r\nBBB\r\n"),
    "heredoc": ("a.sh", "cat <<X\nkey: AAA\nBBB and so on\nX\n"),
    "heredoc, word": ("a.sh", "cat <<X >f\nAAA\nBBB\nX\n"),
    "comment": ("a.py", "# K=AAA\n# BBB\n"),
    "comment after code": ("a.py", "f()  # key AAA\n     # BBB\n"),
    "block comment": ("a.js", "/**\n * @key AAA\n * BBB\n */\n"),
    "block comment, item": ("a.js", "/**\n * AAA\n * BBB\n */\n"),
    "docstring": ("a.py", '"""Key AAA\nBBB of it.\n"""\n'),
    "yaml, folded": ("a.yml", "key: >\n  AAA\n  BBB\n"),
    "yaml, two lines": ("a.yml", 'key: "AAA\\\n  BBB"\n'),
    "dotenv, wrapped": (".env", "K=AAA\nBBB\n"),
    # Diffs, mail, lists, prose
    "diff, added": ("a.diff", "@@ -1 +1,2 @@\n+K=AAA\n+BBB\n"),
    "diff, removed": ("a.diff", "@@ -1,2 +1 @@\n-K=AAA\n-BBB\n+x=1\n"),
    "diff, sides": ("a.diff", "@@ -1,2 +1,2 @@\n-K=AAA\n+K=x\n BBB\n"),
    "diff, next side": ("a.txt", "-AAA\n+BBB\n"),
    "diff, without a path": ("a.txt", "+AAA\n+BBB\n"),
    "word diff": ("a.txt", "key: wa=[-AAA-]{+BBB+}\n"),
    "mail, quoted": ("m.eml", "> K=AAA\n> BBB\n"),
    "mail, quoted once more": ("m.eml", ">> a AAA\n> BBB b\n"),
    "mail, flowed": ("m.eml", "key AAA \nBBB\n"),
    "mail, header": ("m.eml", "X-Key: AAA\r\n BBB\r\nTo: x\r\n"),
    "mail, encoded words": ("m.eml", "Subject: =?utf-8?q?AAA?= =?utf-8?q?BBB?=\n"),
    "mail, encoded words in lines": ("m.eml", "Subject: =?utf-8?q?AAA?=\r\n =?utf-8?q?BBB?=\n"),
    "quoted-printable": ("m.eml", "K: AAA=\nBBB\n"),
    "list item": ("a.md", "- AAA\n  BBB\n- next\n"),
    "list item, number": ("a.md", "1. AAA\n   BBB\n2. next\n"),
    "list item, star": ("a.md", "* key AAA\n  BBB\n"),
    "line numbers": ("a.txt", "  12  K=AAA\n  13  BBB\n"),
    "line numbers, bars": ("a.txt", "12 | K=AAA\n13 | BBB\n"),
    "line numbers, wrapped": ("a.txt", "12 │ K=AAA\n   │ BBB\n"),
    "grep": ("a.txt", "a.sh:12:K=AAA\na.sh:13:BBB\n"),
    "grep, context": ("a.txt", "a.sh:12:K=AAA\na.sh-13-BBB\n"),
    "blame": (
        "a.txt",
        "1a2b3c4d (x y 2026-01-02 10:00:00 +0000 12) K=AAA\n"
        "1a2b3c4d (x y 2026-01-02 10:00:00 +0000 13) BBB\n",
    ),
    "ldif": ("a.ldif", "description: AAA\n BBB\nsn: a\n"),
    "ldif, like a name": ("a.ldif", "description: AAA\n abc: d\n"),
    "csv, wrapped": ("a.txt", "id,key,name\n1,AAA\nBBB,prod\n"),
    "csv, wrapped again": ("a.txt", "1,x\nyy,prod\n2,AAA\nBBB,prod\n"),
    "prompt of a mail": ("a.txt", "> AAA\nBBB\n"),
    # Markup
    "wbr": ("a.html", "<p>AAA<wbr>BBB</p>"),
    "zero width": ("a.txt", "k=AAA\u200bBBB"),
    "soft hyphen": ("a.html", "k=AAA&shy;BBB"),
    "span": ("a.html", '<pre>AAA<span class="n">BBB</span></pre>'),
    "spans": ("a.html", "<span>AAA</span><span>BBB</span>"),
    "literals in spans": ("a.html", '<s>"AAA"</s> <s>"BBB"</s>'),
    "operator in spans": ("a.html", '<i>"AAA"</i><i> + </i><i>"BBB"</i>'),
    "break": ("a.html", "AAA<br>\nBBB"),
    "element in prose": ("a.html", "<code>AAA</code>BBB"),
    "entity": ("a.xml", "<k>AAA&#x41;BBB</k>"),
    "entity, named": ("a.xml", "<k>AAA&rest;</k>"),
    "cdata": ("a.xml", "<k><![CDATA[AAA]]><![CDATA[BBB]]></k>"),
    "cdata, text after": ("a.xml", "<k><![CDATA[AAA]]>BBB</k>"),
    "markdown emphasis inside": ("a.md", "**AAA**BBB"),
    "markdown code inside": ("a.md", "`AAA`BBB"),
    "latex": ("a.tex", "\\texttt{AAA\\-BBB}"),
    "latex, penalty": ("a.tex", "\\texttt{AAA\\allowbreak BBB}"),
    "latex, groups": ("a.tex", "\\texttt{AAA}\\texttt{BBB}"),
    "latex, line": ("a.tex", "K AAA%\nBBB\n"),
    "latex, space": ("a.tex", "AAA\\hspace{0pt}BBB"),
    "latex, new line": ("a.tex", "AAA\\newline BBB"),
    "roff": ("a.1", "key AAA\\:BBB\n"),
    "roff, line": ("a.1", "key AAA\\c\nBBB\n"),
    "rtf": ("a.rtf", "{\\rtf1 key: AAA\r\nBBB \\par}"),
    "office run": ("a.xml", "AAA</w:t></w:r><w:r><w:t>BBB"),
    # Masks and templates
    "template": ("a.txt", "K=AAA{{x}}"),
    "template, interpolation": ("a.rb", 'k = "AAA#{x}"'),
    "template, erb": ("a.erb", "AAA<%= x %>"),
    "format": ("a.py", 'k = f"AAA{x}"'),
    "printf": ("a.c", '"AAA%s"'),
    "stars": ("a.txt", "K=AAA****"),
    "stars, whole": ("a.txt", "K=AAA**** (masked)"),
    "bullets": ("a.txt", "K=AAA••••"),
    "letters": ("a.txt", "K=AAAxxxx"),
    "capital letters": ("a.txt", "K='AAAXXXXXXX'"),
    "dots": ("a.txt", "K=AAA..."),
    "ellipsis": ("a.txt", "K=AAA…"),
    "blank and dots": ("a.txt", "K=AAA ... and so on"),
    "blank and brackets": ("a.txt", "K=AAA [truncated]"),
    "dots after the quote": ("a.txt", "K='AAA' ..."),
    "brackets": ("a.txt", "K=AAA[...]"),
    "wrap sign": ("a.txt", "K=AAA↩\nBBB"),
    "wrap sign, blank": ("a.txt", "K=AAA ↵\nBBB"),
    "wrap sign before": ("a.txt", "K=AAA\n↪ BBB"),
    "edge of a pager": ("a.txt", "K=AAA>\nx\n"),
    # Escapes
    "escaped line end": ("a.json", '{"k": "K=AAA\\nBBB"}'),
    "percent line end": ("a.txt", "K=AAA%0D%0AB"),
    "escaped zero width": ("a.json", '"AAA\\u200bBBB"'),
    "escaped literal": ("a.json", '"k = \\"AAA\\" + \\"BBB\\""'),
    "escaped literals": ("a.json", '"k = \\"AAA\\" \\"BBB\\""'),
    "base64 word after": ("a.txt", "K=AAA=\n"),
    "dash at the end": ("a.txt", '"AAA-"'),
}

WHOLE: Mapping[str, Way] = {
    "alone": ("key", "KEY"),
    "last line": ("key", "KEY\n"),
    "one a line": ("keys", "KEY\nKEY\n"),
    "another field in the next record": (
        "a.log",
        '{"message": "the key KEY"}\n{"another": "7fGh2Kz9qX"}\n',
    ),
    # Quotes
    "double quotes": ("a.py", 'k = "KEY"\nnext = 1\n'),
    "single quotes": ("a.py", "k = 'KEY'\n\nf()\n"),
    "quotes, comma": ("a.js", '{key: "KEY", other: 1}'),
    "quotes, semicolon": ("a.js", 'const k = "KEY"; // abc\n'),
    "quotes, comment": ("a.js", 'const k = "KEY" // the key\nconst b = 1\n'),
    "quotes, hash": ("a.py", "k = 'KEY'  # the key\nother = 1\n"),
    "quotes, list": ("a.py", "k = ['KEY', 'b']\n"),
    "quotes, call": ("a.py", "f('KEY')\n"),
    "quotes, method": ("a.py", "k = 'KEY'.encode()\n"),
    "quotes, condition": ("a.py", "k = 'KEY' if x else 'b'\n"),
    "quotes, default": ("a.js", 'k = "KEY" || process.env.K\n'),
    "quotes, comparison": ("a.js", 'if ("KEY" === k) {}\n'),
    "quotes in quotes": ("a.sh", "sh -c 'curl -H \"Bearer KEY\"'\n"),
    "backticks": ("a.md", "see `KEY`\nfor more"),
    "backticks, end of a sentence": ("a.md", "It is `KEY`. Revoke it."),
    "colors in a literal": ("a.json", r'{"m": "\u001b[32mKEY\u001b[0m is it"}' + "\n"),
    "backticks, cell": ("a.md", "| a | `KEY` |\n| b | `x` |\n"),
    "go": ("a.go", 'const key = "KEY"\n\nfunc main() {}\n'),
    "rust": ("a.rs", 'const K: &str = "KEY";\n'),
    "swift": ("a.swift", 'let key = "KEY"\nlet other = "abc"\n'),
    "kotlin": ("a.kt", 'val key = "KEY"\nval other = "abc"\n'),
    "java": ("A.java", 'String k = "KEY";\n'),
    "c": ("a.c", '#define K "KEY"\n#define B 1\n'),
    "sql": ("a.sql", "INSERT INTO t VALUES (1, 'KEY', 'x');\n"),
    "sql, condition": ("a.sql", "SELECT * FROM t WHERE k = 'KEY' AND b = 1;\n"),
    "php": ("a.php", "define('K', 'KEY');\n"),
    "html attribute": ("a.html", '<a data-key="KEY" class="x">c</a>'),
    "html meta": ("a.html", '<meta name="k" content="KEY"/>'),
    # Environment files
    "env": (".env", "A=1\nK=KEY\nOTHER=abc\n"),
    "env, last": (".env", "A=1\nK=KEY\n"),
    "env, blank line": (".env", "K=KEY\n\n# more\nA=1\n"),
    "env, comment": (".env", "K=KEY\n# other\nA=1\n"),
    "env, comment after": (".env", "K=KEY # other\nA=1\n"),
    "env, CRLF": (".env", "K=KEY\r\nOTHER=abc\r\n"),
    "env, old Mac": (".env", "K=KEY\rOTHER=abc\r"),
    "env, quoted": (".env.production", "K='KEY'\n\"OTHER\"=abc\n"),
    "env, in lower case": ("prod.env", "wastack.key=KEY\nother=abc\n"),
    "env, in text": ("a.txt", "K=KEY\nOTHER=abc\n"),
    "env, no name in common": ("notes.txt", "my key=KEY\nAPP_URL=https://x\n"),
    "env, exported": ("a.sh", "export K=KEY\nexport OTHER=abc\n"),
    "properties": ("a.properties", "a.key=KEY\na.other=abc\n"),
    "properties, blanks": ("a.properties", "a.key = KEY\na.other = abc\n"),
    "ini": ("a.ini", "[a]\nk = KEY\n[next]\nabc = d\n"),
    "ini, comment": ("a.ini", "k = KEY\n; other\n"),
    "toml": ("a.toml", 'k = "KEY"\nother = 1\n[next]\n'),
    "toml, quoted name": ("a.toml", '"k" = "KEY"\n"other" = 1\n'),
    "registry": ("a.reg", '"K"="KEY"\r\n"Xy12"="y"\r\n'),
    "systemd": ("a.service", "Environment=K=KEY\nExecStart=/bin/x\n"),
    "netrc": (".netrc", "machine x login y password KEY\nmachine z login y password b\n"),
    # YAML and JSON
    "json": ("a.json", '{"a": "KEY", "b": 1}'),
    "json, lines": ("a.json", '{\n  "a": "KEY",\n  "b": 1\n}\n'),
    "json, last": ("a.json", '{\n  "b": 1,\n  "a": "KEY"\n}\n'),
    "json, array": ("a.json", '["KEY", "abc"]'),
    "json, array of lines": ("a.json", '[\n  "abc",\n  "KEY"\n]\n'),
    "json lines": ("a.jsonl", '{"k": "KEY"}\n{"k": "b"}\n'),
    "json in json": ("a.json", '{"body": "{\\"a\\": \\"KEY\\"}"}'),
    "json, a text of lines": ("a.json", '{"env": "K=KEY\\nOTHER=abc\\n"}'),
    "json, a header": (
        "a.har",
        '{"text": "GET / HTTP/1.1\\r\\nAuthorization: Bearer KEY\\r\\nHost: x\\r\\n"}',
    ),
    "notebook": ("a.ipynb", '"source": [\n "k = \\"KEY\\"\\n",\n "print(1)"\n]\n'),
    "notebook, single quotes": ("a.ipynb", '"source": [\n "k = \'KEY\'\\n",\n "print(1)"\n]\n'),
    "notebook, single quotes, next literal": (
        "a.ipynb",
        '"source": [\n "k = \'KEY\'\\n",\n "h = \\"abc\\"\\n"\n]\n',
    ),
    "notebook, last line": ("a.ipynb", r""""source": ["import os\n", "k = 'KEY'\n"]"""),
    "script with code, last line": ("a.js", r"""run("k = 'KEY'\n", x)"""),
    "script with code, more lines": ("a.js", r"""run("k = 'KEY'\nf(k)\n", x)"""),
    "json, escaped quotes, last line": ("a.json", r"""{"code": "k = \"KEY\"\n"}"""),
    "notebook, comment": (
        "a.ipynb",
        '"source": [\n "k = \'KEY\'  # mine\\n",\n "print(1)"\n]\n',
    ),
    "json, code of two lines": ("a.json", '{"code": "k = \'KEY\'\\nprint(1)\\n"}'),
    "json, shell": ("a.json", "{\"run\": \"export K='KEY'\\nexport L='abc'\\n\"}"),
    "source map, no semicolon": ("a.js.map", '{"sourcesContent": ["const k = \'KEY\'\\nf()\\n"]}'),
    "notebook, shell": ("a.ipynb", '"source": [\n "!export K=KEY\\n",\n "import os"\n]\n'),
    "yaml": ("a.yml", "a:\n  key: KEY\n  other: abc\n"),
    "yaml, outer": ("a.yml", "a:\n  key: KEY\nother: abc\n"),
    "yaml, list of maps": ("a.yml", "- key: KEY\n- other: abc\n"),
    "yaml, item of two": ("a.yml", "- name: KEY\n  value: abc\n"),
    "yaml, second of two": (
        "a.yml",
        "env:\n  - name: K\n    value: KEY\n  - name: B\n    value: b\n",
    ),
    "yaml, list": ("a.yml", "- KEY\n- abc\n"),
    "yaml, deep list": ("a.yml", "spec:\n    env:\n      - KEY\n      - abc\n"),
    "yaml, documents": ("a.yml", "key: KEY\n---\nabc: d\n"),
    "yaml, quoted": ("a.yml", "key: 'KEY'\n'other': abc\n"),
    "yaml, comment": ("a.yml", "key: KEY\n# abc\nother: b\n"),
    "yaml, header": ("a.yml", "headers:\n  Authorization: Bearer KEY\n  X-App-Key: abc\n"),
    "compose": ("docker-compose.yml", "environment:\n  - K=KEY\n  - OTHER=abc\nports:\n"),
    "compose, map": ("docker-compose.yml", "environment:\n  K: KEY\n  OTHER_NAME: abc\n"),
    "k8s": ("a.yaml", "stringData:\n  wastackKey: KEY\n  url: https://x\n"),
    "helm": ("values.yaml", "wastack:\n  apiKey: KEY\n\ningress:\n  enabled: true\n"),
    "workflow": ("ci.yml", "env:\n  K: KEY\nsteps:\n  - run: make\n"),
    # Docker
    "dockerfile": ("Dockerfile", "ENV K=KEY\nRUN make\n"),
    "dockerfile, blank": ("Dockerfile.prod", "ENV K KEY\nCOPY . .\n"),
    "dockerfile, argument": ("prod.Dockerfile", 'ARG K=KEY\nENTRYPOINT ["x"]\n'),
    "dockerfile, lines": ("Dockerfile", "ENV K=KEY \\\n    B=1\n"),
    # Shells
    "shell, command": ("a.sh", "K=KEY\ncurl https://x\n"),
    "shell, a command of ours": ("a.sh", "export K=KEY\n./deploy.sh now\n"),
    "shell, end of a block": ("a.sh", "if x; then\n  K=KEY\nfi\n"),
    "shell, heredoc": ("a.sh", "cat >.env <<EOF\nK=KEY\nEOF\nmake\n"),
    "shell, heredoc of two": ("a.sh", "cat >.env <<EOF\nK=KEY\nB=c\nEOF\n"),
    "shell, argument": ("a.sh", "curl -u KEY https://x\n"),
    "shell, pipe": ("a.sh", "echo KEY | base64\nls\n"),
    "shell, pipe without blanks": ("a.sh", "echo KEY|base64\n"),
    "shell, and": ("a.sh", "export K=KEY && make\n"),
    "shell, quoted": ("a.sh", 'curl -H "Authorization: Bearer KEY" https://x\n'),
    "shell, quoted address": ("a.sh", 'curl -H "Authorization: Bearer KEY" "https://x/y"\n'),
    "shell, options": ("a.sh", "curl -H 'Authorization: Bearer KEY' -H 'X-App-Key: a'\n"),
    "shell, variable": ("a.sh", 'curl -H "Authorization: Bearer KEY" $URL\n'),
    "shell, lines": ("a.sh", "curl -H 'Authorization: Bearer KEY' \\\n  -X POST \\\n  https://x\n"),
    "shell, one more argument": ("a.sh", "curl -u KEY \\\n  --data abc\n"),
    "batch": ("a.bat", "set K=KEY\r\necho on\r\n"),
    "batch, lines": ("a.bat", 'curl -H "Authorization: Bearer KEY" ^\r\n  -d x\r\n'),
    "powershell": ("a.ps1", "$k = 'KEY'\r\n$b = 'c'\r\n"),
    "powershell, list": ("a.ps1", '@("KEY"\n"other")\n'),
    "history": (".bash_history", "export K=KEY\nls -la\n"),
    "history, times": (".bash_history", "#1700000000\nexport K=KEY\n#1700000001\nfoo\n"),
    "history, zsh": (".zsh_history", ": 1700000000:0;export K=KEY\n: 1700000001:0;foo\n"),
    "prompt": ("a.md", "$ export K=KEY\n$ make\n"),
    "prompt, other": ("a.md", "> set K=KEY\n> curl https://x\n"),
    "prompt, output before": ("a.txt", "K=KEY\nuser@host:~$ ls\n"),
    "prompt, root": ("a.txt", "# export K=KEY\n# systemctl start x\n"),
    "markdown fence": ("a.md", "```sh\nexport K=KEY\n```\nand more\n"),
    "markdown fence, command": ("a.md", "```sh\nexport K=KEY\ncurl https://x\n```\n"),
    "markdown fence, two": ("a.md", "```\nexport K=KEY\nexport B=c\n```\n"),
    "markdown indented": ("a.md", "    export K=KEY\n    npm start\n"),
    # HTTP
    "call, another argument": ("a.py", 'c = Client("KEY", "x8Gd2kF9qL")\n'),
    "call, another call": ("a.js", 'a.setKey("KEY");\na.setApp("x8Gd2kF9qL");\n'),
    "call, headers": ("a.go", 'h.Set("Authorization", "KEY")\nh.Set("X-Trace-Id", "x8Gd2kF9q")\n'),
    "json, another field": ("a.json", '{"key": "KEY", "app": "x8Gd2kF9qL"}'),
    "json, list": ("a.json", '{"args": ["KEY", "messages:send"]}'),
    "attributes": ("a.xml", '<wa key="KEY" app="x8Gd2kF9qL"/>'),
    "sql, values": ("a.sql", "INSERT INTO k (k, secret) VALUES ('KEY', 'x8Gd2kF9qL');\n"),
    "header": ("a.http", "Authorization: Bearer KEY\r\nX-App-Key: abc\r\n"),
    "header, last": ("a.http", "Authorization: Bearer KEY\r\n\r\nabc"),
    "header, curl": ("a.log", "> GET / HTTP/1.1\n> Authorization: Bearer KEY\n> Host: x\n>\n"),
    "header, curl last": ("a.log", "> Authorization: Bearer KEY\n>\n< HTTP/1.1 200 OK\n"),
    "header, answer": ("a.log", "Authorization: Bearer KEY\nHTTP/1.1 200 OK\n"),
    "header, wget": ("a.log", "  Authorization: Bearer KEY\n  Accept: */*\n"),
    "header, lower case": ("a.log", "authorization: Bearer KEY\ncontent-type: a\n"),
    "header, http2": ("a.log", "* [1] [authorization: Bearer KEY]\n* [1] [accept: a]\n"),
    "address": ("a.txt", "https://x/?key=KEY&other=abc"),
    "address, path": ("a.txt", "https://x/KEY/devices"),
    "address, user": ("a.txt", "https://KEY@x/"),
    "address, fragment": ("a.txt", "https://x/?k=KEY#top"),
    "address, escaped": ("a.txt", "x%3DKEY%26other"),
    "address, entity": ("a.html", "https://x/?key=KEY&amp;other=abc"),
    # Tables and lists
    "csv": ("a.csv", "a,KEY,abc\n"),
    "csv, last column": ("a.csv", "name,key\nprod,KEY\nB7x,abc\n"),
    "csv, last column, no name": ("keys.txt", "name,key\nprod,KEY\nstaging,abc\n"),
    "csv, last column, keys": ("keys.txt", "prod,KEY\nstaging,KEY\n"),
    "csv, quoted": ("a.csv", '"bob","KEY"\n"alice","x"\n'),
    "tsv": ("a.tsv", "a\tKEY\tabc\n"),
    "tsv, last column": ("a.tsv", "a\tKEY\nb\tabc\n"),
    "columns": ("a.txt", "prod KEY\nstaging KEY\n"),
    "columns, more": ("a.txt", "NAME   KEY   3d\nabc    none\n"),
    "markdown table": ("a.md", "| a | b |\n|---|---|\n| prod | KEY |\n| dev | abc1 |\n"),
    "markdown table, last": ("a.md", "| a | b |\n|---|---|\n| prod | KEY |\n\nabc\n"),
    "table": ("a.txt", "+---+\n| KEY |\n+---+\n"),
    "table, keys": ("a.txt", "| KEY | x |\n| KEY | y |\n"),
    "markdown list": ("a.md", "* KEY\n* abc\n"),
    "markdown list, number": ("a.md", "1. KEY\n2. abc\n"),
    "markdown quote": ("a.md", "> Bearer KEY\n>\n> abc"),
    "markdown emphasis": ("a.md", "the **KEY** there"),
    "markdown underscore": ("a.md", "the _KEY_ there"),
    "markdown heading": ("a.md", "key KEY\n\n# Next\n"),
    # Logs
    "log": ("a.log", "2026-01-02 10:00:00 key KEY\n2026-01-02 10:00:01 done\n"),
    "log, level": ("a.log", "2026-01-02 10:00:00 INFO key KEY\n2026-01-02 10:00:00 INFO xyz\n"),
    "log, output before": ("a.log", "K=KEY\n2026-01-02 10:00:01 done\n"),
    "log, words after": ("a.log", "2026-01-02 10:00:00 key KEY is bad\n"),
    "syslog": ("m.log", "Jan  2 10:00:00 h a: KEY\nJan  2 10:00:01 h a: b\n"),
    "log, fields": ("a.log", "level=info key=KEY\nlevel=info msg=x\n"),
    "log, json": ("a.log", '{"level":"info","key":"KEY"}\n{"level":"info"}\n'),
    "log, access": ("a.log", '1.2.3.4 - - [x] "GET /?k=KEY HTTP/1.1" 200\n'),
    "log, cri": (
        "k8s.log",
        "2026-01-02T10:00:00.1Z stdout F key KEY\n2026-01-02T10:00:01.2Z stdout F abc\n",
    ),
    "log, docker": ("a-json.log", '{"log":"K=KEY\\n","stream":"stdout"}\n{"log":"done\\n"}\n'),
    "log, error": ("a.log", "Error: invalid key KEY\n    at foo (a.js:1)\n"),
    # XML and markup
    "xml": ("a.xml", "<key>KEY</key><other>abc</other>"),
    "xml, array": ("a.xml", "<key>KEY</key><key>abc</key>"),
    "xml, lines": ("a.xml", "<key>KEY</key>\n<other>abc</other>\n"),
    "xml, own line": ("a.xml", "<key>\n  KEY\n</key>\n"),
    "xml, cdata": ("a.xml", "<k><![CDATA[KEY]]></k>"),
    "xml, comment": ("a.xml", "<!-- KEY -->"),
    "plist": ("Info.plist", "<key>K</key>\n<string>KEY</string>\n"),
    "android": ("strings.xml", '<string name="k">KEY</string>\n<string name="b">c</string>\n'),
    "html code": ("a.html", "<p>the <code>KEY</code>\nof it</p>"),
    "html cell": ("a.html", "<td>KEY</td><td>abc</td>"),
    "html bold, comma": ("a.html", "<b>KEY</b>, abc"),
    "html, highlighted literal": ("a.html", '<span class="s">"KEY"</span><span>;</span>'),
    "escaped markup": ("a.html", "&lt;key&gt;KEY&lt;/key&gt;"),
    "entity quotes": ("a.html", "k=&quot;KEY&quot;, b"),
    # Diffs
    "diff": ("a.diff", "@@ -1,2 +1,2 @@\n-K=KEY\n+K=x\n OTHER=abc\n"),
    "diff, added": ("a.diff", "@@ -1 +1,2 @@\n+K=KEY\n+OTHER=abc\n"),
    "diff, end of a hunk": ("a.diff", "@@ -1 +1 @@\n-K=KEY\n+K=${K}\n@@ -9 +9 @@\n"),
    "diff, yaml": ("a.txt", "-  key: KEY\n+  key: x\n   other: abc\n"),
    # Prose
    "prose": ("a.txt", "the key KEY and more"),
    "prose about joining": ("a.txt", "To join, send the key KEY and your name\n"),
    "prose, next line": ("a.txt", "the key KEY\nand more\n"),
    "prose, sentence": ("a.txt", "It is KEY. Revoke it.\nabc"),
    "prose, end of a sentence": ("a.txt", "It is KEY.\nRevoke it.\n"),
    "prose, brackets": ("a.txt", "a key (KEY) and"),
    "prose, comma": ("a.txt", "KEY, abc"),
    "prose, cjk": ("a.txt", "密钥KEY是什么"),
    "prose, wide blank": ("a.txt", "the key KEY\u00a0and more"),
    "colour": ("a.txt", "\x1b[31mKEY\x1b[0m abc"),
    "angle brackets": ("a.txt", "<KEY>"),
    "line numbers": ("a.txt", "  12  K=KEY\n  13  OTHER=abc\n"),
    "grep": ("a.txt", "a.sh:12:K=KEY\na.sh:13:OTHER=abc\n"),
}


Wrap = Callable[[list[str]], str]
"""A way to write lines, into which a screen or a program has cut a text."""


def _prefix(prefix: str) -> Wrap:
    return lambda lines: "\n".join(prefix + line for line in lines)


def _number(form: str, first: int = 8) -> Wrap:
    return lambda lines: "\n".join(form.format(n) + line for n, line in enumerate(lines, first))


def _frame(left: str, right: str) -> Wrap:
    def wrap(lines: list[str]) -> str:
        width = max(map(len, lines))
        return "\n".join(f"{left}{line.ljust(width)}{right}" for line in lines)

    return wrap


WRAPS: Mapping[str, Wrap] = {
    "terminal": "\n".join,
    "CRLF": "\r\n".join,
    "fold": "\n ".join,
    "hang": "\n        ".join,
    "indent": _prefix("    "),
    "quote": _prefix("> "),
    "quotes": _prefix(">> "),
    "hash": _prefix("# "),
    "slashes": _prefix("// "),
    "block comment": lambda lines: f"/**\n{_prefix(' * ')(lines)}\n */",
    "numbers": _number("{:4}  "),
    "numbers, bar": _number("{:4} | "),
    "numbers, tab": _number("{:6}\t", 98),
    "grep": _number("src/a.sh:{}:"),
    "added": lambda lines: "@@ -1 +1,9 @@\n" + _prefix("+")(lines),
    "removed": lambda lines: "@@ -1,9 +1 @@\n" + _prefix("-")(lines),
    "context": lambda lines: "@@ -1,9 +1,9 @@\n" + _prefix(" ")(lines),
    "panel": _frame("│ ", " │"),
    "table": _frame("| ", " |"),
    "second column": _frame("|        | ", " |"),
    "compose": _prefix("web-1  | "),
    "CI": _number("2026-01-02T10:00:00.{:07}Z "),
    "CRI": _number("2026-01-02T10:00:00.{:09}Z stdout P "),
    "syslog": _prefix("Jan  2 10:00:00 h app[12]: "),
    "service": _prefix("[web] "),
    "level": _prefix("INFO: "),
    "logger": _prefix("2026-01-02 10:00:00,123 - app - INFO - "),
    "ant": _prefix("     [exec] "),
    "backslash": "\\\n".join,
    "caret": "^\r\n".join,
    "quoted-printable": "=\n".join,
    "sign": "\n↪ ".join,
    "wbr": "<wbr>".join,
    "br": "<br>\n".join,
    "spans": lambda lines: "<pre>" + "\n".join(f"<span>{one}</span>" for one in lines) + "</pre>",
    "list of lines": lambda lines: '["' + '\\n",\n "'.join(lines) + '"]',
    "escaped lines": lambda lines: '{"t": "' + "\\n".join(lines) + '"}',
    "block scalar": lambda lines: "text: |\n" + _prefix("  ")(lines),
    "item": lambda lines: "- " + "\n  ".join(lines),
    "operator": lambda lines: "'" + "' +\n  '".join(lines) + "'",
}


def place_wrapped(text: str, key: str, size: int, wrap: Wrap) -> tuple[bytes, int, int]:
    """Return a text that is wrapped where `size` characters of its key fit, and this part of it.

    Only the first of several keys stays.
    """
    before, _, after = "\n".join(text.splitlines()).partition("KEY")
    plain = before + key + after.replace("KEY", "x")
    at = plain.index(key)
    width = at - (plain.rfind("\n", 0, at) + 1) + size
    rows = plain.split("\n")
    content = wrap([row[at : at + width] for row in rows for at in range(0, len(row) or 1, width)])
    start = content.encode().index(key[:size].encode())
    return content.encode(), start, start + size


GLUED: Mapping[str, str] = {
    "suffix": "the key KEY_prod is old\n",
    "two hyphens": "The key KEY--revoked soon\n",
    "comment": "<!-- KEY-->\n",
    "note": "backup KEY-old here\n",
    "file name": "dump-KEY-2026-01-31.sql\n",
    "armor": "-----BEGIN-----KEY-----END-----\n",
    "dash of TeX": "KEY---and so on\n",
    "path": "https://example.com/KEY-1/foo\n",
    "literal": 'k = "KEY-" + suffix + "KEY-a_b-c"\n',
    "template": "k = `KEY_${x}`\n",
    "mermaid": "graph LR\n  KEY---server\n",
}
"""Texts in which a hyphen or an underscore joins KEY with another word."""


def place_cut(text: str, key: str, size: int) -> tuple[bytes, int, int]:
    """Return a text with a key that is cut after `size` characters, and where it seems to be."""
    first, rest = key[:size], key[size:]
    parts = {"AAA": first, "BBB": rest}
    content = re.sub("AAA|BBB", lambda found: parts[found[0]], text).encode()
    start = content.index(first.encode())
    found = re.compile(rb"[\w-]*(?<![_-])").match(content, start)
    assert found is not None
    return content, start, found.end()


def place_whole(text: str, key: str) -> tuple[bytes, int, int]:
    """Return a text with a whole key, and where it is."""
    content = text.replace("KEY", key).encode()
    start = content.index(key.encode())
    return content, start, start + len(key)

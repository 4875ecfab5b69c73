"""A look-up that replaces a literal is kept apart from the words directly beside it."""

from __future__ import annotations

import pytest

from tests.support.fix_cases import detect, fill_in, repair

NODE = "process.env.WASTACK_API_KEY"
JAVA = 'System.getenv("WASTACK_API_KEY")'
SHARP = 'System.Environment.GetEnvironmentVariable("WASTACK_API_KEY")'
PHP = "getenv('WASTACK_API_KEY')"
RUBY = "ENV.fetch('WASTACK_API_KEY')"
GO = 'os.Getenv("WASTACK_API_KEY")'
PYTHON = "os.environ['WASTACK_API_KEY']"
SHELL = "$env:WASTACK_API_KEY"
RUST = 'std::env::var("WASTACK_API_KEY").expect("WASTACK_API_KEY is not set")'

EDITS = [
    *(("a.js", f"function* f() {{ {word}'@KEY@' }}", f"{word} {NODE} ")
      for word in ("return", "throw", "typeof", "void", "yield")),
    ("a.js", "async () => { await'@KEY@' }", f"await {NODE} "),
    ("a.js", "if (a) b; else'@KEY@'", f"else {NODE}"),
    ("a.js", "switch (a) { case'@KEY@': }", f"case {NODE}:"),
    ("a.js", "x = '@KEY@'in y", f"x = {NODE} in y"),
    ("a.js", "x = typeof'@KEY@'in y", f"typeof {NODE} in y"),
    ("a.js", "x = `a_/@KEY@`", f"`a_/${{{NODE}}}`"),
    ("a.js", "x = (a||'@HEAD@'+'@TAIL@')in y", f"(a||{NODE})in y"),
    ("a.js", "x = a?'@KEY@':b", f"a?{NODE}:b"),
    ("a.ts", "function f() { return'@KEY@' }", f"return {NODE}! }}"),
    ("a.ts", "x = '@KEY@'==y", f"{NODE}! ==y"),
    ("a.ts", "x = '@KEY@'===y", f"{NODE}! ===y"),
    ("a.ts", "x = '@KEY@'!=y", f"{NODE}!!=y"),
    ("a.py", "def f():\n    return'@KEY@'\n", f"return {PYTHON}\n"),
    ("a.py", "def f():\n    return'Bearer @KEY@'\n", "return f'Bearer {os.environ["),
    ("a.py", "def f():\n    return'Bearer '   '@KEY@'\n", "return'Bearer '   f'{os.environ["),
    ("a.py", "def f():\n    yield'@KEY@'\n", f"yield {PYTHON}\n"),
    ("a.py", "x = y if z else'@KEY@'\n", f"else {PYTHON}\n"),
    ("a.py", "x = not'@KEY@'or y\n", f"not {PYTHON}or y\n"),
    ("a.php", "<?php function f() { return'@KEY@'; }", f"return {PHP};"),
    ("a.php", "<?php switch ($a) { case'@KEY@': }", f"case {PHP}:"),
    ("a.php", "<?php $x = $y and'@KEY@';", f"and {PHP};"),
    ("a.php", "<?php return'@HEAD@'.'@TAIL@';", f"return {PHP};"),
    ("a.php", "<?php $x = $y.'@KEY@';", f"$y.{PHP};"),
    ("a.rb", "def f\n  return'@KEY@'\nend\n", f"return {RUBY}\n"),
    ("a.rb", "puts'@KEY@'\n", f"puts {RUBY}\n"),
    ("a.rb", "puts'@KEY@'if x\n", f"puts {RUBY}if x\n"),
    ("a.rb", "puts'a\\n@KEY@'.upcase\n", f"puts ('a\\n' + {RUBY}).upcase\n"),
    ("a.go", 'package a\n\nfunc f() string { return"@KEY@" }\n', f"return {GO} "),
    ("a.go", 'package a\n\nfunc f(a string) { switch a { case"@KEY@": } }\n', f"case {GO}:"),
    ("A.java", 'class A { String f() { return"@KEY@"; } }', f"return {JAVA};"),
    ("A.java", 'class A { int f() { return"@HEAD@"+"@TAIL@"; } }', f"return {JAVA};"),
    ("a.kt", 'fun f(): String { return"@KEY@" }', f"return {JAVA} "),
    ("a.kt", 'fun f() = if (a) b else"@KEY@"', f"else {JAVA}"),
    ("a.cs", 'class A { string F() { return"@KEY@"; } }', f"return {SHARP};"),
    ("a.rs", 'fn f() -> String { return"@KEY@".to_string() }', f"return {RUST}.to_string()"),
    ("a.ps1", "function f { return'@KEY@' }", f"return {SHELL} "),
    ("a.ps1", 'function f { return"@KEY@" }', f"return {SHELL} "),
    ("a.ps1", "$x = '@KEY@'-eq $y", f"{SHELL}-eq $y"),
    ("a.tf", 'x = [for a in"@KEY@": a]\n', "in var.wastack_api_key: a"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "before", "part"), EDITS, ids=lambda text: repr(text)[:50])
def test_a_look_up_does_not_join_a_word(path: str, before: str, part: str) -> None:
    fixed = repair(path, fill_in(before))
    assert part in fixed.content.decode()
    assert detect(path, fixed.content) == []


def test_a_look_up_keeps_a_blank_that_is_there() -> None:
    fixed = repair("a.js", fill_in("f(a, '@KEY@' in y)"))
    assert fixed.content == f"f(a, {NODE} in y)".encode()

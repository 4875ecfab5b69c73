"""Places that must be constants keep the key, with the reason; constants that may vary lose it."""

from __future__ import annotations

import pytest

from tests.support.fix_cases import detect, fill_in, repair

JAVA = 'System.getenv("WASTACK_API_KEY")'
SHARP = 'System.Environment.GetEnvironmentVariable("WASTACK_API_KEY")'
NODE = "process.env.WASTACK_API_KEY"
GO = 'os.Getenv("WASTACK_API_KEY")'
RUST = 'std::env::var("WASTACK_API_KEY").expect("WASTACK_API_KEY is not set")'
EVALUATED = "it is evaluated at compile time; read the variable where it is used"
LOCK = "std::sync::LazyLock"
KEPT = f"{{ static KEY: {LOCK}<String> = {LOCK}::new(|| {RUST}); KEY.as_str() }}"

ARGUMENT = "an argument of an annotation must be a constant"
DEFAULT = "the default of an annotation must be a constant"
LABEL = "a case label must be a constant; compare with the variable"
PATTERN = "a pattern must be a constant; compare with the variable"
ATTRIBUTE = "an argument of an attribute must be a constant"
USED = "a constant or an attribute uses it; neither can contain a look-up"
IN_ANNOTATION = "an annotation or a case label uses it, which must be a constant"
COMPILED = "a constant is evaluated at compile time; read the variable where it is used"
EXPRESSION = "{} must be a constant expression; read the variable where it is used"

LEFT = {
    "A.java": (
        ('@An("@KEY@") class A {}', ARGUMENT),
        ('@An(v = {"a", "@KEY@"}) class A {}', ARGUMENT),
        ('class A { void f(@An("Bearer @KEY@") int x) {} }', ARGUMENT),
        ('@interface An { String v() default "@KEY@"; }', DEFAULT),
        ('@interface An { String[] v() default {"a" + "@KEY@"}; }', DEFAULT),
        ('class A { void f(String x) { switch (x) { case "@KEY@": } } }', LABEL),
        ('class A { int f(String x) { return switch (x) { case "@KEY@" -> 1; }; } }', LABEL),
        ('class A { static final String K = "@KEY@"; @An(K) int x; }', IN_ANNOTATION),
        ('class A { final String K = "@KEY@", L = "a" + K; @An(L) int x; }', IN_ANNOTATION),
        ('class A { static final String K = "@KEY@"; } @interface An { String v() default A.K; }',
         IN_ANNOTATION),
    ),
    "a.kt": (
        ('@An("@KEY@") fun g() = 1', ARGUMENT),
        ('@file:An("@KEY@")\nfun g() = 1', ARGUMENT),
        ('class A(@field:An("Bearer @KEY@") val x: Int)', ARGUMENT),
        ('@[An("@KEY@") B] class A', ARGUMENT),
        ('annotation class An(val s: String = "@KEY@")', DEFAULT),
        ('@Target annotation class An(val s: Array<String> = ["@KEY@"])', DEFAULT),
        ('const val K = "@KEY@"\nannotation class An(val s: String = K)',
         "a constant or an annotation uses it; neither can contain a look-up"),
    ),
    "a.cs": (
        ('[An("@KEY@")] class A {}', ATTRIBUTE),
        ('[assembly: An(V = "@KEY@")]', ATTRIBUTE),
        ('class A { void F(string k = "@KEY@") {} }',
         "the default of a parameter must be a constant"),
        ('class A { void F(string x) { switch (x) { case "@KEY@": break; } } }', PATTERN),
        ('class A { bool F(string x) => x is "a" or "@KEY@"; }', PATTERN),
        ('class A { int F(string x) => x switch { "@KEY@" => 1, _ => 2 }; }', PATTERN),
        ('class A { void F(string x) { switch (x) { case "a": goto case "@KEY@"; } } }',
         "the case of a goto must be a constant"),
        ('class A { const string K = "@KEY@"; [An(K)] int x; }', USED),
        ('class A { const string K = "@KEY@"; bool F(string x) => x is K; }', USED),
        ('class A { const string K = "@KEY@"; void F(string x) { switch (x) { case K: break; } } }',
         USED),
        ('class A { const string K = "@KEY@"; void F(string x = K) {} }', USED),
        ('class A { ReadOnlySpan<byte> F() => "@KEY@"u8; }', "it is a string of bytes"),
    ),
    "a.ts": (
        ('enum A { X = "@KEY@" }', "a member of an enum must be a constant; use an object"),
        ('enum A { X = "a" + "@KEY@" }', "a member of an enum must be a constant; use an object"),
        ('declare const k = "@KEY@"', "a declaration without code must have constants"),
        ('const k = "@KEY@" as const', "`as const` needs a constant"),
        ('type K = "a" | "@KEY@"', "it is a type"),
        ("type K = `@KEY@`", "it is not in a string"),
        ('const k = "@KEY@" satisfies "@KEY@"',
         ("its type is the text itself; change the type to string first", "it is a type")),
        ('let k: "@KEY@" = "@KEY@"',
         ("it is a type", "its type is the text itself; change the type to string first")),
    ),
    "a.go": (
        ('package a\n\ntype A struct {\n\tX int `json:"@KEY@"`\n}\n', "it is the tag of a field"),
        ('package a\n\nimport "@KEY@"\n', "it is the name of a package"),
        ('package a\n\nconst A, B = "b", "@KEY@"\n\nconst C = B + "c"\n',
         "another constant depends on it; turn both into variables"),
        ('package a\n\nconst (\n\tA = "@KEY@"\n\tB = "b"\n)\n\nconst C = B + "c"\n',
         "another constant depends on it; turn both into variables"),
        ('package a\n\nconst (\n\tA = "@KEY@"\n\tB = "b"\n)\n\nvar c [len(B)]int\n',
         "the length of an array depends on it; declare it as a variable first"),
    ),
    "a.rs": (
        ('const K: &str = "@KEY@";', COMPILED),
        ('const K: &str = { let k = "@KEY@"; k };', COMPILED),
        ('static K: &str = "@KEY@";',
         "a static is evaluated at compile time; use LazyLock, or read it in place"),
        ('fn f() { const { g("@KEY@") } }', COMPILED),
        ('const fn f() -> usize { g("@KEY@") }',
         "a constant function may be evaluated at compile time; read the variable outside"),
        ('#[doc = "@KEY@"]\nfn f() {}', "an attribute must be a constant"),
        ('#![doc = "@KEY@"]\nfn f() {}', "an attribute must be a constant"),
        ('fn f(x: &str) { match x { "a" | "@KEY@" => {} _ => {} } }', PATTERN),
        ('fn f(x: &str) { if let "@KEY@" = x {} }', PATTERN),
        ('fn f() { let x = [0; "@KEY@".len()]; }', EVALUATED),
        ('fn f(x: [u8; "@KEY@".len()]) {}', EVALUATED),
        ('enum A { B = "@KEY@".len() as isize }', EVALUATED),
        ('macro_rules! m { () => { concat!("a", "@KEY@") } }',
         "it is in the definition of a macro; assign it to a name first"),
        ('fn f(x: (u8, &str)) { let (1, "@KEY@") = x else { return }; }', PATTERN),
        ('fn f(x: &str) -> bool { matches!(x, "@KEY@") }', "matches! needs literals"),
        ('fn f(w: W) { write!(w, "@KEY@"); }',
         "the format of write! must be a literal; pass the key as an argument"),
        ('fn f(a: A) { assert_eq!(a, g(1, 2), "@KEY@"); }',
         "the format of assert_eq! must be a literal; pass the key as an argument"),
    ),
    "a.php": (
        ("<?php class A { const K = '@KEY@'; }",
         EXPRESSION.format("a constant of a class or a namespace")),
        ("<?php namespace A { const K = '@KEY@'; }",
         EXPRESSION.format("a constant of a class or a namespace")),
        ("<?php enum A: string { case K = '@KEY@'; }", EXPRESSION.format("a case of an enum")),
        ("<?php enum A { const K = '@KEY@'; }",
         EXPRESSION.format("a constant of a class or a namespace")),
        ("<?php #[A('@KEY@')] function f() {}", EXPRESSION.format("an argument of an attribute")),
        ("<?php $f = fn($k = '@KEY@') => $k;", EXPRESSION.format("the default of a parameter")),
        ("<?php class A { function __construct(private $k = '@KEY@') {} }",
         EXPRESSION.format("the default of a parameter")),
        ("<?php class A { public static $k = ['a' => '@KEY@']; }",
         EXPRESSION.format("the default of a property")),
        ("<?php function f() { static $k = '@KEY@'; }", EXPRESSION.format("a static variable")),
    ),
    "a.rb": (
        ("case x\nin '@KEY@' then 1\nend\n", PATTERN),
        ("case x\nin {a: '@KEY@' | 'b'} then 1\nend\n", PATTERN),
        ("x => '@KEY@'\n", PATTERN),
        ("x in '@KEY@'\n", PATTERN),
        ("x = :'@KEY@'\n", "it is not in a string"),
        ("x = {'@KEY@': 1}\n", "the edited file would have a syntax error"),
    ),
    "a.ps1": (
        ("param([Parameter(HelpMessage='@KEY@')]$x)\n$x\n", ATTRIBUTE),
        ('param([ValidateSet("a", "@KEY@")]$x)\n$x\n', ATTRIBUTE),
        ("data { '@KEY@' }", "a data section has no look-ups; read the variable where it is used"),
    ),
    "a.psd1": (
        ("@{ Key = '@KEY@' }",
         "PowerShell may refuse a look-up in a data file; read the variable outside"),
    ),
    "a.py": (
        ("match x:\n    case '@KEY@':\n        pass\n",
         "a pattern of `match` must be a constant; compare with the variable"),
        ("x: Literal['@KEY@']\n", "it is in a type"),
    ),
    "a.tf": (
        ('module "a" {\n  source = "./@KEY@"\n}\n',
         "the source and the version of a module must be constants"),
        ('terraform {\n  required_providers {\n    a = { source = "@KEY@" }\n  }\n}\n',
         "a terraform block cannot use variables"),
    ),
}  # fmt: skip

EDITED = {
    "A.java": (
        ('enum A { X("@KEY@"); }', f"enum A {{ X({JAVA}); }}"),
        ('@interface An { String K = "@KEY@"; }', f"@interface An {{ String K = {JAVA}; }}"),
        ('@An("k") class A { String k = "@KEY@", l = k; @An("l") int m; }',
         f'@An("k") class A {{ String k = {JAVA}, l = k; @An("l") int m; }}'),
        ('@An("a") class A { String k = "@KEY@"; }', f'@An("a") class A {{ String k = {JAVA}; }}'),
    ),
    "a.kt": (
        ('class A(val s: String = "@KEY@")', f"class A(val s: String = {JAVA})"),
        ('fun f(s: String = "@KEY@") = 1', f"fun f(s: String = {JAVA}) = 1"),
        ('enum class A(val s: String) { X("@KEY@") }',
         f"enum class A(val s: String) {{ X({JAVA}) }}"),
        ('fun f(x: String) = when (x) { "@KEY@" -> 1; else -> 2 }',
         f"fun f(x: String) = when (x) {{ {JAVA} -> 1; else -> 2 }}"),
        ('object A {\n    internal const val K = "@KEY@"\n}\n',
         f"object A {{\n    internal val K = {JAVA}\n}}\n"),
    ),
    "a.cs": (
        ('[An("a")] class A { const string K = "@KEY@"; }',
         f'[An("a")] class A {{ static readonly string K = {SHARP}; }}'),
    ),
    "a.ts": (
        ('const k = {a: "@KEY@"} as const', f"const k = {{a: {NODE}!}} as const"),
        ('class A { @An("@KEY@") x = 1 }', f"class A {{ @An({NODE}!) x = 1 }}"),
        ('let k: string = "@KEY@"', f"let k: string = {NODE}!"),
    ),
    "a.go": (
        ('package a\n\nimport "os"\n\nconst K Token = "@KEY@"\n',
         f'package a\n\nimport "os"\n\nvar K Token = Token({GO})\n'),
        ('package a\n\nimport "os"\n\nvar K b.Token = "a" + "@KEY@"\n',
         f'package a\n\nimport "os"\n\nvar K b.Token = "a" + b.Token({GO})\n'),
        ('package a\n\nimport "os"\n\nvar x bool = "@KEY@" == k\n',
         f'package a\n\nimport "os"\n\nvar x bool = {GO} == k\n'),
        ('package a\n\nimport "os"\n\nvar x Token = f("@KEY@")\n',
         f'package a\n\nimport "os"\n\nvar x Token = f({GO})\n'),
        ('package a\n\nimport "os"\n\nconst (\n\tA = "@KEY@"\n\tB = "A B"\n)\n',
         f'package a\n\nimport "os"\n\nvar (\n\tA = {GO}\n\tB = "A B"\n)\n'),
    ),
    "a.rs": (
        ('static K: LazyLock<String> = LazyLock::new(|| { "@KEY@".to_string() });',
         f"static K: LazyLock<String> = LazyLock::new(|| {{ {RUST}.to_string() }});"),
        ('const A: u8 = 1;\nfn f() { g("@KEY@") }', f"const A: u8 = 1;\nfn f() {{ g({KEPT}) }}"),
        ('fn f(w: W) { write!(w, "{}", "@KEY@"); }',
         f'fn f(w: W) {{ write!(w, "{{}}", {RUST}); }}'),
        ('fn f(w: W) { write!(w, g("@KEY@")); }', f"fn f(w: W) {{ write!(w, g({KEPT})); }}"),
        ('fn f<T, const N: usize>(a: A) { g("@KEY@"); }',
         f"fn f<T, const N: usize>(a: A) {{ g({KEPT}); }}"),
        ("fn f() { let x: Cow<'static, str> = \"@KEY@\".into(); }",
         f"fn f() {{ let x: Cow<'static, str> = ({KEPT}).into(); }}"),
        ("fn f() { let x: &'static str = \"@KEY@\"; }",
         f"fn f() {{ let x: &'static str = {KEPT}; }}"),
        ('fn f(a: A) { assert_eq!(a, "@KEY@"); }', f"fn f(a: A) {{ assert_eq!(a, {KEPT}); }}"),
    ),
    "a.php": (
        ("<?php const K = '@KEY@';", "<?php define('K', getenv('WASTACK_API_KEY'));"),
        ("<?php $x = match ($y) { '@KEY@' => 1 };",
         "<?php $x = match ($y) { getenv('WASTACK_API_KEY') => 1 };"),
    ),
    "a.rb": (
        ("case x\nwhen '@KEY@' then 1\nend\n",
         "case x\nwhen ENV.fetch('WASTACK_API_KEY') then 1\nend\n"),
        ("case x\nin String then '@KEY@'\nend\n",
         "case x\nin String then ENV.fetch('WASTACK_API_KEY')\nend\n"),
        ("x = {'@KEY@' => 1}\n", "x = {ENV.fetch('WASTACK_API_KEY') => 1}\n"),
        ("'@KEY@' in x\n", "ENV.fetch('WASTACK_API_KEY') in x\n"),
    ),
    "a.ps1": (("param($x = '@KEY@')\n$x\n", "param($x = $env:WASTACK_API_KEY)\n$x\n"),),
    "a.py": (
        ("class A(Enum):\n    K = '@KEY@'\n",
         "import os\n\nclass A(Enum):\n    K = os.environ['WASTACK_API_KEY']\n"),
        ("@an('@KEY@')\ndef f(): ...\n",
         "import os\n\n@an(os.environ['WASTACK_API_KEY'])\ndef f(): ...\n"),
    ),
}  # fmt: skip


def _name(value: object) -> str:
    return repr(value)[:60]


@pytest.mark.parametrize(
    ("path", "text", "reasons"),
    [(path, *row) for path, rows in LEFT.items() for row in rows],
    ids=_name,
)
def test_a_constant_keeps_the_key_with_the_reason(
    path: str, text: str, reasons: str | tuple[str, ...]
) -> None:
    before = fill_in(text)
    fixed = repair(path, before)
    expected = (reasons,) if isinstance(reasons, str) else reasons
    assert tuple(one.reason for one in fixed.left) == expected
    assert fixed.content == before


@pytest.mark.parametrize(
    ("path", "text", "after"),
    [(path, *row) for path, rows in EDITED.items() for row in rows],
    ids=_name,
)
def test_a_value_that_may_vary_loses_the_key(path: str, text: str, after: str) -> None:
    fixed = repair(path, fill_in(text))
    assert fixed.content.decode() == after
    assert detect(path, fixed.content) == []

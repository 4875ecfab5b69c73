"""Write a deterministic tree of source files, with keys in it on demand."""

from __future__ import annotations

import argparse
import json
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

SEED = 20_240_607
PREFIX = "wa_" + "live_"
BASE62 = string.digits + string.ascii_letters
POOL_BYTES = 2_000_000
SMALLEST, LARGEST = 24, 64_000_000
SIGMA = 1.5
DEEPEST = 8
AUTHORIZATION_SHARE, APP_KEY_SHARE = 0.010, 0.002
HIGH_BYTES = bytes(range(0x80, 0x100))

Line = Callable[[random.Random], str]


@dataclass(frozen=True)
class Kind:
    """A kind of file: its share, its size and its lines."""

    name: str
    suffixes: tuple[str, ...]
    share: float
    weight: float
    line: Line | None = None
    authorization: str = ""
    app_key: str = ""
    key_line: str = ""
    cut_at: bytes = b"\n"


@dataclass(frozen=True)
class Plan:
    """A file to write."""

    path: str
    kind: Kind
    size: int


def word(rng: random.Random) -> str:
    """Return a pronounceable part of an identifier."""
    pairs = rng.randint(1, 4)
    return "".join(rng.choice("bcdfghklmnprstvwz") + rng.choice("aeiou") for _ in range(pairs))


def name(rng: random.Random) -> str:
    """Return an identifier in snake case."""
    return "_".join(word(rng) for _ in range(rng.randint(1, 3)))


def prose(rng: random.Random, words: int) -> str:
    """Return some words."""
    return " ".join(word(rng) for _ in range(words))


def python_line(rng: random.Random) -> str:
    """Return a line of Python."""
    a, b, c = name(rng), name(rng), name(rng)
    shapes = (
        f"def {a}({b}: str, {c}: int = {rng.randint(0, 99)}) -> None:",
        f'    """{prose(rng, 8).capitalize()}."""',
        f"    {a} = {b}.{c}({rng.randint(0, 999)}, key={a!r})",
        f"    if {a} is not None and {b} > {rng.random():.3f}:",
        f'        raise ValueError(f"{prose(rng, 4)} {{{a}}}")',
        f"from {a} import {b}, {c}",
        "",
    )
    return rng.choice(shapes)


def js_line(rng: random.Random) -> str:
    """Return a line of JavaScript."""
    a, b, c = name(rng), name(rng), name(rng)
    shapes = (
        f"export function {a}({b}, {c} = {{}}) {{",
        f"  const {a} = await {b}.{c}('{prose(rng, 3)}');",
        f"  return {a} ? {b} : `${{{c}}}/{word(rng)}`;",
        f"  // {prose(rng, 9)}",
        f"import {{ {a} }} from './{b}/{c}.js';",
        "}",
    )
    return rng.choice(shapes)


def c_line(rng: random.Random) -> str:
    """Return a line of C."""
    a, b, c = name(rng), name(rng), name(rng)
    shapes = (
        f"static int {a}(struct {b} *{c}, size_t n)",
        f"\tif ({a}->{b} == NULL || {c} < {rng.randint(0, 4096)})",
        f"\t\treturn -{rng.choice(('EINVAL', 'ENOMEM', 'EIO'))};",
        f"#define {a.upper()} 0x{rng.getrandbits(32):08x}u",
        f"/* {prose(rng, 8)} */",
        "}",
    )
    return rng.choice(shapes)


def json_line(rng: random.Random) -> str:
    """Return a line of JSON."""
    a, b = name(rng), name(rng)
    values = (f'"{prose(rng, 3)}"', str(rng.randint(0, 10**6)), "true", f'["{b}", "{a}"]')
    return f'  "{a}": {rng.choice(values)},'


def yaml_line(rng: random.Random) -> str:
    """Return a line of YAML."""
    indent = "  " * rng.randint(0, 4)
    values = (prose(rng, 2), str(rng.randint(0, 65_535)), '"{{ ' + name(rng) + ' }}"', "")
    return f"{indent}{name(rng)}: {rng.choice(values)}".rstrip()


def md_line(rng: random.Random) -> str:
    """Return a line of Markdown."""
    shapes = (
        prose(rng, rng.randint(8, 20)).capitalize() + ".",
        f"## {prose(rng, 3).title()}",
        f"- `{name(rng)}` — {prose(rng, 6)} café 日本",
        f"[{prose(rng, 2)}](https://example.com/{word(rng)}/{word(rng)})",
        "",
    )
    return rng.choice(shapes)


def log_line(rng: random.Random) -> str:
    """Return a line of a server log."""
    clock = f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.random() * 60:06.3f}"
    level = rng.choice(("INFO", "INFO", "INFO", "DEBUG", "WARN", "ERROR"))
    request = f"{rng.getrandbits(128):032x}"
    return f"2024-06-07T{clock}Z {level} {name(rng)} [{request}] {prose(rng, 7)}"


def minified_line(rng: random.Random) -> str:
    """Return a long line of minified JavaScript."""
    return "".join(minified_statement(rng) for _ in range(rng.randint(200, 6_000)))


def minified_statement(rng: random.Random) -> str:
    """Return a statement of minified JavaScript."""
    a, b, c = rng.choices(string.ascii_letters, k=3)
    shapes = (
        f"function {a}({b},{c}){{return {b}.{word(rng)}({c})}};",
        f'var {a}={b}.{word(rng)}||"{prose(rng, 2)}";',
        f"{a}&&({b}={c}[{rng.randint(0, 999)}]);",
    )
    return rng.choice(shapes)


KINDS = (
    Kind(
        "python",
        suffixes=(".py",),
        share=0.25,
        weight=1.0,
        line=python_line,
        authorization='headers["Authorization"] = f"Bearer {token}"',
        app_key='headers["x-app-key"] = settings.app_key',
        key_line='API_KEY = "%s"',
    ),
    Kind(
        "js",
        suffixes=(".js", ".ts"),
        share=0.22,
        weight=1.0,
        line=js_line,
        authorization="  headers: { Authorization: `Bearer ${token}` },",
        app_key="  headers.set('x-app-key', appKey);",
        key_line="const apiKey = '%s';",
    ),
    Kind(
        "c",
        suffixes=(".c", ".h"),
        share=0.15,
        weight=1.3,
        line=c_line,
        authorization='\tif (strcasecmp(name, "Authorization") == 0)',
        app_key='\tif (strcasecmp(name, "x-app-key") == 0)',
        key_line='static const char key[] = "%s";',
    ),
    Kind(
        "json",
        suffixes=(".json",),
        share=0.12,
        weight=0.8,
        line=json_line,
        authorization='  "allowedHeaders": ["Content-Type", "Authorization", "Accept"],',
        app_key='  "exposedHeaders": ["x-app-key", "ETag"],',
        key_line='  "apiKey": "%s",',
    ),
    Kind(
        "yaml",
        suffixes=(".yaml", ".yml"),
        share=0.09,
        weight=0.4,
        line=yaml_line,
        authorization="allow_headers: [Content-Type, Authorization]",
        app_key="x-app-key: ${APP_KEY}",
        key_line="api_key: %s",
    ),
    Kind(
        "md",
        suffixes=(".md",),
        share=0.08,
        weight=0.6,
        line=md_line,
        authorization="Send the token in the `Authorization` header of each request.",
        app_key="Set `x-app-key` to the key of your application.",
        key_line="    export API_KEY=%s",
    ),
    Kind(
        "log",
        suffixes=(".log",),
        share=0.02,
        weight=6.0,
        line=log_line,
        authorization="2024-06-07T00:00:00.000Z WARN missing header Authorization, status 401",
        app_key="2024-06-07T00:00:00.000Z WARN missing header x-app-key, status 401",
        key_line="2024-06-07T00:00:00.000Z INFO client started with key %s",
    ),
    Kind(
        "minified",
        suffixes=(".min.js",),
        share=0.02,
        weight=6.0,
        line=minified_line,
        authorization='fetch(u,{headers:{Authorization:"Bearer "+t}});',
        app_key='h.set("x-app-key",k);',
        cut_at=b";",
    ),
    Kind("binary", suffixes=(".bin", ".dat", ".png", ".o"), share=0.05, weight=1.0),
)


def text_pool(line: Line, rng: random.Random) -> bytes:
    """Return about POOL_BYTES of text, from which files are cut."""
    lines: list[str] = []
    size = 0
    while size < POOL_BYTES:
        lines.append(line(rng))
        size += len(lines[-1]) + 1
    return ("\n".join(lines) + "\n").encode()


def make_pools(rng: random.Random) -> dict[str, bytes]:
    """Return the text pool of each kind."""
    texts = {kind.name: text_pool(kind.line, rng) for kind in KINDS if kind.line}
    return texts | {"binary": rng.randbytes(POOL_BYTES)}


def make_folders(count: int, rng: random.Random) -> list[str]:
    """Return folder paths, each below an earlier one."""
    folders = [""]
    while len(folders) < count:
        parent = rng.choice(folders)
        if parent.count("/") < DEEPEST:
            folders.append(f"{parent}{name(rng)}_{len(folders)}/")
    return folders


def make_paths(kinds: list[Kind], rng: random.Random) -> Iterator[str]:
    """Yield one path for each kind, with 50 to 100 files per folder."""
    folders = make_folders(len(kinds) // 75 + 1, rng)
    at, left = 0, rng.randint(50, 100)
    for number, kind in enumerate(kinds):
        if left == 0:
            at, left = (at + 1) % len(folders), rng.randint(50, 100)
        left -= 1
        yield f"{folders[at]}{name(rng)}_{number}{rng.choice(kind.suffixes)}"


def make_sizes(kinds: list[Kind], total: int, rng: random.Random) -> list[int]:
    """Return log-normal sizes that add up to about the total."""
    raw = [kind.weight * rng.lognormvariate(0, SIGMA) for kind in kinds]
    scale = total / sum(raw)
    return [min(max(int(size * scale), SMALLEST), LARGEST) for size in raw]


def make_plans(files: int, total: int, rng: random.Random) -> list[Plan]:
    """Return the files to write."""
    kinds = rng.choices(KINDS, weights=[kind.share for kind in KINDS], k=files)
    sizes = make_sizes(kinds, total, rng)
    paths = make_paths(kinds, rng)
    return [Plan(*row) for row in zip(paths, kinds, sizes, strict=True)]


def cut(pool: bytes, size: int, start: int) -> bytes:
    """Return bytes of the pool from an offset, wrapping around at its end."""
    body = pool[start : start + size]
    while len(body) < size:
        body += pool[: size - len(body)]
    return body


def make_text(plan: Plan, pool: bytes, rng: random.Random) -> bytes:
    """Return complete lines of about the planned size."""
    start = pool.find(plan.kind.cut_at, rng.randrange(len(pool))) + 1
    return cut(pool, plan.size - 1, start).rstrip(HIGH_BYTES) + b"\n"


def make_binary(plan: Plan, pool: bytes, rng: random.Random) -> bytes:
    """Return random bytes that a tool recognizes as binary immediately."""
    return b"\x7fBIN\0\0\0\0" + cut(pool, plan.size - 8, rng.randrange(len(pool)))


def insert(body: bytes, line: str, rng: random.Random) -> tuple[bytes, int]:
    """Insert a line at a random place; return the new body and the line number."""
    at = body.find(b"\n", rng.randrange(len(body))) + 1
    return body[:at] + line.encode() + b"\n" + body[at:], body.count(b"\n", 0, at) + 1


def decorate(body: bytes, kind: Kind, rng: random.Random) -> bytes:
    """Return the body, sometimes with a harmless line that contains a keyword."""
    chance = rng.random()
    if chance < AUTHORIZATION_SHARE:
        return insert(body, kind.authorization, rng)[0]
    if chance < AUTHORIZATION_SHARE + APP_KEY_SHARE:
        return insert(body, kind.app_key, rng)[0]
    return body


def make_key(rng: random.Random) -> str:
    """Return a key."""
    return PREFIX + "".join(rng.choices(BASE62, k=40))


def write(root: Path, plans: list[Plan], chosen: set[int]) -> Iterator[dict[str, str | int]]:
    """Write every planned file; yield the place of each key."""
    rng, keys = random.Random(SEED + 1), random.Random(SEED + 2)
    pools = make_pools(rng)
    for number, plan in enumerate(plans):
        make = make_text if plan.kind.name != "binary" else make_binary
        body = make(plan, pools[plan.kind.name], rng)
        if plan.kind.authorization:
            body = decorate(body, plan.kind, rng)
        if number in chosen:
            body, line = insert(body, plan.kind.key_line % make_key(keys), keys)
            yield {"path": plan.path, "line": line}
        (root / plan.path).write_bytes(body)


def choose(plans: list[Plan], keys: int) -> set[int]:
    """Return the numbers of the files that get a key; only files with plain lines do."""
    fit = [number for number, plan in enumerate(plans) if plan.kind.key_line]
    return set(random.Random(SEED + 3).sample(fit, keys))


def arguments() -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dir", type=Path, help="a folder that is new or empty")
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--bytes", type=int, default=2_000_000_000)
    parser.add_argument("--keys", type=int, default=0, help="keys to plant")
    return parser.parse_args()


def main() -> None:
    """Write the tree and print the places of its keys."""
    options = arguments()
    if options.dir.exists() and any(options.dir.iterdir()):
        raise SystemExit(f"{options.dir} is not empty")
    plans = make_plans(options.files, options.bytes, random.Random(SEED))
    for folder in {Path(plan.path).parent for plan in plans}:
        (options.dir / folder).mkdir(parents=True, exist_ok=True)
    for place in write(options.dir, plans, choose(plans, options.keys)):
        print(json.dumps(place))


if __name__ == "__main__":
    main()

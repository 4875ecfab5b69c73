"""Marks beside keys: around literals of several lines, of other scanners, and what reports say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import fake_wastack
from tests.support.command import Run
from tests.support.fake_wastack import FakeWAStack
from tests.support.files import write
from tests.support.keys import MakeKey, fingerprint, mask
from tests.support.reports import FORMATS
from tests.support.repositories import Repo
from wakeyscan.suppression.multiline_strings import MultilineStrings

RULE = "wastack-api-key"
MARK = "wakeyscan:ignore -- a sample"
REASON = "wakeyscan:ignore: a sample"

# {} is the key, {m} the mark.
LITERALS = {
    "python-last-line": "K = '''\n{}\n'''  # {m}\n",
    "python-line-before": '# {m}\nK = """\nx\n{}\n"""\n',
    "python-first-of-two": 'A = """\nx\n"""\nK = """\n{}\n"""  # {m}\n',
    "python-quotes-in-a-comment": "# it's \"\"\" here\nK = '''\n{}\n'''  # {m}\n",
    "python-crlf": '# {m}\r\nK = """\r\n{}\r\n"""\r\n',
    "javascript-last-line": "const k = `\n  {}\n`; // {m}\n",
    "javascript-first-line": "/* {m} */ const k = `\n  {}\n`;\n",
    "go-line-before": "// {m}\nconst k = `\n{}`\n",
    "rust": 'let k = r#"\n{}\n"#; // {m}\n',
    "cpp": 'auto k = R"x(\n{}\n)x"; // {m}\n',
    "lua": "k = [[\n{}\n]] -- {m}\n",
    "lua-level": "k = [==[\n{}\n]==] -- {m}\n",
    "heredoc-first-line": "cat <<EOF # {m}\nx\n{}\nEOF\n",
    "heredoc-line-before": "# {m}\ncat <<-'EOF'\n\t{}\n\tEOF\n",
    "php": "// {m}\n$k = <<<EOT\n{}\nEOT;\n",
    "yaml-first-line": "a:\n  key: |-  # {m}\n    x: 1\n      y: 2\n    k: {}\n",
    "yaml-line-before": "a:\n  # {m}\n  - |\n    {}\n",
    "markdown": "text\n<!-- {m} -->\n```sh\nexport K={}\n```\n",
    "markdown-quoted": "> <!-- {m} -->\n> ~~~\n> {}\n> ~~~\n",
    "shell-line-before": "# {m}\ncurl \\\n  -H 'X: {}' \\\n  https://x\n",
    "shell-last-line": "curl \\\n  -H 'X: {}' \\\n  https://x  # {m}\n",
    "powershell": "# {m}\nInvoke-It `\n  -Key {} `\n  -More 1\n",
}


@pytest.mark.parametrize("template", LITERALS.values(), ids=LITERALS)
def test_an_inline_ignore_applies_to_a_multi_line_literal(
    tmp_path: Path, run: Run, key: str, template: str
) -> None:
    write(tmp_path, {"a": template.replace("{m}", MARK).replace("{}", key)})
    ran = run("scan", "--format=json")
    (found,) = ran.json()["findings"]
    assert (ran.code, found["standing"], found["reason"]) == (0, "ignored", REASON)


OUTSIDE = {
    "between-two-literals": 'A = """\nx\n"""  # {m}\nk = "{}"\nB = """\n"""\n',
    "after-a-string": 'A = "\nx\n";  # {m}\nk = "{}"\n',
    "after-a-heredoc": "# {m}\ncat <<EOF\nx\nEOF\nk={}\n",
    "no-heredoc": '// {m}\nstd::cout << x;\nk = "{}";\nx = 1;\n',
    "nested-lists": "# {m}\nk = [[1,\n  2, '{}']]\n",
    "no-block": "# {m}\na:\n  k: {}\n",
    "after-a-block": "# {m}\na: |\n  x\nk: {}\n",
    "after-a-command": "# {m}\ncurl \\\n  x\nk={}\n",
    "never-closed": "# {m}\nA = '''\n\nk = {}\n",
    "in-a-comment": "// {m}\n/* `\n\n{} */ x = `y`\n",
    "after-markdown": "<!-- {m} -->\n```sh\nx\n```\n{}\n",
    "within-one-line": "# {m}\n\nk = '''{}'''\n",
}


@pytest.mark.parametrize("template", OUTSIDE.values(), ids=OUTSIDE)
def test_an_inline_ignore_of_a_literal_applies_only_inside_it(
    tmp_path: Path, run: Run, key: str, template: str
) -> None:
    write(tmp_path, {"a": template.replace("{m}", MARK).replace("{}", key)})
    ran = run("scan", "--format=json")
    (found,) = ran.json()["findings"]
    assert (ran.code, found["standing"]) == (1, "reported")


# A line may hold a key behind the mark, where the reason could be: reports show none of it.

BEHIND = {
    "comment": ("/* {m} */ let k = '{}'", "a sample"),
    "markup": ("<!-- {m} --><b>{}</b>", "a sample"),
    "template": ("{# {m} #}{}", "a sample"),
    "in-the-reason": ("# {m}, it was {}", "a sample, it was {mask}"),
    "header": (
        "# {m} curl -H 'Authorization: Bearer {bare}'",
        "a sample curl -H 'Authorization: Bearer {mask_bare}'",
    ),
}


@pytest.mark.parametrize(("line", "reason"), BEHIND.values(), ids=BEHIND)
def test_a_key_in_a_reason_is_masked(
    tmp_path: Path, run: Run, key: str, line: str, reason: str
) -> None:
    bare = key[8:]
    text = line.replace("{m}", MARK).replace("{}", key).replace("{bare}", bare)
    write(tmp_path, {"a.txt": f"{text}\n"})
    header = "authorization-header"
    expected = reason.replace("{mask}", mask(key)).replace("{mask_bare}", mask(bare, header))
    (found,) = run("scan", "--format=json").json()["findings"]
    assert found["reason"] == f"wakeyscan:ignore: {expected}"
    for name in FORMATS:
        ran = run("scan", f"--format={name}", "--show-suppressed")
        assert (ran.code, bare in ran.out + ran.err) == (0, False)


# Marks of other scanners, where those heed them.

OPTION = "--honor-foreign-ignores"
FOREIGN = {
    "gitleaks": ("k = '{}'  # gitleaks:allow", "gitleaks:allow"),
    "gitleaks-in-front": ("/* gitleaks:allow */ k = '{}'", "gitleaks:allow"),
    "betterleaks": ("k = '{}'  // betterleaks:allow", "betterleaks:allow"),
    "trufflehog": ("k = '{}'  # trufflehog:ignore", "trufflehog:ignore"),
    "kingfisher": ("k = '{}'  # kingfisher:ignore", "kingfisher:ignore"),
    "kingfisher-case": ("k = '{}'  # Kingfisher:Ignore", "kingfisher:ignore"),
    "kingfisher-before": ("# kingfisher:ignore\nk = '{}'", "kingfisher:ignore"),
    "kingfisher-literal": ("k = '''\n{}\n'''  # kingfisher:ignore", "kingfisher:ignore"),
    "kingfisher-allow": ("k = '{}'  # kingfisher:allow", "kingfisher:allow"),
    "ggshield": ("k = '{}'  # ggignore", "ggignore"),
    "ds-hash": ("k = '{}'  # pragma: allowlist secret", "pragma: allowlist secret"),
    "ds-old": ("k = '{}'  # pragma: whitelist secret", "pragma: whitelist secret"),
    "ds-c": ("k = '{}'  /* pragma: allowlist secret */", "pragma: allowlist secret"),
    "ds-slashes": ("k = '{}'  //pragma: allowlist-secret", "pragma: allowlist-secret"),
    "ds-sql": ("k = '{}'  -- pragma: allowlist secret", "pragma: allowlist secret"),
    "ds-xml": ("<k>{}</k> <!-- pragma:allowlist secret -->", "pragma:allowlist secret"),
    "ds-next": (
        "  # pragma: allowlist nextline secret\nk = '{}'",
        "pragma: allowlist nextline secret",
    ),
}


@pytest.mark.parametrize(("text", "name"), FOREIGN.values(), ids=FOREIGN)
def test_inline_ignores_of_other_scanners_need_the_option(
    tmp_path: Path, run: Run, key: str, text: str, name: str
) -> None:
    write(tmp_path, {"a": text.replace("{}", key) + "\n"})
    ran = run("scan", "--format=json")
    (found,) = ran.json()["findings"]
    assert (ran.code, found["standing"]) == (1, "reported")
    assert found["reason"] == f"{name} found here; honored only with {OPTION}"
    for said in ([OPTION], []):
        env = {} if said else {"WAKEYSCAN_HONOR_FOREIGN_IGNORES": "1"}
        ran = run("scan", "--format=json", *said, env=env)
        (found,) = ran.json()["findings"]
        assert (ran.code, found["standing"]) == (0, "ignored")
        assert found["reason"] == f"{name} (no reason given)"


NOT_HEEDED = {
    "gitleaks-before": "# gitleaks:allow\nk = '{}'",
    "gitleaks-case": "k = '{}'  # Gitleaks:Allow",
    "gitleaks-longer": "k = '{}'  # gitleaks:allowed",
    "trufflehog-before": "# trufflehog:ignore\nk = '{}'",
    "kingfisher-after-code": "x = 1  # kingfisher:ignore\nk = '{}'",
    "kingfisher-far": "# kingfisher:ignore\n\nk = '{}'",
    "ds-no-comment": "k = '{}'; pragma: allowlist secret",
    "ds-before": "# pragma: allowlist secret\nk = '{}'",
    "ds-next-after-code": "x = 1  # pragma: allowlist nextline secret\nk = '{}'",
    "ds-next-here": "k = '{}'  # pragma: allowlist nextline secret",
    "nosec": "k = '{}'  # nosec",
}


@pytest.mark.parametrize("text", NOT_HEEDED.values(), ids=NOT_HEEDED)
def test_misplaced_inline_ignores_of_other_scanners_do_not_count(
    tmp_path: Path, run: Run, key: str, text: str
) -> None:
    write(tmp_path, {"a": text.replace("{}", key) + "\n"})
    for options in ([], [OPTION]):
        ran = run("scan", "--format=json", *options)
        (found,) = ran.json()["findings"]
        assert (ran.code, found["standing"], found["reason"]) == (1, "reported", "")


def test_a_reason_in_an_inline_ignore_of_another_scanner_is_kept(
    tmp_path: Path, run: Run, key: str
) -> None:
    write(tmp_path, {"a": f"k = '{key}'  # gitleaks:allow -- revoked in March\n"})
    (found,) = run("scan", "--format=json", OPTION).json()["findings"]
    assert found["reason"] == "gitleaks:allow: revoked in March"


def test_our_inline_ignore_takes_precedence_over_others(tmp_path: Path, run: Run, key: str) -> None:
    write(tmp_path, {"a": f"# {MARK}\nk = '{key}'  # gitleaks:allow\n"})
    for options in ([], [OPTION]):
        (found,) = run("scan", "--format=json", *options).json()["findings"]
        assert (found["standing"], found["reason"]) == ("ignored", REASON)


def test_text_names_the_option_for_inline_ignores_of_others(
    tmp_path: Path, run: Run, key: str
) -> None:
    write(tmp_path, {"a": f"k = '{key}'  # gitleaks:allow\n"})
    ran = run("scan")
    assert (ran.code, ran.out.split("\n\n")[1]) == (
        1,
        f"a\n       1:6  high      {RULE}  {mask(key)}  source\n"
        f"            | k = '{mask(key)}'  # gitleaks:allow\n"
        f"            reported: gitleaks:allow found here; honored only with {OPTION}",
    )


def test_sarif_distinguishes_inline_ignores_from_entries(
    tmp_path: Path, run: Run, make_key: MakeKey
) -> None:
    ours, theirs, entry = (make_key() for _ in range(3))
    text = f"{ours}  # {MARK}\n{theirs}  # gitleaks:allow\n{entry}\nwa_live_your_api_key\n"
    write(tmp_path, {"a": text, ".wakeyscanignore": f"{fingerprint(entry)} # known\n"})
    (told,) = run("scan", "--format=sarif", OPTION).json()["runs"]
    assert [one["suppressions"] for one in told["results"][:3]] == [
        [{"kind": kind, "status": "accepted", "justification": f"ignored: {reason}"}]
        for kind, reason in (
            ("inSource", REASON),
            ("inSource", "gitleaks:allow (no reason given)"),
            ("external", ".wakeyscanignore: known"),
        )
    ]


BESIDE = {
    "ours": (f"# {MARK}", REASON),
    "theirs": ("# gitleaks:allow", "gitleaks:allow (no reason given)"),
}


@pytest.mark.parametrize(("comment", "reason"), BESIDE.values(), ids=BESIDE)
def test_a_live_key_is_reported_despite_any_inline_ignore(
    tmp_path: Path, run: Run, key: str, comment: str, reason: str
) -> None:
    write(tmp_path, {"a": f"{key}  {comment}\n"})
    with FakeWAStack({key: fake_wastack.LIVE}) as api:
        ran = run("scan", "--format=json", OPTION, "--verify", "--api-url", api.url)
    (found,) = ran.json()["findings"]
    assert (ran.code, found["standing"], found["liveness"]) == (1, "reported", "live")
    told = "the API accepted it; at least read access; 2 devices, though ignored"
    assert found["reason"] == f"{told}: {reason}"


def test_hooks_and_audits_honor_inline_ignores(tmp_path: Path, key: str) -> None:
    repo = Repo(tmp_path / "repo", env={"XDG_CACHE_HOME": str(tmp_path / "cache")})
    repo.stage({"a": f"{key}  # gitleaks:allow\n"})
    assert repo.run("hook", "pre-commit").code == 1
    assert repo.run("hook", "pre-commit", OPTION) == (0, "", "")
    repo.record()
    (found,) = repo.run("audit", "--format=json").json()["findings"]
    assert found["standing"] == "reported"
    ran = repo.run("audit", "--format=json", OPTION, "--show-suppressed")
    (found,) = ran.json()["findings"]
    assert (ran.code, found["reason"]) == (0, "gitleaks:allow (no reason given)")


def test_inline_ignores_in_an_untrusted_repository_do_not_count(
    tmp_path: Path, run: Run, key: str
) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": f"{key}  # gitleaks:allow\n"})
    env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    ran = run("audit", "repo", "--format=json", OPTION, env=env)
    (found,) = ran.json()["findings"]
    assert (ran.code, found["standing"], found["reason"]) == (1, "reported", "")
    assert run("audit", "repo", OPTION, "--trust-repo", env=env).code == 0


def test_an_inline_ignore_in_utf_16_applies(tmp_path: Path, run: Run, key: str) -> None:
    write(tmp_path, {"a": f"# {MARK}\r\nk = '{key}'\r\n".encode("utf-16")})
    (found,) = run("scan", "--format=json").json()["findings"]
    assert (found["standing"], found["reason"]) == ("ignored", REASON)


def test_each_of_many_literals_has_its_own_inline_ignore(
    tmp_path: Path, run: Run, make_key: MakeKey
) -> None:
    keys = [make_key() for _ in range(400)]
    marked = [f"A = '''\n{key}\n'''  # {MARK}\n" for key in keys[::2]]
    bare = [f'B = """\n{key}\n"""\n' for key in keys[1::2]]
    write(tmp_path, {"a": "".join(map("".join, zip(marked, bare, strict=True)))})
    found = run("scan", "--format=json").json()["findings"]
    assert [one["standing"] for one in found] == ["ignored", "reported"] * 200


PIECES = st.sampled_from(
    [
        "'''",
        '"""',
        "`",
        "```\n",
        "<<A\n",
        "A\n",
        "[[\n",
        "]]",
        "k: |\n",
        "  ",
        "\\",
        "#",
        "x",
        "\r\n",
    ]
)


@given(pieces=st.lists(PIECES), at=st.integers(0, 60), length=st.integers(1, 5))
def test_a_found_literal_encloses_the_given_range(pieces: list[str], at: int, length: int) -> None:
    text = "".join(pieces)
    key = text[:at].encode(), b"K" * length, text[at:].encode()
    start, end = len(key[0]), len(key[0]) + length
    span = MultilineStrings(b"".join(key)).find_around(start, end)
    if span is not None:
        low, high = span
        assert 0 <= low <= start < end <= high <= len(b"".join(key))
        assert b"\n" in b"".join(key)[low:high]

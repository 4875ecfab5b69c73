"""Names of variables: those that the project uses, and one for each key."""

from __future__ import annotations

import pytest

from tests.support.fix_cases import fill_in
from tests.support.scan import find
from wakeyscan.fixers.variables import choose_variables, count_names, read_own_name

USES = {
    "python": ("a.py", 'os.environ["WASTACK_TOKEN"]'),
    "python get": ("a.py", "os.environ.get('WASTACK_TOKEN')"),
    "getenv": ("a.py", "os.getenv('WASTACK_TOKEN', '')"),
    "node": ("a.js", "process.env.WASTACK_TOKEN"),
    "node index": ("a.js", 'process.env["WASTACK_TOKEN"]'),
    "go": ("a.go", 'os.Getenv("WASTACK_TOKEN")'),
    "java": ("a.java", 'System.getenv("WASTACK_TOKEN")'),
    "ruby": ("a.rb", "ENV.fetch('WASTACK_TOKEN')"),
    "ruby index": ("a.rb", 'ENV["WASTACK_TOKEN"]'),
    "rust": ("a.rs", 'std::env::var("WASTACK_TOKEN")'),
    "c#": ("a.cs", 'Environment.GetEnvironmentVariable("WASTACK_TOKEN")'),
    "php": ("a.php", "$_ENV['WASTACK_TOKEN']"),
    "powershell": ("a.ps1", "$env:WASTACK_TOKEN"),
    "workflow": (".github/workflows/a.yml", "${{ secrets.WASTACK_TOKEN }}"),
    "dotenv": ("config/.env.example", "A=1\nWASTACK_TOKEN=\n"),
}


@pytest.mark.parametrize(("path", "text"), USES.values(), ids=USES)
def test_a_name_that_the_project_uses_is_preferred(path: str, text: str) -> None:
    findings = find(fill_in("KEY = '@KEY@'"))
    chosen = choose_variables(findings, count_names(path, text.encode()), {})
    assert [*chosen.values()] == ["WASTACK_TOKEN"]


@pytest.mark.parametrize(
    "text",
    [
        'os.environ["HOME"]',
        'os.environ["WASTACK_APP_KEY"]',
        'os.environ["WAKEYSCAN_API_KEY"]',
        "process.env.NEXT_PUBLIC_WASTACK_KEY",
        'os.environ["STRIPE_API_KEY"]',
        'os.environ["WASTACK_URL"]',
        "WASTACK_TOKEN = 1",
    ],
)
def test_names_of_other_variables_are_not_used(text: str) -> None:
    findings = find(fill_in("KEY = '@KEY@'"))
    chosen = choose_variables(findings, count_names("a.py", text.encode()), {})
    assert [*chosen.values()] == ["WASTACK_API_KEY"]


def test_each_secret_has_its_own_name() -> None:
    text = 'a = "@KEY@"\nb = "@OTHER@"\nh = {"Authorization": "Bearer @KEY@", "X-App-Key": "@APP@"}'
    chosen = choose_variables(find(fill_in(text)), {}, {})
    names = ["WASTACK_API_KEY", "WASTACK_API_KEY_2", "WASTACK_APP_KEY"]
    assert sorted(chosen.values()) == names


def test_the_name_that_a_file_assigns_to_the_key_is_preferred() -> None:
    (finding,) = find(fill_in("WA_TOKEN=@KEY@"))
    chosen = choose_variables([finding], {"WASTACK_KEY": 9}, {finding.secret.fingerprint: "MINE"})
    assert [*chosen.values()] == ["MINE"]


def test_the_variable_name_of_a_line_is_read() -> None:
    assert read_own_name(b"export WA_TOKEN = x") == "WA_TOKEN"
    assert read_own_name(b"# a comment") == ""

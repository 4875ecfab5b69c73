"""`wakeyscan fix` on several files: each variable is declared once, and holds one key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.keys import MakeKey, mask
from tests.support.repositories import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def read(repo: Repo, name: str) -> str:
    return (repo.top / name).read_text("utf-8")


DECLARED = 'variable "wastack_api_key" {'


def test_a_terraform_variable_is_declared_in_one_file_of_a_folder(repo: Repo, key: str) -> None:
    text = f'locals {{\n  a = "{key}"\n}}\n'
    repo.commit({"a.tf": text, "b.tf": text, "c/a.tf": text})
    assert repo.run("fix", "--write").code == 0
    declared = [name for name in ("a.tf", "b.tf", "c/a.tf") if DECLARED in read(repo, name)]
    assert declared == ["a.tf", "c/a.tf"]
    assert "a = var.wastack_api_key\n" in read(repo, "b.tf")


def test_a_file_that_stays_as_it_is_declares_nothing(repo: Repo, key: str) -> None:
    texts = {name: f'locals {{\n  {name[0]} = "{key}"\n}}\n' for name in ("a.tf", "b.tf")}
    repo.commit(texts)
    repo.write({"a.tf": texts["a.tf"] + "# new\n"})
    ran = repo.run("fix", "--write")
    assert (ran.code, "a.tf:2:8" in ran.out) == (1, True)
    assert [DECLARED in read(repo, name) for name in texts] == [False, True]
    repo.git("commit", "-qam", "new")
    assert repo.run("fix", "--write").code == 0
    assert [DECLARED in read(repo, name) for name in texts] == [False, True]


def test_a_called_terraform_module_gets_no_variable_of_its_own(repo: Repo, key: str) -> None:
    texts = {
        "main.tf": 'module "m" {\n  source = "./modules/m"\n}\n',
        "modules/m/a.tf": f'locals {{\n  a = "{key}"\n}}\n',
        "modules/m/v.tf": f'variable "k" {{\n  default = "{key}"\n}}\n',
    }
    repo.commit(texts)
    ran = repo.run("fix", "--write")
    assert (ran.code, repo.git("status", "--porcelain")) == (1, "")
    assert ran.out.count("another module calls this one: declare a variable without a default") == 2
    repo.commit({"modules/m/w.tf": 'variable "wastack_api_key" {}\n', "modules/m/v.tf": ""})
    assert repo.run("fix", "--write").code == 0
    assert "a = var.wastack_api_key\n" in read(repo, "modules/m/a.tf")


def test_a_go_file_heeds_the_other_files_of_its_package(repo: Repo, key: str) -> None:
    repo.commit(
        {
            "a/a.go": f'package a\n\nvar s = use("{key}")\n',
            "a/types.go": "package a\n\ntype Token string\n\nfunc use(t Token) int { return 1 }\n",
            "b/b.go": f'package b\n\nvar s = "{key}"\n',
            "b/os.go": "package b\n\nfunc os() {}\n",
            "c/c.go": f'package c\n\nfunc f() {{\n\tconst k = "{key}"\n}}\n',
        }
    )
    ran = repo.run("fix", "--write")
    assert (ran.code, repo.git("status", "--porcelain")) == (1, "")
    assert "its type may be a string type of the package" in ran.out
    assert "the package uses the name `os` for something else" in ran.out
    assert "nothing uses the constant; delete it" in ran.out


JOB = "    runs-on: x\n    env:\n      WA_API_KEY: {}\n    steps:\n      - run: send\n"
SERVICE = "    image: x\n    environment:\n      WA_API_KEY: {}\n"
POD = """apiVersion: v1
kind: Pod
spec:
  containers:
    - name: a
      env:
        - name: WA_API_KEY
          value: {}
"""
PIPELINE = "  variables:\n    WA_API_KEY: {}\n  script:\n    - send\n"
SHELL = "export WA_API_KEY={}\nsend\n"

SEPARATED = {
    "compose": ("compose.yml", "services:\n  a:\n", SERVICE, "  b:\n", "${{{}:?is not set}}"),
    "workflow": (".github/workflows/a.yml", "on: push\njobs:\n  a:\n", JOB, "  b:\n",
                 "${{{{ secrets.{} }}}}"),
    "pipeline": (".gitlab-ci.yml", "a:\n", PIPELINE, "b:\n", "${{{}}}"),
    "manifest": ("pods.yml", "", POD, "---\n", "key: {}\n"),
    "script": ("a.sh", "", SHELL, "", '"${{{}:?is not set}}"'),
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "start", "part", "gap", "look_up"), SEPARATED.values(), ids=SEPARATED
)
def test_two_keys_of_one_name_get_two_variables(
    repo: Repo, make_key: MakeKey, path: str, start: str, part: str, gap: str, look_up: str
) -> None:
    keys = make_key(), make_key()
    repo.commit({path: start + gap.join(map(part.format, keys)), "x.py": f'K = "{keys[1]}"\n'})
    assert repo.run("fix", "--write").code == 0
    text = read(repo, path)
    first, second = (text.find(look_up.format(f"WASTACK_API_KEY{end}")) for end in ("", "_2"))
    assert 0 < first < second
    assert 'K = os.environ["WASTACK_API_KEY_2"]' in read(repo, "x.py")


def test_one_key_of_one_name_keeps_the_name(repo: Repo, key: str) -> None:
    services = "services:\n  a:\n" + SERVICE.format(key) + "  b:\n" + SERVICE.format(key)
    repo.commit({"compose.yml": services})
    assert repo.run("fix", "--write").code == 0
    assert read(repo, "compose.yml").count("WA_API_KEY: ${WA_API_KEY:?is not set}") == 2


LEFT = {
    "values": ("prod.tfvars", 'k = "{}"\n', "staging.tfvars", 'k = "{}"\n'),
    "defaults": ("a.py", 'import os\nK = os.getenv("K", "{}")\n', "b.js",
                 'const k = process.env.K || "{}";\n'),
    "images": ("a/Dockerfile", "FROM a\nENV K={}\n", "b/Dockerfile", "FROM a\nENV K={}\n"),
    "expansions": ("a.sh", 'k=1\nsend "${{K:-{}}}"\n', "b.sh", 'send "${{K:-{}}}"\n'),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "other", "other_text"), LEFT.values(), ids=LEFT)
def test_two_keys_that_need_one_name_are_left_alone(
    repo: Repo, make_key: MakeKey, path: str, text: str, other: str, other_text: str
) -> None:
    repo.commit({path: text.format(make_key()), other: other_text.format(make_key())})
    ran = repo.run("fix", "--write")
    assert (ran.code, repo.git("status", "--porcelain")) == (1, "")
    reason = "another key has the name K too: give each a name of its own first"
    assert ran.out.lower().count(reason.lower()) == 2


def test_a_name_that_a_source_gives_to_a_key_holds_no_other(repo: Repo, make_key: MakeKey) -> None:
    key, other = make_key(), make_key()
    texts = {
        "a.py": f'K = "{other}"\n',
        "b.py": f'import os\nK = os.getenv("WASTACK_TOKEN", "{key}")\nL = "{key}"\n',
    }
    repo.commit(texts)
    assert repo.run("fix", "--write").code == 0
    assert 'K = os.environ["WASTACK_TOKEN_2"]' in read(repo, "a.py")
    assert read(repo, "b.py").count('os.environ["WASTACK_TOKEN"]') == 2


def test_reports_have_the_edits_of_the_separated_names(repo: Repo, make_key: MakeKey) -> None:
    services = "services:\n  a:\n" + SERVICE + "  b:\n" + SERVICE
    repo.commit({"compose.yml": services.format(make_key(), make_key())})
    results = repo.run("scan", "--format=sarif").json()["runs"][0]["results"]
    texts = [
        one["insertedContent"]["text"]
        for result in results
        for one in result["fixes"][0]["artifactChanges"][0]["replacements"]
    ]
    names = ["WASTACK_API_KEY", "WASTACK_API_KEY_2"]
    assert texts == [f"${{{name}:?is not set}}" for name in names]


def test_compose_takes_no_other_value_from_its_env_file(repo: Repo, key: str) -> None:
    text = "services:\n  a:\n" + SERVICE.format(key)
    repo.commit({"compose.yml": text, ".gitignore": ".env\n"})
    repo.write({".env": "WA_API_KEY=other\nWASTACK_API_KEY='other too'\n"})
    ran = repo.run("fix", "--write")
    assert (ran.code, repo.git("status", "--porcelain")) == (1, "")
    assert ".env gives WASTACK_API_KEY another value; write ${OTHER_NAME} here" in ran.out
    repo.write({".env": f"WA_API_KEY=other\nWASTACK_API_KEY={key}\n"})
    assert repo.run("fix", "--write").code == 0
    assert "WA_API_KEY: ${WASTACK_API_KEY:?is not set}" in read(repo, "compose.yml")


@pytest.mark.parametrize("is_committed", [True, False])
def test_a_later_run_gives_another_key_another_name(
    repo: Repo, make_key: MakeKey, is_committed: bool
) -> None:
    key, other, third = make_key(), make_key(), make_key()
    repo.commit({"a.py": f'K = "{key}"\n', "b.py": f'K = "{other}"\n', "d/c.py": f'K = "{key}"\n'})
    for name in ("a.py", "b.py", "d/c.py"):
        ran = repo.run("fix", "--write", name)
        assert (ran.code, "To do" in ran.out) == (0, False)
        if is_committed:
            repo.git("commit", "-qam", name)
    assert 'os.environ["WASTACK_API_KEY"]' in read(repo, "a.py")
    assert 'os.environ["WASTACK_API_KEY_2"]' in read(repo, "b.py")
    assert 'os.environ["WASTACK_API_KEY"]' in read(repo, "d/c.py")
    repo.commit({"e.py": f'K = "{third}"\n'})
    assert repo.run("fix", "--write").code == 0
    assert 'os.environ["WASTACK_API_KEY_3"]' in read(repo, "e.py")


def test_a_name_of_unknown_use_is_to_be_checked(repo: Repo, key: str) -> None:
    uses = "f(process.env.WASTACK_TOKEN);\n"
    repo.commit({"src/a.js": uses, "src/b.js": uses, "c.py": f'K = "{key}"\n'})
    ran = repo.run("fix", "--write")
    assert ran.code == 0
    assert (
        f"  src/a.js and 1 more used WASTACK_TOKEN before: check that it is to hold {mask(key)} "
        "there too, else rename it in the changed lines\n"
    ) in ran.out
    assert 'os.environ["WASTACK_TOKEN"]' in read(repo, "c.py")


def test_a_name_that_a_file_sets_precedes_the_one_of_a_sample(repo: Repo, key: str) -> None:
    repo.commit({".env": f"NEW_KEY={key}\n", ".env.example": f"OLD_KEY={key}\n"})
    repo.commit({"a.rb": f'k = "{key}"\n', "b/.env.example": f"OLDER_KEY={key}\n"})
    assert repo.run("fix", "--write").code == 0
    assert (repo.top / "a.rb").read_text() == 'k = ENV.fetch("NEW_KEY")\n'


def test_a_value_of_terraform_is_followed_into_modules_and_out_of_them(
    repo: Repo, key: str
) -> None:
    call = f'module "m" {{\n  source = "../m"\n  key    = "{key}"\n}}\n'
    output = 'output "o" {{ value = module.m.{} }}\n'
    repo.commit(
        {
            "a/main.tf": call,
            "a/outputs.tf": output.format("header"),
            "b/main.tf": call + output.format("other"),
            "c/main.tf": call.replace("../m", "../looping"),
            "m/main.tf": 'variable "key" {}\nlocals { header = "Bearer ${var.key}" }\n'
            'output "header" { value = local.header }\noutput "other" { value = "x" }\n',
            "looping/main.tf": 'variable "key" {}\n'
            'resource "x" "y" { for_each = toset([var.key]) }\n',
        }
    )
    ran = repo.run("fix", "--write")
    assert ran.code == 1
    assert [key in read(repo, f"{name}/main.tf") for name in "abc"] == [True, False, True]
    assert "the output o shows it: add sensitive = true there first" in ran.out
    assert "`for_each` of resource.x.y uses it" in ran.out


@pytest.mark.parametrize(
    ("name", "text", "user", "use"),
    [
        (
            *("a/Keys.java", 'class Keys {{ public static final String KEY = "{}"; }}\n'),
            *("b/Api.java", '@Headers("Authorization: " + Keys.KEY)\ninterface Api {{}}\n'),
        ),
        (
            *("a/Keys.java", 'interface Keys {{ String KEY = "{}"; }}\n'),
            *("Api.java", "class Api {{ int f(String s) {{ switch (s) {{ case KEY: }} }} }}\n"),
        ),
        (
            *("a/Keys.java", 'class Keys {{ static final String KEY = "{}"; }}\n'),
            "Api.java",
            'class Api {{ static final String H = "x" + Keys.KEY;\n@Headers(H) void f() {{}} }}\n',
        ),
        (
            *("a/Keys.kt", 'const val KEY = "{}"\n'),
            *("Api.kt", '@Headers(\n  "X-API-Key: $KEY"\n)\ninterface Api\n'),
        ),
        (
            *("a/Keys.kt", 'object Keys {{\n  const val KEY = "{}"\n}}\n'),
            *("Api.kt", 'const val HEADER: String = "Bearer ${{Keys.KEY}}"\n'),
        ),
        (
            *("Keys.cs", 'class Keys {{ public const string KEY = "{}"; }}\n'),
            *("Api.cs", "[Header(Keys.KEY)]\nclass Api {{}}\n"),
        ),
        (
            *("Keys.cs", 'class Keys {{ public const string KEY = "{}"; }}\n'),
            *("Api.cs", "class Api {{ void F(string key = Keys.KEY) {{}} }}\n"),
        ),
        (
            *("a/keys.go", 'package a\n\nconst KEY = "{}"\n'),
            *("a/api.go", 'package a\n\nconst (\n\tOther = 1\n\tHeader = "Bearer " + KEY\n)\n'),
        ),
    ],
    ids=["annotation", "label", "field", "Retrofit", "const", "attribute", "default", "Go"],
)
def test_a_constant_that_another_file_needs_at_compile_time_stays(
    repo: Repo, key: str, name: str, text: str, user: str, use: str
) -> None:
    repo.commit({name: text.format(key), user: use.format().replace("KEY", "OTHER")})
    assert repo.run("fix", name).out.count("Would fix 1 place") == 1
    repo.commit({user: use.format()})
    ran = repo.run("fix", name)
    assert re.search(rf": {user} uses (KEY|H) where it must be a constant", ran.out)

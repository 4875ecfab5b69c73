"""Findings in structured documents are named in the documents' own terms."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.e2e.test_sarif import VALID
from tests.support.command import Ran, Run
from tests.support.files import write
from tests.support.keys import PREFIX, MakeKey, mask
from tests.support.reports import FORMATS
from wakeyscan.scanner.logical_locations import parsers
from wakeyscan.scanner.logical_locations.toml_paths import parse_toml_paths

Details = dict[str, str]
KEY = "{key}"
"""Where in a document of the table a key is to stand; each is another one."""


class Case(NamedTuple):
    name: str
    """Of the file."""
    document: str
    details: list[Details]
    """Of each key, in the order of the file."""


def dumped(document: object, indent: int | None = 1) -> str:
    return json.dumps(document, indent=indent)


def _notebooks() -> Iterator[tuple[str, Case]]:
    code = {"cell_type": "code", "execution_count": 7, "outputs": []}
    md = {"cell_type": "markdown", "source": ["# Hello\n", "world"]}

    def case(cell: dict[str, Any], *details: Details, **more: Any) -> Case:
        return Case("n.ipynb", dumped({"cells": [md, {**code, **cell}], **more}), [*details])

    cell = {"cell": "2 (code, In [7])"}
    lines = ["import os\n", f"key = '{KEY}'\n", f"# {KEY}"]
    yield (
        "notebook-lines",
        case({"source": lines}, {**cell, "cell_line": "2"}, {**cell, "cell_line": "3"}),
    )
    yield (
        "notebook-text",
        case(
            {"source": f"a\r\nb\n\t'{KEY}' {KEY}"},
            {**cell, "cell_line": "3"},
            {**cell, "cell_line": "3"},
        ),
    )
    not_run = {"source": [KEY], "execution_count": None}
    yield "notebook-not-run", case(not_run, {"cell": "2 (code)", "cell_line": "1"})
    markdown = {"source": f"x\n{KEY}", "cell_type": "markdown", "execution_count": None}
    yield "notebook-markdown", case(markdown, {"cell": "2 (markdown)", "cell_line": "2"})
    stream = {"output_type": "stream", "name": "stdout", "text": ["a\n", f"{KEY}\n"]}
    result = {"output_type": "execute_result", "data": {"text/plain": [f"'{KEY}'"]}}
    error = {"output_type": "error", "ename": "KeyError", "traceback": [f"\x1b[31m{KEY}"]}
    yield (
        "notebook-outputs",
        case(
            {"source": [], "outputs": [stream, result, error]},
            {**cell, "output": "1 (stream stdout)"},
            {**cell, "output": "2 (execute_result)"},
            {**cell, "output": "3 (error KeyError)"},
        ),
    )
    attachment = {"source": [], "metadata": {"tags": [KEY]}}
    yield "notebook-cell-metadata", case(attachment, {**cell, "field": "metadata.tags[0]"})
    top = case({"source": []}, {"field": "metadata.env.KEY"}, metadata={"env": {"KEY": KEY}})
    yield "notebook-metadata", top
    old = {"cell_type": "code", "input": ["a\n", KEY], "prompt_number": 3, "outputs": []}
    yield (
        "notebook-of-version-3",
        Case(
            "old.ipynb",
            dumped({"nbformat": 3, "worksheets": [{"cells": [old]}]}),
            [{"cell": "1 (code, In [3])", "cell_line": "2"}],
        ),
    )


def _source_maps() -> Iterator[tuple[str, Case]]:
    def case(document: Any, *details: Details) -> Case:
        return Case("app.js.map", dumped(document, None), [*details])

    at = {"source": "src/api.js", "source_line": "2", "source_column": "8"}
    sources = {"version": 3, "sources": ["a.js", "src/api.js"]}
    contents = [None, f'// é\nlet k="{KEY}";\n\tlet l="{KEY}"']
    yield (
        "source-map",
        case(
            {**sources, "sourcesContent": contents, "mappings": "AAAA"},
            at,
            {**at, "source_line": "3", "source_column": "9"},
        ),
    )
    yield (
        "source-map-contents-first",
        case({"sourcesContent": ["", f'\r\nlet k="{KEY}"'], **sources}, at),
    )
    rooted = {**sources, "sourceRoot": "webpack://app/", "sourcesContent": ["", f'\nlet k="{KEY}"']}
    yield "source-map-root", case(rooted, {**at, "source": "webpack://app/src/api.js"})
    index = {"sections": [{"offset": {}, "map": {"sourcesContent": [f'\nlet k="{KEY}"']}}]}
    index["sections"][0]["map"]["sources"] = ["src/api.js"]
    yield "source-map-index", case(index, at)
    nameless = {"sources": [None], "sourcesContent": [KEY]}
    yield (
        "source-map-nameless",
        case(nameless, {"source": "number 0", "source_line": "1", "source_column": "1"}),
    )
    named = {"names": [KEY], "sourcesContent": []}
    yield "source-map-names", case(named, {"field": "names[0]"})


def _archives() -> Iterator[tuple[str, Case]]:
    url = "https://api.wastack.in/api/v1/devices"
    at = {"entry": f"2 (GET {url})"}

    def case(request: Any, response: Any, *fields: str, name: str = "x.har") -> Case:
        first = {"startedDateTime": "2026-01-31T00:00:00Z", "request": {"url": "https://a/"}}
        request = {"method": "GET", "url": f"{url}?x=1#y", **request}
        entry = {"startedDateTime": "", "request": request, "response": response}
        details = [{**at, "field": field} for field in fields]
        return Case(name, dumped({"log": {"entries": [first, entry]}}), details)

    header = {"name": "Authorization", "value": f"Bearer {KEY}"}
    yield "har-header", case({"headers": [header]}, {}, "request header Authorization")
    backwards = {"value": KEY, "comment": "", "name": "X-Key"}
    yield "har-value-first", case({"headers": [backwards]}, {}, "request header X-Key")
    query = {"queryString": [{"name": "key", "value": KEY}]}
    yield "har-query", case(query, {}, "request query parameter key")
    cookie = {"cookies": [{"name": "sid", "value": KEY}]}
    yield "har-cookie", case({}, cookie, "response cookie sid")
    posted = {"postData": {"params": [{"name": "k", "value": KEY}]}}
    yield "har-parameter", case(posted, {}, "request body")
    body = {"content": {"text": f'{{"key":"{KEY}"}}'}}
    yield "har-body", case({}, body, "response body")
    yield "har-status", case({}, {"statusText": KEY}, "response statusText")
    yield "har-as-json", case({}, body, "response body", name="har-1.json")
    yield (
        "har-url",
        Case(
            "u.har",
            dumped({"log": {"entries": [{"request": {"url": f"https://u:p@a.b/c?k={KEY}"}}]}}),
            [{"entry": "1 (https://a.b/c)", "field": "request url"}],
        ),
    )


def _postman() -> Iterator[tuple[str, Case]]:
    def case(document: Any, *details: Details) -> Case:
        info = {"name": "WAStack", "schema": "https://schema.getpostman.com/json/v2.1.0/c.json"}
        return Case("c.postman_collection.json", dumped({"info": info, **document}), [*details])

    def item(**more: Any) -> dict[str, Any]:
        return {"item": [{"name": "Devices", "item": [{"name": "List", **more}]}]}

    at = {"request": "Devices / List"}
    header = {"header": [{"key": "Authorization", "value": f"Bearer {KEY}"}]}
    bearer = {"type": "bearer", "bearer": [{"key": "token", "value": KEY, "type": "string"}]}
    yield (
        "postman-header",
        case(item(request=header), {**at, "field": "header Authorization"}),
    )
    yield (
        "postman-header-value-first",
        case(
            item(request={"header": [{"value": KEY, "type": "text", "key": "X-Key"}]}),
            {**at, "field": "header X-Key"},
        ),
    )
    yield (
        "postman-auth",
        case({"auth": bearer}, {"collection": "WAStack", "field": "auth bearer token"}),
    )
    yield (
        "postman-request-auth",
        case(item(request={"auth": bearer}), {**at, "field": "auth bearer token"}),
    )
    yield (
        "postman-auth-v1",
        case(
            {"auth": {"type": "bearer", "bearer": {"token": KEY}}},
            {"collection": "WAStack", "field": "auth bearer token"},
        ),
    )
    yield (
        "postman-folder-auth",
        case(
            {"item": [{"name": "Devices", "auth": bearer, "item": []}]},
            {"request": "Devices", "field": "auth bearer token"},
        ),
    )
    yield (
        "postman-variable",
        case(
            {"variable": [{"key": "token", "value": KEY}]},
            {"collection": "WAStack", "field": "variable token"},
        ),
    )
    body = {"body": {"mode": "raw", "raw": f'{{"k": "{KEY}"}}'}}
    yield "postman-body", case(item(request=body), {**at, "field": "body"})
    form = {"body": {"mode": "urlencoded", "urlencoded": [{"key": "k", "value": KEY}]}}
    yield "postman-form", case(item(request=form), {**at, "field": "form field k"})
    url = {"url": {"raw": f"https://a/?k={KEY}", "query": [{"key": "k", "value": KEY}]}}
    yield (
        "postman-url",
        case(
            item(request=url),
            {**at, "field": "url.raw"},
            {**at, "field": "query parameter k"},
        ),
    )
    script = [{"listen": "prerequest", "script": {"exec": ["", f"set('{KEY}')"]}}]
    yield "postman-script", case(item(event=script), {**at, "field": "pre-request script"})
    script = [{"listen": "test", "script": {"exec": [KEY]}}]
    yield (
        "postman-test",
        case({"event": script}, {"collection": "WAStack", "field": "test script"}),
    )
    example = [{"name": "200 OK", "originalRequest": header, "body": KEY}]
    yield (
        "postman-example",
        case(
            item(response=example),
            {**at, "field": "example 200 OK: header Authorization"},
            {**at, "field": "example 200 OK: body"},
        ),
    )
    environment = {"name": "Production", "values": [{"key": "token", "value": KEY}]}
    yield (
        "postman-environment",
        Case(
            "prod.postman_environment.json",
            dumped({**environment, "_postman_variable_scope": "environment"}),
            [{"environment": "Production", "field": "variable token"}],
        ),
    )


def _kubernetes() -> Iterator[tuple[str, Case]]:
    secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: wastack\n"
    at = {"object": "Secret/wastack", "field": "stringData.API_KEY"}
    wrapped = {"object": "Secret/wastack", "namespace": "prod", "field": "data.API_KEY"}

    def case(document: str, *details: Details, name: str = "secret.yaml") -> Case:
        return Case(name, document, [*details])

    yield (
        "kubernetes-data",
        case(f"{secret}  namespace: prod\ndata:\n  OTHER: eA==\n  API_KEY: {{base64}}\n", wrapped),
    )
    yield "kubernetes-string-data", case(f"{secret}stringData:\n  API_KEY: {KEY}\n", at)
    yield "kubernetes-quoted", case(f"{secret}stringData: {{API_KEY: '{KEY}'}}\n", at)
    yield "kubernetes-bom", case(f"\ufeff{secret}# é ✓\nstringData:\n  API_KEY: {KEY}\n", at)
    yield (
        "kubernetes-block",
        case(
            f"{secret}stringData:\n  .env: |\n    A=1\n    KEY={KEY}\n",
            {**at, "field": "stringData..env"},
        ),
    )
    yield (
        "kubernetes-second-document",
        case(
            f"# é\n{secret}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: b}}\n"
            f"data: {{k: {KEY}}}\n---\n{secret}",
            {"object": "ConfigMap/b", "field": "data.k"},
        ),
    )
    yield (
        "kubernetes-env",
        case(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n"
            "    spec:\n      containers:\n      - name: app\n        env:\n"
            f"        - {{name: A, value: b}}\n        - name: API_KEY\n          value: {KEY}\n",
            {
                "object": "Deployment/api",
                "field": "spec.template.spec.containers[app].env[API_KEY].value",
            },
        ),
    )
    listed = {
        "apiVersion": "v1",
        "kind": "List",
        "items": [
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}},
            {"stringData": {"API_KEY": KEY}, "apiVersion": "v1", "kind": "Secret", "metadata": {}},
        ],
    }
    field = {"object": "Secret", "field": "stringData.API_KEY"}
    yield "kubernetes-list", case(dumped(listed), field, name="list.json")
    yield (
        "kubernetes-fault-behind",
        case(f"{secret}stringData:\n  API_KEY: {KEY}\n  B: {{{{ .Values.b }}}}\n", at),
    )
    yield (
        "kubernetes-fault-before",
        case(f"{secret}data: {{{{- toYaml .Values.d }}}}\nstringData:\n  API_KEY: {KEY}\n", {}),
    )
    yield "kubernetes-comment", case(f"{secret}# {KEY}\ndata: {{}}\n", {"object": "Secret/wastack"})


def _mcp() -> Iterator[tuple[str, Case]]:
    server = {
        "command": "npx",
        "args": ["-y", "x", f"--token={KEY}"],
        "env": {"API_KEY": KEY},
        "headers": {"Authorization": f"Bearer {KEY}"},
        "url": f"https://a.b/?key={KEY}",
    }
    fields = ("args[2]", "env.API_KEY", "headers.Authorization", "url")

    def case(file: str, document: str, name: str = "wa", names: tuple[str, ...] = fields) -> Case:
        return Case(file, document, [{"mcp_server": name, "field": field} for field in names])

    servers = {"other": {"command": "x"}, "wa": server}
    yield "mcp-claude", case(".mcp.json", dumped({"mcpServers": servers}))
    claude = {"projects": {"/home/a/p": {"history": [], "mcpServers": servers}}}
    yield "mcp-claude-project", case(".claude.json", dumped(claude, None))
    yield "mcp-cursor", case(".cursor/mcp.json", dumped({"mcpServers": servers}))
    yield "mcp-gemini", case("settings.json", dumped({"ui": {}, "mcpServers": servers}))
    yield "mcp-vscode", case(".vscode/mcp.json", dumped({"servers": servers, "inputs": []}))
    commented = f'{{\n  // my own, "x": y\n  /* and\n {{ */ {dumped({"servers": servers})[1:]}'
    yield "mcp-vscode-comments", case("User/mcp.json", commented)
    yield "mcp-vscode-settings", case("User/settings.json", dumped({"mcp": {"servers": servers}}))
    yield "mcp-zed", case("zed/settings.json", dumped({"context_servers": servers}))
    yield "mcp-opencode", case("opencode.json", dumped({"mcp": servers}))
    yield "mcp-amp", case("amp.json", dumped({"amp.mcpServers": servers}))
    yield (
        "mcp-continue",
        case("config.yaml", yaml.safe_dump({"mcpServers": servers}, sort_keys=False)),
    )
    named = {"mcpServers": [{"name": "wa", **server}]}
    yield "mcp-continue-list", case("list.yaml", yaml.safe_dump(named, sort_keys=False))
    goose = {"extensions": servers}
    yield "mcp-goose", case("goose/config.yaml", yaml.safe_dump(goose, sort_keys=False))
    codex = (
        f'model = "x"\n\n[mcp_servers.other]\ncommand = "x"\n\n[mcp_servers."wa"] # own\n'
        f'args = ["-y", "{KEY}"]\n  env = {{ "A" = "1", API_KEY = "{KEY}" }}\n'
        f'[mcp_servers.wa.http_headers]\nAuthorization = "Bearer {KEY}"\n'
    )
    places = ("args", "env.API_KEY", "http_headers.Authorization")
    yield "mcp-codex", case(".codex/config.toml", codex, names=places)
    vibe = (
        f'[[mcp_servers]]\nname = "other"\n[[mcp_servers]]\nname = "wa"\n'
        f'headers = {{ "X-Key" = "{KEY}" }}\nargs = [\n  "-y",\n  "{KEY}",\n]\nenv.KEY = "{KEY}"\n'
    )
    yield "mcp-vibe", case("vibe.toml", vibe, names=("headers.X-Key", "args", "env.KEY"))
    elsewhere = {"mcpServers": {}, "env": {"KEY": KEY}}
    yield "mcp-elsewhere", Case("more/settings.json", dumped(elsewhere), [{}])


def _terraform() -> Iterator[tuple[str, Case]]:
    def state(resource: Any, *details: Details, **more: Any) -> Case:
        document = {"version": 4, "terraform_version": "1.9.0", "resources": [{}, resource], **more}
        return Case("terraform.tfstate", dumped(document), [*details])

    function = {"mode": "managed", "type": "aws_lambda_function", "name": "api"}
    paths = [[{"type": "get_attr", "value": "token"}]]
    attributes = {"environment": [{"variables": {"KEY": KEY}}], "token": KEY}
    instance = {"schema_version": 0, "attributes": attributes, "sensitive_attributes": paths}
    plain = {"attribute": "environment[0].variables.KEY", "sensitive": "no"}
    marked = {"attribute": "token", "sensitive": "yes"}
    at = {"resource": "aws_lambda_function.api"}
    yield (
        "terraform-state",
        state({**function, "instances": [instance]}, {**at, **plain}, {**at, **marked}),
    )
    at = {"resource": 'module.a.data.aws_lambda_function.api["eu"]'}
    each = {**function, "module": "module.a", "mode": "data"}
    each["instances"] = [{**instance, "index_key": "eu"}]  # type: ignore[assignment]
    yield "terraform-module", state(each, {**at, **plain}, {**at, **marked})
    at = {"resource": "aws_lambda_function.api[1]"}
    counted = {**function, "instances": [{}, {**instance, "index_key": 1, "private": KEY}]}
    yield (
        "terraform-count",
        state(counted, {**at, **plain}, {**at, **marked}, {**at, "field": "private"}),
    )
    outputs = {"key": {"value": KEY, "sensitive": True}, "other": {"value": [KEY]}}
    yield (
        "terraform-outputs",
        state(
            {},
            {"output": "key", "sensitive": "yes"},
            {"output": "other", "sensitive": "no"},
            outputs=outputs,
        ),
    )
    old = {
        "terraform_version": "0.11.14",
        "modules": [
            {
                "path": ["root", "api"],
                "resources": {"aws_instance.a": {"primary": {"attributes": {"user_data": KEY}}}},
            }
        ],
    }
    yield (
        "terraform-of-version-3",
        Case(
            "terraform.tfstate.1769817600.backup",
            dumped(old),
            [{"resource": "module.api.aws_instance.a", "attribute": "user_data"}],
        ),
    )
    plan = {
        "terraform_version": "1.9.0",
        "variables": {"api_key": {"value": KEY}},
        "planned_values": {
            "root_module": {
                "child_modules": [
                    {
                        "resources": [
                            {
                                "address": "module.a.x.y[0]",
                                "values": {"env": [{"k": KEY}], "token": KEY},
                                "sensitive_values": {"token": True, "env": [{}]},
                            }
                        ]
                    }
                ]
            }
        },
        "resource_changes": [
            {
                "address": "x.y",
                "change": {
                    "before": {"a": KEY},
                    "after": {"a": [KEY]},
                    "before_sensitive": False,
                    "after_sensitive": {"a": True},
                },
            }
        ],
    }
    yield (
        "terraform-plan",
        Case(
            "plan.json",
            dumped(plan),
            [
                {"variable": "api_key"},
                {"resource": "module.a.x.y[0]", "attribute": "env[0].k", "sensitive": "no"},
                {"resource": "module.a.x.y[0]", "attribute": "token", "sensitive": "yes"},
                {"resource": "x.y", "attribute": "a", "sensitive": "no"},
                {"resource": "x.y", "attribute": "a[0]", "sensitive": "yes"},
            ],
        ),
    )


def _cassettes() -> Iterator[tuple[str, Case]]:
    def case(name: str, document: str, *details: Details) -> Case:
        return Case(name, document, [*details])

    at = {"interaction": "1 (GET https://a.b/c)"}
    header = {**at, "field": "request header Authorization"}
    body = {**at, "field": "response body"}
    request = "    uri: https://u:p@a.b/c?x=1\n    headers:\n      Authorization:\n      - "
    yield (
        "vcr",
        case(
            "a.yml",
            f"---\nhttp_interactions:\n- request:\n    method: get\n{request}Bearer {KEY}\n"
            f'  response:\n    body:\n      encoding: UTF-8\n      string: \'{{"a": "{KEY}"}}\'\n'
            "recorded_with: VCR 6.0.0\n",
            header,
            body,
        ),
    )
    yield (
        "vcrpy",
        case(
            "a.yaml",
            f"interactions:\n- request:\n    body: null\n{request}Bearer {KEY}\n    method: GET\n"
            "  response:\n    headers:\n      Set-Cookie: [a]\nversion: 1\n",
            header,
        ),
    )
    one = {"headers": {"Authorization": [KEY]}, "method": "GET", "uri": "https://a.b/c"}
    answer = {"body": {"base64_string": "", "string": KEY}}
    document = {"http_interactions": [{"request": one, "response": answer}]}
    yield "betamax", case("a.json", dumped(document), header, body)
    yield (
        "go-vcr",
        case(
            "go.yaml",
            "version: 2\ninteractions:\n    - id: 0\n      request:\n        url: https://a.b/c\n"
            f"        headers:\n            Authorization:\n                - Bearer {KEY}\n"
            "        method: GET\n      response:\n        body: x\n",
            header,
        ),
    )
    yield (
        "php-vcr",
        case(
            "a.yml",
            "-\n    request:\n        method: GET\n        url: 'https://a.b/c'\n"
            f"        headers:\n            Authorization: 'Bearer {KEY}'\n"
            "    response:\n        body: x\n",
            header,
        ),
    )
    nock = {"scope": "https://a.b", "method": "GET", "path": "/c"}
    nock["reqheaders"] = {"authorization": [f"Bearer {KEY}"]}  # type: ignore[assignment]
    nock["rawHeaders"] = ["A", "b", "X-Key", KEY]  # type: ignore[assignment]
    yield (
        "nock",
        case(
            "nock.json",
            dumped([nock]),
            {**at, "field": "header authorization"},
            {**at, "field": "header X-Key"},
        ),
    )


def _others() -> Iterator[tuple[str, Case]]:
    """Documents of the same types that are of none of the kinds, or broken."""
    for name, text in {
        "package.json": dumped({"config": {"key": KEY}}),
        "ci.yml": f"env:\n  KEY: {KEY}\n",
        "broken.ipynb": f"not a notebook: {KEY}",
        "empty.har": f'{{}} "{KEY}"',
        "broken.map": f'"sourcesContent" {KEY}',
        "rules.map": f"a map of other things: {KEY}",
        "interactions.json": dumped({"interactions": {"request": KEY}}),
        "list.yml": f"- request: a\n- response: b\n- {KEY}\n",
    }.items():
        yield name, Case(name, text, [{}])
    cut = f'{{"cells": [{{"cell_type": "code", "source": ["{KEY}'
    yield (
        "cut-short",
        Case("cut.ipynb", cut, [{"cell": "1 (code)", "cell_line": "1"}]),
    )


CASES: dict[str, Case] = {
    name: case
    for cases in (
        *(_notebooks, _source_maps, _archives, _postman),
        *(_kubernetes, _mcp, _terraform, _cassettes, _others),
    )
    for name, case in cases()
}


def filled(document: str, make_key: MakeKey) -> str:
    """Put keys into a document."""
    while KEY in document:
        document = document.replace(KEY, make_key(), 1)
    return document.replace("{base64}", b64encode(make_key().encode()).decode())


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Details]]:
    """Scan all documents in one run; give what is told of the findings in each."""
    import random
    import string

    from tests.support.command import WAKEYSCAN, execute

    source = random.Random("outlines")
    alphabet = string.ascii_letters + string.digits
    folder = tmp_path_factory.mktemp("outlines")

    def make_key() -> str:
        return PREFIX + "".join(source.choices(alphabet, k=39)) + "7"

    write(
        folder,
        {f"{name}/{case.name}": filled(case.document, make_key) for name, case in CASES.items()},
    )
    ran = execute([WAKEYSCAN, "scan", "--format", "json"], folder)
    assert (ran.code, ran.err) == (1, "")
    found: dict[str, list[Details]] = {name: [] for name in CASES}
    for finding in ran.json()["findings"]:
        if finding["rule"] == "wastack-api-key":
            found[finding["path"].partition("/")[0]].append(finding["details"])
    return found


@pytest.mark.parametrize(("name", "case"), CASES.items(), ids=CASES)
def test_a_finding_has_the_logical_location_of_its_document(
    name: str, case: Case, told: dict[str, list[Details]]
) -> None:
    assert told[name] == case.details


def test_the_table_has_its_minimum_size() -> None:
    assert len(CASES) >= 60


def test_line_and_column_are_those_of_the_file(run: Run, tmp_path: Path, key: str) -> None:
    """Annotations need the line that the file has, so the cell is told beside it."""
    source = ["import os\n", f"key = '{key}'\n"]
    text = dumped({"cells": [{"cell_type": "code", "source": source}]})
    write(tmp_path, {"a.ipynb": text})
    (finding,) = run("scan", "--format", "json").json()["findings"]
    line = text.splitlines()[finding["line"] - 1]
    assert line[finding["column"] - 1 : finding["end_column"] - 1] == key
    assert finding["details"] == {"cell": "1 (code)", "cell_line": "2"}


@pytest.fixture
def notebook(tmp_path: Path, key: str) -> str:
    """Write a notebook with a key; give the key as reports show it."""
    cell = {"cell_type": "code", "execution_count": 7, "source": [f"key = '{key}'"]}
    write(tmp_path, {"a.ipynb": dumped({"cells": [cell]}, None)})
    return mask(key)


def test_text_shows_the_location_below_the_finding(run: Run, notebook: str) -> None:
    assert run("scan").out.splitlines()[2:6] == [
        "a.ipynb",
        f"      1:75  high      wastack-api-key  {notebook}  source",
        "            cell 1 (code, In [7]), cell line 1",
        '            | {"cells": [{"cell_type": "code", "execution_count": 7, "source": '
        f"[\"key = '{notebook}'\"]}}]}}",
    ]


def test_github_shows_the_location_in_the_annotation(run: Run, notebook: str) -> None:
    assert run("scan", "--format", "github") == Ran(
        1,
        "::error file=a.ipynb,line=1,endLine=1,col=75,endColumn=123,title=WAStack API key (high)::"
        "Leaked WAStack key. Revoke it, and read the new one from an environment variable. "
        f"{notebook} (wastack-api-key, source): cell 1 (code, In [7]), cell line 1.\n",
        "",
    )


def test_markdown_shows_the_location_next_to_the_place(run: Run, notebook: str) -> None:
    row = (
        "| high | `a.ipynb:1` (`cell 1 (code, In [7]), cell line 1`) | `wastack-api-key` "
        f"| `{notebook}` | source |"
    )
    assert row in run("scan", "--format", "markdown").out.splitlines()


def test_sarif_has_a_logical_location(run: Run, notebook: str) -> None:
    log = run("scan", "--format", "sarif").json()
    assert [error.message for error in VALID.iter_errors(log)] == []
    (result,) = log["runs"][0]["results"]
    (location,) = result["locations"]
    assert location["logicalLocations"] == [
        {"name": "cell line 1", "fullyQualifiedName": "cell 1 (code, In [7])/cell line 1"}
    ]
    assert location["physicalLocation"]["region"]["startLine"] == 1
    assert result["message"]["text"] == (
        f"WAStack API key in source code: '{notebook}' (cell 1 (code, In \\[7\\]), cell line 1)."
    )


@pytest.mark.parametrize("name", FORMATS)
def test_names_in_a_document_are_masked_and_escaped(
    run: Run, tmp_path: Path, make_key: MakeKey, name: str
) -> None:
    """A name may hold a key, in whatever wrapping, or an order to a terminal or a CI runner."""
    keys = [make_key() for _ in range(4)]
    wrapped = b64encode(keys[3].encode()).decode()
    entry = {
        "request": {
            "method": f"{keys[0]}\x1b[31m\n::warning::x",
            "url": f"https://a.b/{keys[1]}/{wrapped}",
            "headers": [{"name": f"é\ud800{'x' * 500}", "value": keys[2]}],
        }
    }
    write(tmp_path, {"a.har": dumped({"log": {"entries": [entry]}})})
    ran = run("scan", "--format", name)
    assert (ran.code, ran.err) == (1, "")
    assert [key for key in keys if key[12:24] in ran.out] == []
    assert wrapped[8:24] not in ran.out
    assert "\x1b" not in ran.out
    assert [line for line in ran.out.splitlines() if line.startswith("::warning")] == []
    assert "x" * 300 not in ran.out
    assert mask(keys[1]) in ran.out


@pytest.mark.parametrize("name", FORMATS)
def test_a_part_of_a_key_in_a_location_is_masked(
    run: Run, tmp_path: Path, key: str, name: str
) -> None:
    body = key.removeprefix(PREFIX)
    request = {
        "method": body[::-1],
        "url": f"https://a.b/?token={body}",
        "headers": [{"name": "Authorization", "value": f"Bearer {key}"}],
    }
    write(tmp_path, {"a.har": dumped({"log": {"entries": [{"request": request}]}})})
    ran = run("scan", "--format", name)
    assert ran.code == 1
    assert [text for text in (body, body[::-1]) if text in ran.out] == []


def test_in_a_later_chunk_unknown_parts_of_the_location_are_omitted(
    run: Run, tmp_path: Path, make_key: MakeKey
) -> None:
    first, last = make_key(), make_key()
    entries = [
        {"request": {"url": "https://a/", "headers": [{"name": "A", "value": first}]}},
        {"response": {"content": {"text": "x" * (17 << 20)}}},
        {"request": {"url": "https://b/", "headers": [{"name": "B", "value": last}]}},
    ]
    write(tmp_path, {"a.har": dumped({"log": {"entries": entries}})})
    found = run("scan", "--format", "json").json()["findings"]
    assert [(f["secret"], f["details"]) for f in found] == [
        (mask(first), {"entry": "1 (https://a/)", "field": "request header A"}),
        (mask(last), {}),
    ]


HOSTILE: dict[str, Callable[[str], str]] = {
    "a.ipynb": lambda key: "[" * 300_000 + f'"{key}"',
    "b.ipynb": lambda key: '"\\' * 300_000 + f'"{key}"\\',
    "c.ipynb": lambda key: '{"cells":' * 100_000 + f'"{key}"',
    "d.ipynb": lambda key: "]" * 100_000 + f'"{key}"' + "}" * 100_000,
    "e.ipynb": lambda key: "[0," * 50 + "[]," * 400_000 + f'"{key}"',
    "a.yaml": lambda key: "apiVersion: kind\na: " + "[" * 100_000 + key,
    "b.yaml": lambda key: "apiVersion: kind\na: " + "{a: " * 100_000 + key,
    "c.yaml": lambda key: "apiVersion: kind\n" + "- " * 100_000 + key,
    "d.yaml": lambda key: (
        "apiVersion: kind\na0: &a0 [x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40))
        + f"k: {key}\n"
    ),
    "e.yaml": lambda key: f"apiVersion: kind\n? {{a: b}}\n: {key}\n? [c]\n: d\n",
    "f.yaml": lambda key: f"apiVersion: kind\na: !!python/object/apply:os.system ['{key}']\n",
}


def test_hostile_documents_hide_no_key(run: Run, tmp_path: Path, make_key: MakeKey) -> None:
    write(tmp_path, {name: make(make_key()) for name, make in HOSTILE.items()})
    ran = run("scan", "--format", "json")
    assert (ran.code, ran.err) == (1, "")
    assert [f["path"] for f in ran.json()["findings"]] == sorted(HOSTILE)


NAMES = st.text(alphabet='ab"\\é\n\t', max_size=3)
LEAVES = st.text(alphabet='xy"\\\u00e9\u2713\U0001f600\n:{}[],', max_size=6) | st.sampled_from(
    [1, -2.5, True, None]
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
NEEDLE = "needle"


def planted(tree: Any, data: st.DataObject) -> tuple[Any, tuple[str | int, ...]]:
    """Put the needle somewhere into a tree; give the tree, and the way to it."""
    if isinstance(tree, list):
        at = data.draw(st.integers(0, len(tree)))
        inner, way = planted(tree[at], data) if at < len(tree) else (NEEDLE, ())
        return [*tree[:at], inner, *tree[at + 1 :]], (at, *way)
    if isinstance(tree, dict):
        name = data.draw(st.sampled_from([*tree, "new"]))
        inner, way = planted(tree[name], data) if name in tree else (NEEDLE, ())
        return {**tree, name: inner}, (name, *way)
    return NEEDLE, ()


@given(tree=TREES, data=st.data(), indent=st.sampled_from([None, 2]), ascii_only=st.booleans())
def test_the_path_to_a_value_in_any_json_is_found(
    tree: Any, data: st.DataObject, indent: int | None, ascii_only: bool
) -> None:
    tree, way = planted(tree, data)
    text = json.dumps(tree, indent=indent, ensure_ascii=ascii_only).encode()
    (found,) = parsers.parse_json_paths(text, [text.index(NEEDLE.encode())])
    assert found is not None
    assert found.steps == way
    inside = tree
    for value, step in zip(found.values, found.steps, strict=True):
        assert len(value or "") == len(inside)
        inside = inside[step]


@given(tree=TREES, data=st.data(), flow=st.sampled_from([None, True, False]), wide=st.booleans())
def test_the_path_to_a_value_in_any_yaml_is_found(
    tree: Any, data: st.DataObject, flow: bool | None, wide: bool
) -> None:
    tree, way = planted(tree, data)
    text = yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=wide, sort_keys=False)
    content = text.encode()
    (found,) = parsers.parse_yaml_paths(content, [content.index(NEEDLE.encode())])
    assert found is not None
    assert found.steps == way


@given(
    text=st.text(alphabet='ab"\\{}[]:,- \n&*!|>=/.', max_size=60).map(str.encode),
    offsets=st.lists(st.integers(0, 60), max_size=4).map(sorted),
)
def test_any_text_can_be_parsed(text: bytes, offsets: list[int]) -> None:
    parse = (parsers.parse_json_paths, parsers.parse_yaml_paths, parse_toml_paths)
    for context in parse:
        found = context(text, offsets)
        assert len(found) == len(offsets)
        for way in found:
            assert way is None or len(way.values) == len(way.steps)

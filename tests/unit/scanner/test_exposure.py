"""The exposure of a key depends on its path, its file, and the text around it."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from wakeyscan.core.document import Document, Origin
from wakeyscan.decoders import DECODERS
from wakeyscan.rules import loader
from wakeyscan.scanner.context import build_context
from wakeyscan.scanner.detector import detect_in_document

CONTEXT = build_context(loader.load_rules(), DECODERS)
KEY = "{key}"
CLIENT, LOG, DOCS = "client-side", "log", "documentation"
SETTING, SOURCE = "configuration", "source"


class Case(NamedTuple):
    path: str
    text: str = f"key = '{KEY}'\n"


PLAIN: dict[str, str] = {
    # pages, styles, components
    **dict.fromkeys(("index.html", "a.HTM", "docs/page.xhtml", "img/a.svg", "a.css"), CLIENT),
    **dict.fromkeys(("src/App.jsx", "src/App.tsx", "a.vue", "a.svelte", "x.marko"), CLIENT),
    # templates of pages
    **dict.fromkeys(("views/a.ejs", "views/a.hbs", "a.pug", "a.liquid", "a.html.erb"), CLIENT),
    **dict.fromkeys(("a.blade.php", "a.jsp", "a.cshtml", "a.html.j2", "a.html.twig"), CLIENT),
    # bundles, what is served as it is, workers
    **dict.fromkeys(("dist/app.js", "web/public/config.js", "static/a.mjs"), CLIENT),
    **dict.fromkeys(("app.min.js", "main.bundle.js", "js/1.chunk.js", "lib.umd.js"), CLIENT),
    **dict.fromkeys(("assets/index-4f3e2d1c.js", "main.0a1b2c3d4e5f.js", "a.js.map"), CLIENT),
    **dict.fromkeys(("web/sw.js", "service-worker.ts", "firebase-messaging-sw.js"), CLIENT),
    **dict.fromkeys(("wwwroot/site.js", "public/config.json", "static/env.txt"), CLIENT),
    **dict.fromkeys(("_next/static/a.js", "app/javascript/a.js", "resources/js/a.js"), CLIENT),
    **dict.fromkeys(
        ("frontend/src/api.ts", "client/src/api.js", "frontend/src/api/a.js", "src/renderer/a.ts"),
        CLIENT,
    ),
    **dict.fromkeys(("src/environments/environment.prod.ts", "chrome-extension/bg.js"), CLIENT),
    **dict.fromkeys(("content-script.js", "fill.user.js", "DIST\\APP.JS"), CLIENT),
    # apps
    **dict.fromkeys(("ios/Info.plist", "Config/Debug.xcconfig", "App/Main.storyboard"), CLIENT),
    **dict.fromkeys(("App.swift", "lib/main.dart", "AndroidManifest.xml"), CLIENT),
    **dict.fromkeys(("app/src/main/res/values/strings.xml", "res/values-de/keys.xml"), CLIENT),
    **dict.fromkeys(("app/google-services.json", "android/local.properties"), CLIENT),
    **dict.fromkeys(("assets/.env", "app/src/main/assets/c.json", "capacitor.config.ts"), CLIENT),
    **dict.fromkeys(("src-tauri/tauri.conf.json", "App.xaml", "game/player.gd"), CLIENT),
    **dict.fromkeys(("Assets/Scenes/a.unity", "ProjectSettings/ProjectSettings.asset"), CLIENT),
    # logs, recordings
    **dict.fromkeys(("app.log", "app.log.1", "app.log-20260131", "app.log.old"), LOG),
    **dict.fromkeys(("x/app.log.2026-01-31", "nohup.out", "npm-debug.log", "a.err"), LOG),
    **dict.fromkeys(("logs/today.txt", "var/log/messages", "syslog.1", "journal-1.json"), LOG),
    **dict.fromkeys(("trace.har", "spec/cassettes/a.yml", "test/vcr_cassettes/b.json"), LOG),
    **dict.fromkeys(("__recordings__/a/b.json", "tapes/a.json5", "t/fixtures/vcr/a"), LOG),
    **dict.fromkeys(("surefire-reports/a.xml", ".idea/httpRequests/1.json", "demo.cast"), LOG),
    # dumps
    **dict.fromkeys(("core.4711", "vgcore.99", "hs_err_pid12.txt", "a.heapsnapshot"), LOG),
    **dict.fromkeys(("mini.dmp", "dump.hprof", "net.pcap", "typescript", "build-log"), LOG),
    # histories
    **dict.fromkeys((".bash_history", ".zsh_history", ".python_history", ".history"), LOG),
    **dict.fromkeys((".psql_history", ".mysql_history", ".node_repl_history", ".lesshst"), LOG),
    **dict.fromkeys((".local/share/fish/fish_history", ".sqlite_history", ".Rhistory"), LOG),
    **dict.fromkeys((".rediscli_history", ".histfile", ".viminfo", ".dbshell"), LOG),
    **dict.fromkeys(("PSReadLine/ConsoleHost_history.txt",), LOG),
    # transcripts of agents
    **dict.fromkeys((".claude/projects/-home-a/1.jsonl", ".codex/sessions/a.jsonl"), LOG),
    **dict.fromkeys((".aider.chat.history.md", ".specstory/history/a.md"), LOG),
    # to be read
    **dict.fromkeys(("README", "README.md", "README.de", "CHANGELOG", "LICENSE"), DOCS),
    **dict.fromkeys(("docs/guide.py", "docs/app.js", "a.rst", "a.adoc", "notes.txt"), DOCS),
    **dict.fromkeys(("doc/api.xml", "openapi.yaml", "api/swagger.json", "a.mdx"), DOCS),
    # settings
    **dict.fromkeys((".env", ".env.example", "prod.env", ".envrc", "config.yml"), SETTING),
    **dict.fromkeys(("a.toml", "Dockerfile", "Dockerfile.prod", "api.dockerfile"), SETTING),
    **dict.fromkeys(("docker-compose.yaml", "a.properties", "main.tf", "Makefile"), SETTING),
    **dict.fromkeys(("settings.json", ".npmrc", ".netrc", "Jenkinsfile", ".bashrc"), SETTING),
    **dict.fromkeys(("k8s/secret.yaml", "web.config", "nginx.conf.j2", "x.tfstate"), SETTING),
    **dict.fromkeys(("config.yml.example", "app.ini.dist", "a.conf.tmpl"), SETTING),
    **dict.fromkeys(("requirements.txt", "requirements/dev.txt", "CMakeLists.txt"), SETTING),
    **dict.fromkeys((".ssh/config", ".aws/credentials", "etc/app", ".github/ci.yml"), SETTING),
    # programs, and what only looks like one of the others
    **dict.fromkeys(("app.py", "src/app.js", "a.go", "server.ts", "script", "t.rb"), SOURCE),
    **dict.fromkeys(("mypkg/public/keys.py", "mypkg/static/__init__.py", "public/a.rb"), SOURCE),
    **dict.fromkeys(("log/log.go", "src/logs/reader.py", "cassettes/play.rb"), SOURCE),
    **dict.fromkeys(("user_history.py", "purchase_history", "core/app.rs", "login"), SOURCE),
    **dict.fromkeys(("dockerfile_parser.py", "license_check.js", "readme.py"), SOURCE),
    **dict.fromkeys(("dist/server/index.js", "api/send.js", "functions/send.ts"), SOURCE),
    **dict.fromkeys(("dist/commonjs/a.js", "dist/index.cjs", "x/var/www/app/main.js"), SOURCE),
    **dict.fromkeys(("__pycache__/requirements.cpython-311.pyc", "public/a.go"), SOURCE),
    **dict.fromkeys(("pages/api/send.tsx", "app/api/send/route.ts", "src/a.server.ts"), SOURCE),
    **dict.fromkeys(("src/App.test.tsx", "src/__tests__/a.jsx", "cypress/a.cy.js"), SOURCE),
    **dict.fromkeys(("src/routes/+page.server.ts", "src/hooks.py", "a.sql", "a.m"), SOURCE),
    **dict.fromkeys(("Package.swift", "backend/a.dart", "src/Main.kt", "a.cs"), SOURCE),
    **dict.fromkeys(("catalogue.ts", "config.py", "src/logger.ts", "blog.py"), SOURCE),
}

VARIABLES = (
    *("NEXT_PUBLIC_", "VITE_", "REACT_APP_", "EXPO_PUBLIC_", "NUXT_PUBLIC_", "GATSBY_", "VUE_APP_"),
    *("NG_APP_", "PUBLIC_", "STORYBOOK_", "MIX_", "NX_PUBLIC_", "BUN_PUBLIC_", "FRESH_PUBLIC_"),
    *("PLASMO_PUBLIC_", "WXT_", "SANITY_STUDIO_", "RENDERER_VITE_", "REDWOOD_ENV_"),
)

HTML = "<html>\n<script>\n{}\n</script>\n"
AROUND: dict[str, tuple[Case, str]] = {
    **{name: (Case(".env", f"A=1\n{name}WASTACK_KEY={KEY}\n"), CLIENT) for name in VARIABLES},
    # where a variable stands, and which one has the key
    "variable-yaml": (Case("ci.yml", f"env:\n  VITE_KEY: {KEY}\n"), CLIENT),
    "variable-docker": (Case("Dockerfile", f'ENV NEXT_PUBLIC_KEY="{KEY}"\n'), CLIENT),
    "variable-default": (Case("a.ts", f"x = import.meta.env.VITE_K ?? '{KEY}'\n"), CLIENT),
    "variable-kubernetes": (Case("d.yaml", f"- name: VITE_KEY\n  value: {KEY}\n"), CLIENT),
    "variable-json": (Case("eas.json", f'{{"EXPO_PUBLIC_KEY": "{KEY}"}}\n'), CLIENT),
    "variable-not-public": (Case(".env", f"NOT_PUBLIC_KEY={KEY}\n"), SETTING),
    "variable-my-vite": (Case(".env", f"MYVITE_KEY={KEY}\n"), SETTING),
    "variable-suffix": (Case(".env", f"KEY_PUBLIC_={KEY}\n"), SETTING),
    "variable-lower": (Case(".env", f"vite_key={KEY}\n"), SETTING),
    "variable-nuxt-private": (Case(".env", f"NUXT_KEY={KEY}\n"), SETTING),
    "variable-other": (Case("run.sh", f"MIX_ENV=prod WASTACK_KEY={KEY} mix\n"), SOURCE),
    "variable-next-in-json": (Case("a.json", f'{{"VITE_A": "x", "SECRET": "{KEY}"}}'), SETTING),
    "variable-statement": (Case("a.sh", f"export VITE_A=1; key={KEY}\n"), SOURCE),
    "variable-after": (Case(".env", f"KEY={KEY} # not VITE_KEY\n"), SETTING),
    "variable-line-before": (Case(".env", f"VITE_KEY=\nKEY={KEY}\n"), SETTING),
    # pages: what is in the script, and what the server keeps
    "fetch-in-page": (Case("logs/a.html", HTML.format(f"fetch(u, '{KEY}')")), CLIENT),
    "axios-in-docs": (Case("docs/a.html", HTML.format(f"axios.get(u, '{KEY}')")), CLIENT),
    "page-in-python": (Case("a.py", f'P = """{HTML.format(f"fetch(`{KEY}`)")}"""'), CLIENT),
    "page-in-go": (Case("a.go", f"const p = `{HTML.format(f'k=`{KEY}`')}`"), CLIENT),
    "script-closed": (Case("a.py", f"{HTML.format('')}\nkey = '{KEY}'\n"), SOURCE),
    "php-code": (Case("a.php", f"<?php\n$key = '{KEY}';\n?><p>\n"), SOURCE),
    "php-code-unclosed": (Case("public/index.php", f"<?php\n$key = '{KEY}';\n"), SOURCE),
    "php-markup": (Case("a.php", f"<?php $a = 1; ?>\n<p data-k='{KEY}'>\n"), CLIENT),
    "php-printed": (Case("a.php", f"<p><?= f('{KEY}') ?></p>\n"), CLIENT),
    "php-echo": (Case("a.php", f"<p><?php echo '{KEY}' ?></p>\n"), CLIENT),
    "php-script": (Case("a.php", f"<?php ?>{HTML.format(f'k = `{KEY}`')}"), CLIENT),
    "ejs-code": (Case("a.ejs", f"<% const key = '{KEY}' %>\n<p>\n"), SOURCE),
    "ejs-printed": (Case("a.ejs", f"<p><%= '{KEY}' %>\n"), CLIENT),
    "ejs-raw": (Case("a.ejs", f"<p><%- '{KEY}' %>\n"), CLIENT),
    "erb-trimmed": (Case("a.html.erb", f"<%- key = '{KEY}' -%>\n"), SOURCE),
    "php-long": (Case("a.php", f"<?php\n{'f();' * 2000}\n$key = '{KEY}';\n"), SOURCE),
    "php-long-markup": (
        Case("a.php", f"<?php\n{'f();' * 2000}\n?>\n{'<p>' * 1300}\n<p>{KEY}\n"),
        CLIENT,
    ),
    "pug-code": (Case("a.pug", f"div\n  - const k = '{KEY}'\n"), SOURCE),
    "pug-text": (Case("a.pug", f"div\n  p {KEY}\n"), CLIENT),
    "razor-code": (Case("Views/a.cshtml", f'@{{ var k = "{KEY}"; }}\n<p>\n'), SOURCE),
    "razor-page": (Case("Views/a.cshtml", f"@{{ var k = 1; }}\n<p>{KEY}\n"), CLIENT),
    "erb-comment": (Case("a.html.erb", f"<%# {KEY} %>\n"), SOURCE),
    "erb-script": (Case("a.html.erb", HTML.format(f"k = '{KEY}'")), CLIENT),
    "erb-settings": (Case("database.yml.erb", f"key: {KEY}\n"), SETTING),
    "jinja-set": (Case("a.html.j2", f"{{% set key = '{KEY}' %}}\n"), SOURCE),
    "jinja-comment": (Case("templates/a.html", f"{{# {KEY} #}}\n"), SOURCE),
    "jinja-closed": (Case("templates/a.html", f"{{% if a %}}\n<p>{KEY}\n"), CLIENT),
    "handlebars-comment": (Case("a.hbs", f"{{{{!-- {KEY} --}}}}\n"), SOURCE),
    "xml-declaration": (Case("a.xhtml", f"<?xml version='1.0'?>\n<p>{KEY}</p>\n"), CLIENT),
    "astro-server": (Case("a.astro", f"---\nconst k = '{KEY}'\n---\n<p>\n"), SOURCE),
    "astro-page": (Case("a.astro", f"---\nconst k = 1\n---\n<p>{KEY}\n"), CLIENT),
    # scripts: directives, functions of the server, what is used around
    "use-client": (Case("app/page.tsx", f"'use client'\nconst k = '{KEY}'\n"), CLIENT),
    "use-client-ts": (Case("lib/a.ts", f'// a\n"use client";\nk = "{KEY}"\n'), CLIENT),
    "use-server": (Case("app/actions.tsx", f"'use server'\nconst k = '{KEY}'\n"), SOURCE),
    "server-component": (Case("app/blog/page.tsx", f"const k = '{KEY}'\n"), SOURCE),
    "get-server-side": (
        Case("pages/a.tsx", f"export async function getServerSideProps() {{\n  k('{KEY}')\n}}\n"),
        SOURCE,
    ),
    "after-get-server-side": (
        Case("pages/a.tsx", f"export const getServerSideProps = f\nfunction A() {{ '{KEY}' }}\n"),
        CLIENT,
    ),
    "remix-loader": (
        Case("app/routes/a.tsx", f"export async function loader() {{\n  k('{KEY}')\n}}\n"),
        SOURCE,
    ),
    "dom": (Case("src/a.js", f"document.getElementById('a')\nk = '{KEY}'\n"), CLIENT),
    "window": (Case("src/a.ts", f"k = '{KEY}'\nwindow.location.href = u\n"), CLIENT),
    "xhr": (Case("a.js", f"const x = new XMLHttpRequest()\nk('{KEY}')\n"), CLIENT),
    "storage": (Case("a.js", f"localStorage.setItem('k', '{KEY}')\n"), CLIENT),
    "jquery": (Case("a.js", f"$.ajax({{headers: {{k: '{KEY}'}}}})\n"), CLIENT),
    "extension": (Case("bg.js", f"chrome.runtime.onMessage.addListener(f)\nk='{KEY}'"), CLIENT),
    "extension-manifest": (
        Case("ext/manifest.json", f'{{"manifest_version": 3, "key": "{KEY}"}}'),
        CLIENT,
    ),
    "fetch-only": (Case("src/a.js", f"await fetch(u, {{headers: {{k: '{KEY}'}}}})\n"), SOURCE),
    "puppeteer": (
        Case("a.js", f"import p from 'puppeteer'\ndocument.querySelector('a')\nk='{KEY}'\n"),
        SOURCE,
    ),
    "node-shebang": (Case("a.js", f"#!/usr/bin/env node\ndocument.body\nk='{KEY}'\n"), SOURCE),
    "express": (
        Case("a.js", f"const e = require('express')\nf('document.body', '{KEY}')\n"),
        SOURCE,
    ),
    "dom-in-a-test": (Case("tests/xhr-test.js", f"new XMLHttpRequest()\nk='{KEY}'\n"), SOURCE),
    "dist-bundle": (Case("dist/a.js", f"(()=>{{fetch('/a', '{KEY}')}})()\n"), CLIENT),
    "dist-umd": (Case("dist/a.js", f"!function(e){{typeof exports}}(this, '{KEY}')\n"), CLIENT),
    "dist-of-a-server": (Case("dist/a.js", f"require('express')()\nk='{KEY}'\n"), SOURCE),
    "dist-of-a-package": (
        Case("dist/a.js", f"Object.defineProperty(exports, 'a', b)\nk='{KEY}'\n"),
        SOURCE,
    ),
    "far-away": (Case("a.js", f"document.body\n{'x()' * 3000}\nk='{KEY}'\n"), SOURCE),
    # the part of a build's configuration that goes into the bundle
    "nuxt-public": (
        Case("nuxt.config.ts", f"runtimeConfig: {{ a: 1, public: {{ k: '{KEY}' }} }}\n"),
        CLIENT,
    ),
    "nuxt-private": (
        Case("nuxt.config.ts", f"runtimeConfig: {{ public: {{ a: 1 }}, k: '{KEY}' }}\n"),
        SOURCE,
    ),
    "next-env": (Case("next.config.js", f"module.exports = {{ env: {{ K: '{KEY}' }} }}\n"), CLIENT),
    "vite-define": (Case("vite.config.ts", f"define: {{ K: '{KEY}' }}\n"), CLIENT),
    "vite-proxy": (Case("vite.config.ts", f"proxy: {{ headers: {{ K: '{KEY}' }} }}\n"), SOURCE),
    "webpack-define": (
        Case("webpack.prod.js", f"new webpack.DefinePlugin({{ K: '{KEY}' }})\n"),
        CLIENT,
    ),
    # apps
    "react-native": (Case("App.js", f"import x from 'react-native'\nk='{KEY}'\n"), CLIENT),
    "electron": (Case("main.js", f"const e = require('electron')\nk='{KEY}'\n"), CLIENT),
    "expo-config": (Case("app.json", f'{{"expo": {{"extra": {{"k": "{KEY}"}}}}}}\n'), CLIENT),
    "gradle-build-config": (
        Case("app/build.gradle", f"buildConfigField 'String', 'K', '\"{KEY}\"'\n"),
        CLIENT,
    ),
    "gradle": (Case("app/build.gradle", f"def key = '{KEY}'\n"), SETTING),
    "android": (Case("A.kt", f'package a\nimport android.os.Bundle\nval k = "{KEY}"\n'), CLIENT),
    "objective-c": (Case("A.m", f'@implementation A\nNSString *k = @"{KEY}";\n'), CLIENT),
    "vapor": (Case("Sources/App/a.swift", f'import Vapor\nlet k = "{KEY}"\n'), SOURCE),
    "shelf": (Case("bin/a.dart", f"import 'package:shelf/shelf.dart';\nk = '{KEY}';\n"), SOURCE),
    "unity": (Case("Assets/A.cs", f'using UnityEngine;\nk = "{KEY}";\n'), CLIENT),
    "cordova": (Case("config.xml", f'<widget id="a"><preference value="{KEY}"/></widget>'), CLIENT),
    # recordings wherever they are
    "vcr-anywhere": (Case("fixtures/a.yml", f"---\nhttp_interactions:\n- k: {KEY}\n"), LOG),
    "betamax-anywhere": (Case("a.json", f'{{"http_interactions": [{{"k": "{KEY}"}}]}}'), LOG),
    "har-as-json": (
        Case("a.json", f'{{"log": {{"entries": [{{"startedDateTime": "", "k": "{KEY}"}}]}}}}'),
        LOG,
    ),
    "core": (Case("core", f"\x7fELF\x02\x01\x01 {KEY}\n"), LOG),
    "no-core": (Case("x/core", f"{KEY}\n"), SOURCE),
}

CASES = {
    **{path: (Case(path), exposure) for path, exposure in PLAIN.items()},
    **AROUND,
}


@pytest.mark.parametrize("name", CASES)
def test_exposure_and_severity_follow_from_path_and_content(name: str, key: str) -> None:
    case, exposure = CASES[name]
    document = Document(Origin(case.path), case.text.replace(KEY, key).encode())
    (finding,) = detect_in_document(document, CONTEXT)
    severity = "critical" if exposure == CLIENT else "high"
    assert (str(finding.exposure), str(finding.severity)) == (exposure, severity)


def test_the_table_has_its_minimum_size() -> None:
    assert len(CASES) >= 280

"""Exposure rules that depend mostly on the path: logs, documentation, configuration."""

from __future__ import annotations

import re

from wakeyscan.core.finding import Exposure
from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.exposure.surroundings import CODE, Surroundings

# Logs

_LOG_TYPES = frozenset(
    [
        *("log", "har", "err", "out", "trace", "journal", "cast", "ttyrec", "etl", "evtx"),
        *("pcap", "pcapng", "saz", "chls", "chlsj", "warc", "mitm", "flows"),
        *("dmp", "mdmp", "hprof", "heapsnapshot", "crash", "core", "stackdump"),
    ]
)
_ROTATED_LOG = lazy_pattern(
    r"\.(?:log|out|err)(?:[.-][\d.T_-]+)?(?:\.(?:old|bak|prev|txt|json))?(?:\.(?:gz|bz2|xz|zst|zip))?$",
    re.IGNORECASE,
)
"""`app.log.1`, `app.log-20260131.gz`, `app.log.2026-01-31`, `app.log.old`."""
_LOG_NAMES = lazy_pattern(
    # shells, interpreters, database clients, pagers, editors
    r"^\.[\w.-]*_?history(?:[-_]\d+)?$|^\.[\w-]*_?hist(?:file)?$|^fish_history$|^\.?lesshst$"
    r"|^consolehost_history\.txt$|^\.(?:viminfo|dbshell|rhistory)$|^(?:mongosh|node)_repl_history$"
    # crash dumps of the kernel and of runtimes, and the output of `script`
    r"|^(?:vg)?core\.\d+$|^hs_err_pid\d+|^heapdump|^typescript$|^consoletext$|^build[-_.]?log"
    r"|^(?:syslog|messages|dmesg|lastlog|auth\.log)(?:\.\d+)?$|^journal(?:ctl)?[-_.][\w.-]*$"
    # coding agents
    r"|^\.aider\.(?:chat\.history\.md|input\.history|llm\.history)$"
)
_LOG_FOLDERS = (
    *("/logs/", "/log/", "/.npm/_logs/", "/cassettes/", "/vcr/", "/vcr_cassettes/"),
    *("/fixtures/vcr", "/__recordings__/", "/recordings/", "/__nock-fixtures__/", "/tapes/"),
    *("/crashes/", "/coredumps/", "/surefire-reports/", "/test-results/", "/.idea/httprequests/"),
)
_AGENT_TRANSCRIPTS = (
    *("/.claude/projects/", "/.claude/history", "/.claude/todos/", "/.claude/shell-snapshots/"),
    *("/.codex/sessions/", "/.codex/history", "/.codex/log/", "/.gemini/tmp/", "/.cursor/chats/"),
    *("/.continue/sessions/", "/.specstory/history/", "/.cline/", "/.roo/history/"),
)
_HTTP_RECORDING = lazy_pattern(
    rb"^http_interactions:|^(?:version: \d+\s+)?interactions:\s*$|\"http_interactions\"\s*:\s*\["
    rb"|\"log\"\s*:\s*\{.{0,600}\"startedDateTime\"",
    re.DOTALL | re.MULTILINE,
)


class _LogRule:
    """Files that record events: logs, HTTP recordings, histories, dumps, transcripts."""

    EXPOSURE = Exposure.LOG
    BY_FILE = True

    def is_exposed(self, key: Surroundings) -> bool:
        """Return whether the file is a record."""
        if (
            key.extension in _LOG_TYPES
            or _ROTATED_LOG.search(key.name)
            or _LOG_NAMES.search(key.name)
        ):
            return True
        if key.is_below(*_AGENT_TRANSCRIPTS):
            return True
        if key.extension not in CODE and key.is_below(*_LOG_FOLDERS):
            return True
        if key.name == "core" and key.head.startswith(b"\x7fELF"):
            return True
        return key.extension in ("yml", "yaml", "json") and bool(_HTTP_RECORDING.search(key.head))


# Documentation

_DOCUMENT_TYPES = frozenset(
    [
        *("md", "mdx", "mdc", "markdown", "rst", "txt", "adoc", "asciidoc", "org", "tex", "rtf"),
        *("rmd", "qmd", "textile", "wiki", "mediawiki", "pod", "rdoc", "puml", "drawio"),
        *("pdf", "docx", "doc", "odt", "pptx", "odp", "xlsx", "ods", "epub"),
    ]
)
_OFFICE_ARCHIVES = tuple(
    f".{kind}!/" for kind in ("docx", "odt", "pptx", "odp", "xlsx", "ods", "epub", "pdf")
)
_DOCUMENT_FOLDERS = ("/docs/", "/doc/", "/documentation/", "/wiki/", "/man/man", "/javadoc/")
_DOCUMENT_STEMS = frozenset(
    [
        *("readme", "changelog", "changes", "contributing", "license", "licence", "notice"),
        *("copying", "authors", "install", "todo", "news", "history", "security", "support", "faq"),
    ]
)
_API_DESCRIPTION = lazy_pattern(r"^(?:openapi|swagger)[\w.-]*\.(?:ya?ml|json)$")
_BUILD_INPUT = lazy_pattern(
    r"^(?:cmakelists|requirements[\w.-]*|constraints[\w.-]*)\.txt$|/requirements/"
)
"""Build inputs with the extension of a text."""


class _DocumentationRule:
    """Files for readers: guides, references, notes, office documents."""

    EXPOSURE = Exposure.DOCUMENTATION
    BY_FILE = True

    def is_exposed(self, key: Surroundings) -> bool:
        """Return whether the file is a document for readers."""
        if _BUILD_INPUT.search(key.name) or (
            key.extension == "txt" and _BUILD_INPUT.search(key.path)
        ):
            return False
        if key.extension in _DOCUMENT_TYPES or key.is_below(*_DOCUMENT_FOLDERS):
            return True
        if _API_DESCRIPTION.search(key.name) or key.is_below(*_OFFICE_ARCHIVES):
            return True
        # A plain name has no extension, or a language or a number: `README`, `README.de`.
        is_plain = len(key.extension) <= 2 or "." not in key.name
        return (
            key.extension not in CODE and key.name.partition(".")[0] in _DOCUMENT_STEMS and is_plain
        )


# Configuration

_CONFIGURATION_TYPES = frozenset(
    [
        *("env", "envrc", "yml", "yaml", "toml", "ini", "cfg", "cnf", "conf", "config", "json"),
        *("json5", "jsonc", "xml", "properties", "editorconfig", "npmrc", "netrc", "reg", "ovpn"),
        *("tf", "tfvars", "tfstate", "tfplan", "hcl", "nomad", "bicep", "nix", "cue", "jsonnet"),
        *("libsonnet", "dhall", "pkl", "kdl", "ron", "edn", "service", "timer", "desktop", "sops"),
        *("gradle", "csproj", "sln", "pom", "mobileconfig", "dockerfile"),
        *("postman_collection", "postman_environment", "cmake", "bazel", "bzl", "mk", "ipset"),
    ]
)
_CONFIGURATION_STEMS = frozenset(
    [
        *("dockerfile", "containerfile", "docker-compose", "compose", "makefile", "gnumakefile"),
        *("procfile", "jenkinsfile", "vagrantfile", "justfile", "earthfile", "tiltfile"),
        *("caddyfile", "brewfile", "crontab", "cmakelists", "requirements", "constraints"),
        "pipfile",
    ]
)
_CONFIGURATION_NAMES = lazy_pattern(
    r"^\.env|^\.(?:netrc|npmrc|yarnrc|pypirc|curlrc|wgetrc|gitconfig|git-credentials|htaccess)$"
    r"|^\.(?:bashrc|zshrc|kshrc|profile|bash_profile|bash_aliases|zshenv|zprofile|tool-versions)$"
    r"|^_netrc$|^\.babelrc$|^\.eslintrc$|^\.my\.cnf$|^\.s3cfg$|^\.boto$"
)
_CONFIGURATION_FOLDERS = (
    *("/.ssh/", "/.aws/", "/.kube/", "/.docker/", "/.config/", "/etc/", "/.git/", "/cron.d/"),
)
_TEMPLATE_TYPES = frozenset(
    ["j2", "jinja2", "tmpl", "tpl", "erb", "template", "example", "sample", "dist", "bak", "orig"]
)
"""Extensions before which the name determines the type of the file: `nginx.conf.j2`."""


class _ConfigurationRule:
    """Files that configure machines: settings, environments, builds, infrastructure."""

    EXPOSURE = Exposure.CONFIGURATION
    BY_FILE = True

    def is_exposed(self, key: Surroundings) -> bool:
        """Return whether the file is a configuration."""
        if key.extension in CODE:
            return False
        extension = key.extension
        if extension in _TEMPLATE_TYPES:
            extension = key.name.removesuffix(f".{extension}").rpartition(".")[2]
        if extension in _CONFIGURATION_TYPES or _CONFIGURATION_NAMES.search(key.name):
            return True
        if key.is_below(*_CONFIGURATION_FOLDERS):
            return True
        if key.extension == "txt" and key.is_below("/requirements/"):
            return True
        return key.name.partition(".")[0] in _CONFIGURATION_STEMS


LOG = _LogRule()
DOCUMENTATION = _DocumentationRule()
CONFIGURATION = _ConfigurationRule()

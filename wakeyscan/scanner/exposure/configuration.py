"""What machines are set up with: settings, environments, builds, infrastructure."""

from __future__ import annotations

import re

from wakeyscan.core.finding import Exposure
from wakeyscan.scanner.exposure.surroundings import CODE, Surroundings

EXPOSURE = Exposure.CONFIGURATION

_TYPES = frozenset(
    [
        *("env", "envrc", "yml", "yaml", "toml", "ini", "cfg", "cnf", "conf", "config", "json"),
        *("json5", "jsonc", "xml", "properties", "editorconfig", "npmrc", "netrc", "reg", "ovpn"),
        *("tf", "tfvars", "tfstate", "tfplan", "hcl", "nomad", "bicep", "nix", "cue", "jsonnet"),
        *("libsonnet", "dhall", "pkl", "kdl", "ron", "edn", "service", "timer", "desktop", "sops"),
        *("gradle", "csproj", "sln", "pom", "mobileconfig", "dockerfile"),
        *("postman_collection", "postman_environment", "cmake", "bazel", "bzl", "mk", "ipset"),
    ]
)
_STEMS = frozenset(
    [
        *("dockerfile", "containerfile", "docker-compose", "compose", "makefile", "gnumakefile"),
        *(
            "procfile",
            "jenkinsfile",
            "vagrantfile",
            "justfile",
            "earthfile",
            "tiltfile",
            "caddyfile",
        ),
        *("brewfile", "crontab", "cmakelists", "requirements", "constraints", "pipfile"),
    ]
)
_NAMES = re.compile(
    r"^\.env|^\.(?:netrc|npmrc|yarnrc|pypirc|curlrc|wgetrc|gitconfig|git-credentials|htaccess)$"
    r"|^\.(?:bashrc|zshrc|kshrc|profile|bash_profile|bash_aliases|zshenv|zprofile|tool-versions)$"
    r"|^_netrc$|^\.babelrc$|^\.eslintrc$|^\.my\.cnf$|^\.s3cfg$|^\.boto$"
)
_FOLDERS = ("/.ssh/", "/.aws/", "/.kube/", "/.docker/", "/.config/", "/etc/", "/.git/", "/cron.d/")
_TEMPLATES = frozenset(
    ["j2", "jinja2", "tmpl", "tpl", "erb", "template", "example", "sample", "dist", "bak", "orig"]
)
"""Behind these names stands what the file is for: `nginx.conf.j2`."""


def is_exposed(spot: Surroundings) -> bool:
    """Say whether what stands at a spot is a setting."""
    if spot.kind in CODE:
        return False
    kind = spot.kind
    if kind in _TEMPLATES:
        kind = spot.name.removesuffix(f".{kind}").rpartition(".")[2]
    if kind in _TYPES or _NAMES.search(spot.name) or spot.passes(*_FOLDERS):
        return True
    if spot.kind == "txt" and spot.passes("/requirements/"):
        return True
    return spot.name.partition(".")[0] in _STEMS

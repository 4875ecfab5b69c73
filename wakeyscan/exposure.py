"""Who gets to see the place where a key stands: told from the path, the file type and the line."""

from __future__ import annotations

from wakeyscan.finding import Exposure, Origin

_BROWSER_TYPES = frozenset(
    [
        "html",
        "htm",
        "xhtml",
        "jsx",
        "tsx",
        "vue",
        "svelte",
        "astro",
        "map",
        "ejs",
        "hbs",
        "handlebars",
        "mustache",
        "pug",
        "jade",
        "njk",
        "liquid",
        "twig",
        "jsp",
        "cshtml",
        "razor",
    ]
)
_MOBILE_TYPES = frozenset(
    ["plist", "xcconfig", "storyboard", "xib", "swift", "dart", "apk", "aab", "ipa"]
)
_MOBILE_PARTS = ("/res/values", "/assets/flutter_assets/", "androidmanifest.xml", "strings.xml")
_BUNDLE_PARTS = ("/dist/", "/public/", "/static/", "/wwwroot/", "/www/", "/htdocs/", "/_next/")
_BUNDLE_NAMES = (".min.js", ".bundle.js", ".chunk.js", ".min.mjs")
_SCRIPT_TYPES = frozenset(["js", "mjs", "cjs", "ts"])

_LOG_TYPES = frozenset(["log", "har", "err", "out", "trace"])
_LOG_PARTS = ("/cassettes/", "/vcr/", "/vcr_cassettes/", "/logs/", "/log/", "/fixtures/vcr")
_LOG_NAMES = ("_history", ".log.gz", "npm-debug.log", "nohup.out")

_DOCUMENT_TYPES = frozenset(
    ["md", "mdx", "markdown", "rst", "txt", "adoc", "asciidoc", "org", "tex", "rtf", "pdf", "docx"]
)
_DOCUMENT_PARTS = ("/docs/", "/doc/", "/documentation/")
_DOCUMENT_NAMES = ("readme", "changelog", "contributing", "license", "notice")

_CONFIG_TYPES = frozenset(
    [
        "env",
        "yml",
        "yaml",
        "toml",
        "ini",
        "cfg",
        "conf",
        "config",
        "json",
        "json5",
        "jsonc",
        "xml",
        "properties",
        "tf",
        "tfvars",
        "tfstate",
        "hcl",
        "service",
        "plist",
        "editorconfig",
        "npmrc",
        "netrc",
    ]
)
_CONFIG_NAMES = (".env", "dockerfile", "docker-compose", "makefile", "procfile", ".netrc", ".npmrc")

# Build tools copy variables of these names into what the browser gets.
_BROWSER_VARIABLES = (
    b"NEXT_PUBLIC_",
    b"VITE_",
    b"REACT_APP_",
    b"EXPO_PUBLIC_",
    b"NUXT_PUBLIC_",
    b"GATSBY_",
    b"VUE_APP_",
    b"NG_APP_",
    b"PUBLIC_",
    b"STORYBOOK_",
)


def exposure_of(origin: Origin, line: bytes) -> Exposure:
    """Say who gets to see a key on `line` of a document; the widest audience wins."""
    path = "/" + origin.path.replace("\\", "/").lower().lstrip("/")
    name = path.rpartition("/")[2]
    kind = name.rpartition(".")[2] if "." in name else ""
    if origin.part:
        return Exposure.METADATA
    if _is_client_side(path, name, kind) or any(v in line for v in _BROWSER_VARIABLES):
        return Exposure.CLIENT_SIDE
    if kind in _LOG_TYPES or _has(path, _LOG_PARTS) or _has(name, _LOG_NAMES):
        return Exposure.LOG
    if kind in _DOCUMENT_TYPES or _has(path, _DOCUMENT_PARTS) or name.startswith(_DOCUMENT_NAMES):
        return Exposure.DOCUMENTATION
    if kind in _CONFIG_TYPES or name.startswith(_CONFIG_NAMES):
        return Exposure.CONFIGURATION
    return Exposure.SOURCE


def _is_client_side(path: str, name: str, kind: str) -> bool:
    if kind in _BROWSER_TYPES or kind in _MOBILE_TYPES:
        return True
    if name.endswith(_BUNDLE_NAMES) or _has(path, _MOBILE_PARTS):
        return True
    return kind in _SCRIPT_TYPES and _has(path, _BUNDLE_PARTS)


def _has(text: str, parts: tuple[str, ...]) -> bool:
    return any(part in text for part in parts)

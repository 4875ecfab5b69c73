"""Exposure rule for browsers: pages, their scripts, bundles, and variables that builds inline."""

from __future__ import annotations

import re

from wakeyscan.core.finding import Exposure
from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.exposure.surroundings import SCRIPTS, Surroundings

EXPOSURE = Exposure.CLIENT_SIDE
BY_FILE = False

_PUBLIC_PREFIXES = (
    "NEXT_PUBLIC",  # Next.js, Blitz
    "VITE",  # Vite, SolidStart, TanStack Start, Analog, Laravel
    "REACT_APP",  # Create React App
    "EXPO_PUBLIC",
    "NUXT_PUBLIC",
    "GATSBY",
    "VUE_APP",  # Vue CLI
    "NG_APP",  # @ngx-env/builder, for Angular
    "PUBLIC",  # SvelteKit, Astro, Rsbuild, Hydrogen, Vike
    "STORYBOOK",
    "MIX",  # Laravel Mix
    "NX_PUBLIC",
    "BUN_PUBLIC",
    "FRESH_PUBLIC",  # Fresh, on Deno
    "WAKU_PUBLIC",
    "PLASMO_PUBLIC",  # browser extensions
    "WXT",  # browser extensions
    "SNOWPACK_PUBLIC",
    "GRIDSOME",
    "SANITY_STUDIO",
    "RAZZLE",
    "PREACT_APP",
    "UMI_APP",
    "TARO_APP",
    "ELM_APP",
    "REDWOOD_ENV",
    "RENDERER_VITE",  # electron-vite, like the next two
    "PRELOAD_VITE",
    "MAIN_VITE",
)
"""Prefixes of variables that build tools copy into browser code, from their documentation.

`MY_PUBLIC_KEY` is not public: a name must start with the prefix.
"""
_PUBLIC_VARIABLE = lazy_pattern(rf"(?:{'|'.join(_PUBLIC_PREFIXES)})_\w".encode())
_NAME = lazy_pattern(rb"(?<![A-Za-z0-9_])[A-Z][A-Z0-9_]+\w*")
_BARE_VALUE = lazy_pattern(rb"\s*-?\s*\"?value\"?\s*[:=]")

_PAGES = frozenset(["html", "htm", "xhtml", "shtml", "svg", "css", "map", "wasm", "webmanifest"])
_TEMPLATES = frozenset(
    [
        *("ejs", "hbs", "handlebars", "mustache", "pug", "jade", "njk", "liquid", "twig", "jinja"),
        *("jinja2", "j2", "jsp", "cshtml", "razor", "erb", "rhtml", "haml", "slim", "eex", "heex"),
        *("php", "phtml", "asp", "aspx", "ascx", "gohtml", "tmpl", "ftl", "mako", "blade"),
    ]
)
"""Templates from which a server renders pages; server code in them stays on the server."""

_PLAIN_TEMPLATES = frozenset(["j2", "jinja", "jinja2", "tmpl", "erb", "mako"])
"""Templates for any file; the rest of the name is the file type: `nginx.conf.j2`."""

_INDENTED = frozenset(["pug", "jade", "haml", "slim"])
"""Templates in which a dash starts a line of server code, or a comment."""

_COMPONENTS = frozenset(["jsx", "tsx", "vue", "svelte", "astro", "marko", "riot"])
_SERVED = ("/public/", "/static/", "/wwwroot/", "/www/", "/htdocs/", "/public_html/", "/webroot/")
_SERVED_TYPES = frozenset(["json", "txt", "xml", "yml", "yaml", "env", "ini", "toml"])
_BUNDLES = (
    *_SERVED,
    *("/_next/", "/.output/public/", "/assets/js/", "/assets/javascripts/"),
    *("/app/javascript/", "/resources/js/", "/client/src/", "/frontend/", "/renderer/"),
    *("/chrome-extension/", "/browser-extension/", "/web-extension/", "/content-scripts/"),
    *("/content_scripts/", "/src/environments/", "/userscripts/"),
)
_BUILT = "/dist/"
_BUILT_FOR_NODE = ("/commonjs/", "/cjs/", "/node_modules/")
_BUNDLE_NAMES = lazy_pattern(
    r"\.(?:min|bundle|chunk|umd|iife|user|client)\.[mc]?[jt]sx?$|[.-][0-9a-f]{8,20}\.m?js$"
    r"|^(?:sw|service-?worker|ngsw-worker|firebase-messaging-sw|workbox-[\w-]+)\.[jt]s$"
    r"|^(?:content[-_]?script|bookmarklet)s?\.[jt]s$"
)
_SERVERS = (
    *("/server/", "/servers/", "/backend/", "/lambda/", "/lambdas/", "/.next/server/"),
    *("/pages/api/", "/app/api/", "/netlify/functions/", "/supabase/functions/"),
)
_SERVER_NAMES = lazy_pattern(
    r"\.server\.[mc]?[jt]sx?$|^(?:route|middleware|\+server|\+page\.server|\+layout\.server)\.[jt]sx?$"
)
_TESTS = lazy_pattern(r"[._-](?:test|spec|cy|e2e)\.[mc]?[jt]sx?$|/__tests__/|/__mocks__/")
_NEXT_SERVER = lazy_pattern(r"^(?:page|layout|template|default|not-found)\.[jt]sx?$")
"""Components that Next.js renders on the server unless a directive overrides it."""

_DIRECTIVE = lazy_pattern(rb"(?>\s|//[^\n]*\n|/\*.*?\*/)*+[\"']use (client|server)[\"']", re.DOTALL)
_DECLARATION = lazy_pattern(
    rb"^(?:export|async|function|const|let|var|class)\b[^\n]*", re.MULTILINE
)
_SERVER_FUNCTION = lazy_pattern(
    rb"\b(?:getServerSideProps|getStaticProps|getStaticPaths|getInitialData)\b"
    rb"|^export\s+(?:async\s+)?(?:function|const)\s+(?:loader|action|headers)\b"
)
"""Functions that builds remove from browser code: Next.js, Remix and React Router."""

_PAGE_CODE = lazy_pattern(
    rb"\bdocument\.(?:get|query|create|cookie|body|head|add|forms|location|ready|write|on)"
    rb"|\bwindow\.(?:location|fetch|add|open|local|session|on|document|post|\w+\s*=[^=])"
    rb"|\b(?:localStorage|sessionStorage)\.|\bnew XMLHttpRequest\b|\bnavigator\.(?:service|send)"
    rb"|\$\(document\)|\$\.(?:ajax|get|post|getJSON)\(|\bself\.(?:addEventListener|clients)\b"
    rb"|\b(?:chrome|browser)\.(?:runtime|storage|tabs|action|scripting|webRequest)\."
)
_PAGE_WORDS = (
    *(b"document", b"window.", b"storage.", b"xmlhttprequest", b"navigator.", b"$."),
    *(b"self.", b"chrome.", b"browser."),
)
"""Every match of the pattern above contains one of these, in any case."""

_NODE_CODE = lazy_pattern(
    rb"\A#!|\brequire\(['\"](?:node:|fs|path|http|https|os|child_process|express|puppeteer|playwright"
    rb"|jsdom|cheerio|koa|fastify)\b|\bfrom\s+['\"](?:node:|fs|express|puppeteer|playwright|jsdom"
    rb"|fastify|koa)\b|\bprocess\.(?:argv|exit)\b|\bpage\.evaluate\("
)
_PACKAGE = lazy_pattern(
    rb"^(?:module\.)?exports\b|\bObject\.defineProperty\(exports\b", re.MULTILINE
)
_PUBLIC_BLOCKS = {
    "nuxt.config": rb"\bpublic\s*:\s*\{",
    "next.config": rb"\b(?:publicRuntimeConfig|env)\s*:\s*\{",
    "vite.config": rb"\bdefine\s*:\s*\{",
    "astro.config": rb"\bdefine\s*:\s*\{",
    "webpack": rb"\bDefinePlugin\(\s*\{",
    "rspack.config": rb"\bDefinePlugin\(\s*\{",
    "gatsby-config": rb"\bsiteMetadata\s*:\s*\{",
}
"""By start of a build configuration's name: the block that the build copies into browser code."""

_SERVER_BLOCKS = ((b"<%", b"%>"), (b"<?", b"?>"), (b"{%", b"%}"), (b"{#", b"#}"), (b"{{!", b"}}"))
"""Delimiters of server code, and of comments that the server removes."""

_PRINTING = (b"<%=", b"<%-", b"<%~", b"<?=", b"<?xml", b"<%@")


def is_exposed(key: Surroundings) -> bool:
    """Return whether a browser receives the key."""
    if _is_public_variable(key):
        return True
    if key.extension in _PAGES:
        return not _is_in_server_code(key)
    if key.extension in _TEMPLATES:
        return _renders_pages(key) and not _is_in_server_code(key)
    if key.extension in SCRIPTS or key.extension in _COMPONENTS:
        return _is_browser_script(key)
    if key.name == "manifest.json" and b'"manifest_version"' in key.head:
        return True
    if key.extension in _SERVED_TYPES and key.is_below(*_SERVED):
        return True
    return _is_in_page_script(key) and key.extension not in ("md", "rst", "adoc", "txt", "ipynb")


def _is_public_variable(key: Surroundings) -> bool:
    """Check the last variable on the line; on the line before, if the line is just a value."""
    start, end = key.find_line_start(key.start), key.start
    if start == end:
        return False
    if start and _BARE_VALUE.match(key.content, start, end):
        start, end = key.find_line_start(start - 1), start - 1
    if key.content.find(b"_", start, end) < 0:  # no variable; its pattern takes longer
        return False
    if not key.searches.of(_PUBLIC_VARIABLE).find_first(start, end):
        return False
    start = max(start, key.content.rfind(b";", start, end) + 1)
    return _PUBLIC_VARIABLE.match(key.find_last(_NAME, start, end)) is not None


def _renders_pages(key: Surroundings) -> bool:
    if key.extension not in _PLAIN_TEMPLATES:
        return True
    inner = key.name.removesuffix(f".{key.extension}").rpartition(".")[2]
    return inner in _PAGES or inner in SCRIPTS or _is_in_page_script(key)


def _is_in_server_code(key: Surroundings) -> bool:
    for opening, closing in _SERVER_BLOCKS:
        at = key.before.rfind(opening)
        if at >= 0 and closing not in key.before[at:]:
            return not _is_printed(key.before[at:], key.extension)
    if key.extension in _INDENTED:
        return key.line.lstrip().startswith((b"-", b"//-"))
    if key.extension == "cshtml":
        return _is_open(rb"@(?:functions\s*)?\{", key.before)
    if key.extension not in ("php", "phtml"):
        return False
    # The code starts before the text that is read before the key.
    return b"<?" not in key.before and b"?>" not in key.before and b"<?" in key.head[:64]


def _is_printed(code: bytes, extension: str) -> bool:
    """Return whether server code that starts like this prints its value into the page."""
    if extension in ("erb", "rhtml") and code.startswith(b"<%-"):  # in EJS it prints the value
        return False
    return code.startswith(_PRINTING) or re.match(rb"<\?php\s+(?:echo|print)\b", code) is not None


def _is_in_page_script(key: Surroundings) -> bool:
    """Return whether a `<script>` is open, in a page or in a string that holds one."""
    if not key.searches.has(b"<script"):
        return False
    at = key.before.rfind(b"<script")
    return at >= 0 and b"</script" not in key.before[at:] and b"</script" in key.after


def _is_browser_script(key: Surroundings) -> bool:
    """Return whether JavaScript, or code that compiles to it, runs in the browser."""
    if _TESTS.search(key.path):
        return False
    directive = _DIRECTIVE.match(key.head)
    if directive:
        return directive[1] == b"client"
    if _SERVER_NAMES.search(key.name) or _is_rendered_on_server(key):
        return False
    if key.extension == "astro" and key.head.startswith(b"---"):
        return b"\n---" in key.before
    if key.extension in _COMPONENTS:
        is_server_script = key.extension in SCRIPTS and key.is_below(*_SERVERS)
        return not is_server_script and not _is_server_function(key)
    for name, block in _PUBLIC_BLOCKS.items():
        if key.name.startswith(name):
            return _is_open(block, key.before)
    return not key.is_below(*_SERVERS) and _is_plain_browser_script(key)


def _is_plain_browser_script(key: Surroundings) -> bool:
    if _BUNDLE_NAMES.search(key.name) or key.is_below(*_BUNDLES) or _is_in_page_script(key):
        return True
    if key.is_below(_BUILT):
        return not _is_built_for_node(key)
    if not key.is_near(_PAGE_CODE, _PAGE_WORDS):
        return False
    return not (key.is_in_head(_NODE_CODE) or key.is_near(_NODE_CODE))


def _is_built_for_node(key: Surroundings) -> bool:
    """Return whether a build result is a package or a server, not a bundle."""
    if key.extension in ("cjs", "cts") or key.is_below(*_BUILT_FOR_NODE):
        return True
    return key.is_in_head(_PACKAGE) or key.is_in_head(_NODE_CODE)


def _is_rendered_on_server(key: Surroundings) -> bool:
    return key.is_below("/app/") and _NEXT_SERVER.search(key.name) is not None


def _is_server_function(key: Surroundings) -> bool:
    return _SERVER_FUNCTION.search(key.find_last_before(_DECLARATION)) is not None


def _is_open(block: bytes, before: bytes) -> bool:
    """Return whether a block that starts like this is still open."""
    for start in list(re.finditer(block, before))[-8:]:
        inside = before[start.end() :]
        if inside.count(b"{") >= inside.count(b"}"):
            return True
    return False

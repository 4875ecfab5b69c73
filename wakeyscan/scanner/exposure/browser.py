"""What a browser gets: pages, their scripts, bundles, and variables that builds put into them."""

from __future__ import annotations

import re

from wakeyscan.core.finding import Exposure
from wakeyscan.scanner.exposure.surroundings import SCRIPTS, Surroundings

EXPOSURE = Exposure.CLIENT_SIDE

# Build tools copy variables of these names into what the browser gets; each is from its
# documentation. `MY_PUBLIC_KEY` is none of them: a name has to begin so.
_VARIABLES = (
    "NEXT_PUBLIC",  # Next.js, Blitz
    "VITE",  # Vite, and what is built on it: SolidStart, TanStack Start, Analog, Laravel
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
    "WXT",  # the same
    "SNOWPACK_PUBLIC",
    "GRIDSOME",
    "SANITY_STUDIO",
    "RAZZLE",
    "PREACT_APP",
    "UMI_APP",
    "TARO_APP",
    "ELM_APP",
    "REDWOOD_ENV",
    "RENDERER_VITE",  # electron-vite, as the next two
    "PRELOAD_VITE",
    "MAIN_VITE",
)
_VARIABLE = re.compile(rf"(?:{'|'.join(_VARIABLES)})_\w".encode())
_NAME = re.compile(rb"(?<![A-Za-z0-9_])[A-Z][A-Z0-9_]+\w*")
_BARE_VALUE = re.compile(rb"\s*-?\s*\"?value\"?\s*[:=]")

_PAGES = frozenset(["html", "htm", "xhtml", "shtml", "svg", "css", "map", "wasm", "webmanifest"])
_TEMPLATES = frozenset(
    [
        *("ejs", "hbs", "handlebars", "mustache", "pug", "jade", "njk", "liquid", "twig", "jinja"),
        *("jinja2", "j2", "jsp", "cshtml", "razor", "erb", "rhtml", "haml", "slim", "eex", "heex"),
        *("php", "phtml", "asp", "aspx", "ascx", "gohtml", "tmpl", "ftl", "mako", "blade"),
    ]
)
"""What a server makes pages of: its own code in there stays with it."""

_PLAIN_TEMPLATES = frozenset(["j2", "jinja", "jinja2", "tmpl", "erb", "mako"])
"""Those that make anything, not just pages: `nginx.conf.j2`; the name before says what."""

_INDENTED = frozenset(["pug", "jade", "haml", "slim"])
"""Those in which a dash begins a line of code, or a comment that is kept."""

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
_BUNDLE_NAMES = re.compile(
    r"\.(?:min|bundle|chunk|umd|iife|user|client)\.[mc]?[jt]sx?$|[.-][0-9a-f]{8,20}\.m?js$"
    r"|^(?:sw|service-?worker|ngsw-worker|firebase-messaging-sw|workbox-[\w-]+)\.[jt]s$"
    r"|^(?:content[-_]?script|bookmarklet)s?\.[jt]s$"
)
_SERVERS = (
    *("/server/", "/servers/", "/backend/", "/lambda/", "/lambdas/", "/.next/server/"),
    *("/pages/api/", "/app/api/", "/netlify/functions/", "/supabase/functions/"),
)
_SERVER_NAMES = re.compile(
    r"\.server\.[mc]?[jt]sx?$|^(?:route|middleware|\+server|\+page\.server|\+layout\.server)\.[jt]sx?$"
)
_TESTS = re.compile(r"[._-](?:test|spec|cy|e2e)\.[mc]?[jt]sx?$|/__tests__/|/__mocks__/")
_NEXT_SERVER = re.compile(r"^(?:page|layout|template|default|not-found)\.[jt]sx?$")
"""Components that Next.js renders on the server unless they say otherwise."""

_DIRECTIVE = re.compile(rb"(?>\s|//[^\n]*\n|/\*.*?\*/)*+[\"']use (client|server)[\"']", re.DOTALL)
_DECLARATION = re.compile(rb"^(?:export|async|function|const|let|var|class)\b[^\n]*", re.MULTILINE)
_ON_SERVER = re.compile(
    rb"\b(?:getServerSideProps|getStaticProps|getStaticPaths|getInitialData)\b"
    rb"|^export\s+(?:async\s+)?(?:function|const)\s+(?:loader|action|headers)\b"
)
"""Functions that builds take out of what the browser gets: Next.js, Remix and React Router."""

_PAGE_CODE = re.compile(
    rb"\bdocument\.(?:get|query|create|cookie|body|head|add|forms|location|ready|write|on)"
    rb"|\bwindow\.(?:location|fetch|add|open|local|session|on|document|post|\w+\s*=[^=])"
    rb"|\b(?:localStorage|sessionStorage)\.|\bnew XMLHttpRequest\b|\bnavigator\.(?:service|send)"
    rb"|\$\(document\)|\$\.(?:ajax|get|post|getJSON)\(|\bself\.(?:addEventListener|clients)\b"
    rb"|\b(?:chrome|browser)\.(?:runtime|storage|tabs|action|scripting|webRequest)\."
)
_PAGE_WORDS = (
    *(b"document", b"window.", b"Storage.", b"XMLHttpRequest", b"navigator.", b"$."),
    *(b"self.", b"chrome.", b"browser."),
)
"""One of these is in whatever the pattern above matches; they cost a twentieth of it."""

_NODE_CODE = re.compile(
    rb"\A#!|\brequire\(['\"](?:node:|fs|path|http|https|os|child_process|express|puppeteer|playwright"
    rb"|jsdom|cheerio|koa|fastify)\b|\bfrom\s+['\"](?:node:|fs|express|puppeteer|playwright|jsdom"
    rb"|fastify|koa)\b|\bprocess\.(?:argv|exit)\b|\bpage\.evaluate\("
)
_PACKAGE = re.compile(rb"^(?:module\.)?exports\b|\bObject\.defineProperty\(exports\b", re.MULTILINE)
_BLOCKS = {
    "nuxt.config": rb"\bpublic\s*:\s*\{",
    "next.config": rb"\b(?:publicRuntimeConfig|env)\s*:\s*\{",
    "vite.config": rb"\bdefine\s*:\s*\{",
    "astro.config": rb"\bdefine\s*:\s*\{",
    "webpack": rb"\bDefinePlugin\(\s*\{",
    "rspack.config": rb"\bDefinePlugin\(\s*\{",
    "gatsby-config": rb"\bsiteMetadata\s*:\s*\{",
}
"""Of the configuration of a build, the part that it puts into what the browser gets."""

_MARKS = ((b"<%", b"%>"), (b"<?", b"?>"), (b"{%", b"%}"), (b"{#", b"#}"), (b"{{!", b"}}"))
"""What a server's own code, or a comment that it keeps to itself, stands between."""

_PRINTS = (b"<%=", b"<%-", b"<%~", b"<?=", b"<?xml", b"<%@")


def is_exposed(spot: Surroundings) -> bool:
    """Say whether a browser gets to see what stands at a spot."""
    if _is_public_variable(spot):
        return True
    if spot.kind in _PAGES:
        return not _is_in_server_code(spot)
    if spot.kind in _TEMPLATES:
        return _makes_pages(spot) and not _is_in_server_code(spot)
    if spot.kind in SCRIPTS or spot.kind in _COMPONENTS:
        return _is_sent(spot)
    if spot.name == "manifest.json" and b'"manifest_version"' in spot.head:
        return True
    if spot.kind in _SERVED_TYPES and spot.passes(*_SERVED):
        return True
    return _is_in_page_script(spot) and spot.kind not in ("md", "rst", "adoc", "txt", "ipynb")


def _is_public_variable(spot: Surroundings) -> bool:
    """Look at the name on the line, or on the one before where there is just the value on it."""
    lines = spot.before.rsplit(b"\n", 2)
    bare = len(lines) > 1 and _BARE_VALUE.match(spot.line)
    names = _NAME.findall((lines[-2] if bare else spot.line).rpartition(b";")[2])
    return bool(names) and _VARIABLE.match(names[-1]) is not None


def _makes_pages(spot: Surroundings) -> bool:
    if spot.kind not in _PLAIN_TEMPLATES:
        return True
    inner = spot.name.removesuffix(f".{spot.kind}").rpartition(".")[2]
    return inner in _PAGES or inner in SCRIPTS or _is_in_page_script(spot)


def _is_in_server_code(spot: Surroundings) -> bool:
    for mark, closing in _MARKS:
        at = spot.before.rfind(mark)
        if at >= 0 and closing not in spot.before[at:]:
            return not _is_printed(spot.before[at:], spot.kind)
    if spot.kind in _INDENTED:
        return spot.line.lstrip().startswith((b"-", b"//-"))
    if spot.kind == "cshtml":
        return _is_open(rb"@(?:functions\s*)?\{", spot.before)
    long = b"<?" not in spot.before and b"?>" not in spot.before and b"<?" in spot.head[:64]
    return long and spot.kind in ("php", "phtml")


def _is_printed(code: bytes, kind: str) -> bool:
    """Say whether what begins like this puts its value into the page."""
    if kind in ("erb", "rhtml") and code.startswith(b"<%-"):  # in EJS it prints
        return False
    return code.startswith(_PRINTS) or re.match(rb"<\?php\s+(?:echo|print)\b", code) is not None


def _is_in_page_script(spot: Surroundings) -> bool:
    """Say whether a `<script>` is open, in a page or in whatever holds the text of one."""
    at = spot.before.rfind(b"<script")
    return at >= 0 and b"</script" not in spot.before[at:] and b"</script" in spot.after


def _is_sent(spot: Surroundings) -> bool:
    """Say whether a program in JavaScript, or what becomes one, is for the browser."""
    if _TESTS.search(spot.path):
        return False
    directive = _DIRECTIVE.match(spot.head)
    if directive:
        return directive[1] == b"client"
    if _SERVER_NAMES.search(spot.name) or _is_rendered_on_server(spot):
        return False
    if spot.kind == "astro" and spot.head.startswith(b"---"):
        return b"\n---" in spot.before
    if spot.kind in _COMPONENTS:
        return not (spot.passes(*_SERVERS) and spot.kind in SCRIPTS) and not _is_on_server(spot)
    if block := next((text for name, text in _BLOCKS.items() if spot.name.startswith(name)), b""):
        return _is_open(block, spot.before)
    if spot.passes(*_SERVERS):
        return False
    if _BUNDLE_NAMES.search(spot.name) or spot.passes(*_BUNDLES) or _is_in_page_script(spot):
        return True
    if spot.passes(_BUILT):
        return not _is_built_for_node(spot)
    around = spot.before + spot.after
    if not any(word in around for word in _PAGE_WORDS):
        return False
    return _PAGE_CODE.search(around) is not None and not _NODE_CODE.search(spot.head + around)


def _is_built_for_node(spot: Surroundings) -> bool:
    """Say whether what was built is a package, or a server, and no bundle."""
    if spot.kind in ("cjs", "cts") or spot.passes(*_BUILT_FOR_NODE):
        return True
    return bool(_PACKAGE.search(spot.head) or _NODE_CODE.search(spot.head))


def _is_rendered_on_server(spot: Surroundings) -> bool:
    return spot.passes("/app/") and _NEXT_SERVER.search(spot.name) is not None


def _is_on_server(spot: Surroundings) -> bool:
    declared = _DECLARATION.findall(spot.before)
    return bool(declared) and _ON_SERVER.search(declared[-1]) is not None


def _is_open(block: bytes, before: bytes) -> bool:
    """Say whether a block that begins like this is not closed yet."""
    for found in list(re.finditer(block, before))[-8:]:
        inside = before[found.end() :]
        if inside.count(b"{") >= inside.count(b"}"):
            return True
    return False

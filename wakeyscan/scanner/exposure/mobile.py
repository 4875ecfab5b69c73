"""What everybody has who has an app: mobile, desktop, games. It can be unpacked."""

from __future__ import annotations

import re

from wakeyscan.core.document import MEMBER_SEPARATOR
from wakeyscan.core.finding import Exposure
from wakeyscan.scanner.exposure.surroundings import SCRIPTS, Surroundings

EXPOSURE = Exposure.CLIENT_SIDE

_PACKAGES = (
    *("apk", "apks", "apkm", "xapk", "aab", "ipa", "hap", "appx", "appxbundle", "msix"),
    *("msixbundle", "crx", "xpi", "asar", "vsix"),
)
"""What an app comes in. A jar, a wheel or a package of NuGet may be a server's."""

_TYPES = frozenset(
    [
        *_PACKAGES,
        *("plist", "xcconfig", "storyboard", "xib", "entitlements", "swift", "dart", "arb"),
        *("xaml", "unity", "prefab", "asset", "gd", "tscn", "tres"),
    ]
)
_INSIDE = tuple(f".{package}{MEMBER_SEPARATOR}" for package in _PACKAGES)
_PARTS = (
    *("/res/values", "/res/raw/", "/res/xml/", "/src/main/assets/", "/flutter_assets/"),
    *("/streamingassets/", "/assets/resources/"),
)
_NAMES = frozenset(
    [
        *("androidmanifest.xml", "strings.xml", "google-services.json", "local.properties"),
        *("tauri.conf.json", "capacitor.config.json", "capacitor.config.ts", "ionic.config.json"),
    ]
)
_EXPO = ("app.json", "app.config.js", "app.config.ts")
_GRADLE = re.compile(rb"\b(?:buildConfigField|resValue|manifestPlaceholders)\b")
_APP_CODE = re.compile(
    rb"(?:from|require\()\s*['\"](?:react-native|expo|electron|@capacitor|@ionic|@tauri-apps)\b"
)
_ANDROID = re.compile(rb"^import\s+(?:android|androidx)\.", re.MULTILINE)
_APPLE = re.compile(rb"@implementation\b|@interface\b|#import\s+[<\"]|@property\b|\bNSString\b")
_SWIFT_SERVER = re.compile(rb"^import\s+(?:Vapor|Hummingbird|Kitura|NIO\w*)\b", re.MULTILINE)
_DART_SERVER = re.compile(rb"package:(?:shelf|dart_frog|serverpod|angel3?_framework)\b")


def is_exposed(spot: Surroundings) -> bool:
    """Say whether what stands at a spot is a part of an app."""
    if spot.passes(*_INSIDE):
        return True
    if spot.kind in ("swift", "dart"):
        return not _is_server(spot)
    if spot.kind in _TYPES or spot.name in _NAMES or spot.passes(*_PARTS):
        return True
    if spot.passes("/assets/") and (spot.kind == "env" or spot.name.startswith(".env")):
        return True  # a Flutter app's, as flutter_dotenv wants it
    return _is_app_code(spot)


def _is_server(spot: Surroundings) -> bool:
    if spot.name == "package.swift" or spot.passes("/server/", "/backend/"):
        return True
    return bool(_SWIFT_SERVER.search(spot.head) or _DART_SERVER.search(spot.head))


def _is_app_code(spot: Surroundings) -> bool:
    if spot.kind in SCRIPTS:
        expo = spot.name in _EXPO and b"expo" in spot.head
        return expo or (_APP_CODE.search(spot.head) is not None and ".test." not in spot.name)
    if spot.kind in ("java", "kt"):
        return _ANDROID.search(spot.head) is not None
    if spot.kind in ("m", "mm"):
        return _APPLE.search(spot.head + spot.before) is not None
    if spot.kind in ("gradle", "kts"):
        return _GRADLE.search(spot.line) is not None
    if spot.kind == "cs":  # Unity's scripts are below Assets
        return spot.passes("/assets/") and b"UnityEngine" in spot.head
    if spot.name == "config.xml":  # Cordova's
        return b"<widget" in spot.head
    return spot.name == "app.json" and b'"expo"' in spot.head + spot.before

"""Exposure rule for apps (mobile, desktop, games): every user can unpack them."""

from __future__ import annotations

import re

from wakeyscan.core.document import MEMBER_SEPARATOR
from wakeyscan.core.finding import Exposure
from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.exposure.surroundings import SCRIPTS, Surroundings

_PACKAGES = (
    *("apk", "apks", "apkm", "xapk", "aab", "ipa", "hap", "appx", "appxbundle", "msix"),
    *("msixbundle", "crx", "xpi", "asar", "vsix"),
)
"""Extensions of app packages; without jar, wheel and NuGet, which may belong to a server."""

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
_GRADLE = lazy_pattern(rb"\b(?:buildConfigField|resValue|manifestPlaceholders)\b")
_APP_CODE = lazy_pattern(
    rb"(?:from|require\()\s*['\"](?:react-native|expo|electron|@capacitor|@ionic|@tauri-apps)\b"
)
_ANDROID = lazy_pattern(rb"^import\s+(?:android|androidx)\.", re.MULTILINE)
_APPLE = lazy_pattern(rb"@implementation\b|@interface\b|#import\s+[<\"]|@property\b|\bNSString\b")
_SWIFT_SERVER = lazy_pattern(rb"^import\s+(?:Vapor|Hummingbird|Kitura|NIO\w*)\b", re.MULTILINE)
_DART_SERVER = lazy_pattern(rb"package:(?:shelf|dart_frog|serverpod|angel3?_framework)\b")


class _AppRule:
    """Files that are a part of an app, by their path or by their first lines."""

    EXPOSURE = Exposure.CLIENT_SIDE
    BY_FILE = True

    def is_exposed(self, key: Surroundings) -> bool:
        """Return whether the file is a part of an app."""
        if key.is_below(*_INSIDE):
            return True
        if key.extension in ("swift", "dart"):
            return not _is_server(key)
        if key.extension in _TYPES or key.name in _NAMES or key.is_below(*_PARTS):
            return True
        if key.is_below("/assets/") and (key.extension == "env" or key.name.startswith(".env")):
            return True  # a Flutter app with flutter_dotenv
        return _is_app_code(key)


class _AppSettingRule:
    """Settings that a build copies into an app, and code of Apple's platforms."""

    EXPOSURE = Exposure.CLIENT_SIDE
    BY_FILE = False

    def is_exposed(self, key: Surroundings) -> bool:
        """Return whether the key is in such a setting, or follows such code."""
        if key.extension in ("m", "mm"):
            return key.is_in_head(_APPLE) or bool(key.find_last_before(_APPLE))
        if key.extension in ("gradle", "kts"):
            return _GRADLE.search(key.line) is not None
        return key.name == "app.json" and b'"expo"' in key.head + key.before


def _is_server(key: Surroundings) -> bool:
    if key.name == "package.swift" or key.is_below("/server/", "/backend/"):
        return True
    return bool(key.is_in_head(_SWIFT_SERVER) or key.is_in_head(_DART_SERVER))


def _is_app_code(key: Surroundings) -> bool:
    if key.extension in SCRIPTS:
        expo = key.name in _EXPO and b"expo" in key.head
        return expo or (key.is_in_head(_APP_CODE) and ".test." not in key.name)
    if key.extension in ("java", "kt"):
        return key.is_in_head(_ANDROID)
    if key.extension == "cs":  # scripts of Unity are below Assets
        return key.is_below("/assets/") and b"UnityEngine" in key.head
    return key.name == "config.xml" and b"<widget" in key.head  # Cordova


APP = _AppRule()
APP_SETTING = _AppSettingRule()

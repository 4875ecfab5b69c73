"""Components of an installation: libraries that are needed, that are faster, or that open more."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from importlib.util import find_spec

from wakeyscan.audit.native_packs import has_native_core
from wakeyscan.core.typing import NamedTuple


def _fit_always() -> bool:
    return True


class Component(NamedTuple):
    """A library that wakeyscan uses."""

    module: str
    distribution: str
    purpose: str
    is_required: bool = False
    install: str = ""
    """Name to install; empty: the distribution."""
    fits: Callable[[], bool] = _fit_always
    """Returns whether what is installed is of a version that can be used."""

    @property
    def version(self) -> str:
        """Version that is installed; empty if the library is missing."""
        if not _exists(self.module):
            return ""
        try:
            return metadata.version(self.distribution)
        except metadata.PackageNotFoundError:
            return "unknown version"

    @property
    def command(self) -> str:
        """Command that installs it."""
        upgrade = "--upgrade " if self.version else ""
        return f"pip install {upgrade}'{self.install or self.distribution}'"

    @property
    def state(self) -> str:
        """Note for the user, in a few words."""
        if not self.version:
            return f"not installed; it {self.purpose}"
        if not self.fits():
            return f"{self.version}: not used, made for another wakeyscan; it {self.purpose}"
        return f"{self.version}: {self.purpose}"


ACCELERATORS = (
    Component("hyperscan", "hyperscan", "searches large files about five times faster"),
    Component("isal", "isal", "inflates the objects of an audit faster"),
    Component("wakeyscan_native", "wakeyscan-native", "reads the packs of an audit faster",
              install="wakeyscan[native]", fits=has_native_core),
)  # fmt: skip
_ARCHIVES = "wakeyscan[archives]"
_EXTRAS = (
    Component("py7zr", "py7zr", "opens 7-Zip archives", install=_ARCHIVES),
    Component("inflate64", "inflate64", "opens Deflate64 in zip files", install=_ARCHIVES),
    Component("pypdf", "pypdf", "opens PDFs that are encrypted without a password",
              install="wakeyscan[pdf]"),
    Component("distributed", "distributed", "runs a fleet on a cluster",
              install="wakeyscan[fleet]"),
)  # fmt: skip
_REQUIRED = (
    Component("regex", "regex", "matches the rules", is_required=True),
    Component("click", "click", "prints help and errors", is_required=True),
    Component("git", "GitPython", "clones the URL of an audit", is_required=True),
    Component("dulwich", "dulwich", "applies the deltas of an audit", is_required=True),
    Component("sarif_om", "sarif-om", "writes SARIF reports", is_required=True),
    Component("jinja2", "Jinja2", "writes HTML reports and templates", is_required=True),
    Component("pathspec", "pathspec", "matches the patterns of 'exclude'", is_required=True),
    Component("yaml", "PyYAML", "locates findings in YAML documents", is_required=True),
)


def list_components() -> Iterator[Component]:
    """Yield all components: required ones first."""
    yield from _REQUIRED
    if sys.version_info < (3, 14):
        yield Component("backports.zstd", "backports.zstd", "opens Zstandard", is_required=True)
    yield from ACCELERATORS
    yield from _EXTRAS


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of the package around it
        return False

"""Configuration of the documentation site: `make docs` builds it, strictly and without network."""

from __future__ import annotations

from wakeyscan import __version__

project = "wakeyscan"
author = "The authors of wakeyscan"
release = __version__

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"wakeyscan {__version__}"
html_show_copyright = False

myst_enable_extensions = ["colon_fence"]
# GitHub gives every heading an anchor, and links between pages use those.
myst_heading_anchors = 3
nitpicky = True

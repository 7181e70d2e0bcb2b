"""Modules that captured the page's fetch or XMLHttpRequest at their import: re-pointing them."""

from __future__ import annotations

import sys

# Module, its own name for it, and the global that it captured.
_CAPTURED = (
    ("pyodide.http._pyfetch", "_jsfetch", "fetch"),
    ("pyodide.http", "XMLHttpRequest", "XMLHttpRequest"),
    ("pyodide.http.pyxhr", "XMLHttpRequest", "XMLHttpRequest"),
)


def repoint() -> None:
    """Make ``pyodide.http`` use the page's current ones; where it is not loaded yet, it will."""
    import js

    for name, attribute, captured in _CAPTURED:
        module = sys.modules.get(name)
        if module is not None and hasattr(module, attribute):
            setattr(module, attribute, getattr(js, captured))

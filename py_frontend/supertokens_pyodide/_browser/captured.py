"""Modules that captured the page's fetch when they were imported: re-pointing them, and back."""

from __future__ import annotations

import sys
from typing import Any


def repoint(fetch: Any) -> None:
    """Make ``pyodide.http`` use this fetch; where it is not loaded yet, it will find it itself."""
    for name in ("pyodide.http._pyfetch", "pyodide.http"):
        module = sys.modules.get(name)
        if module is not None and hasattr(module, "_jsfetch"):
            setattr(module, "_jsfetch", fetch)  # noqa: B010 - mypy knows no such attribute

"""The facts about this interpreter, for ``diagnose()``."""

from __future__ import annotations

import json
import sys

from .captured import CapturedModules


def interpreter_facts(modules: CapturedModules) -> str:
    """JSON of versions, and of how the loaded HTTP clients reach the browser."""
    import pyodide

    return json.dumps(
        {
            "package": _package_version(),
            "pyodide": pyodide.__version__,
            "python": ".".join(map(str, sys.version_info[:3])),
            "clients": modules.covered(),
        }
    )


def _package_version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # slow to import

    try:
        return version("supertokens-pyodide")
    except PackageNotFoundError:  # put on sys.path without installation
        return "unknown"

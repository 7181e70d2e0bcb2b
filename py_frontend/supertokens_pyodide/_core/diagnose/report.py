"""What a page tells of itself, and what diagnose() makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypedDict


class Facts(TypedDict):
    """What the shim tells of its page or worker, and the package of its interpreter."""

    secureContext: bool
    isolated: bool
    worker: bool
    frame: Literal["none", "same-origin", "cross-origin"]
    #: Where a cookie with our attributes was kept, if anywhere.
    kept: Literal["cookies", "localStorage", "memory", "indexedDB", "cookieHandler"] | None
    storage: bool
    locks: bool
    #: Whether what we put in place of these globals is there still.
    patched: dict[str, bool]
    otherSdk: bool
    shim: str
    package: str
    pyodide: str | None
    python: str
    #: Whether the modules of HTTP clients that are loaded go through the page's globals.
    clients: dict[str, bool]
    #: Whether the browser asks the API before it sends a script's User-Agent header there.
    asksForUserAgent: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    ``code`` is stable; ``ok`` is None where nobody can tell; ``hint`` says what to do if it is not.
    """

    code: str
    ok: bool | None
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class DiagnosticReport:
    """What ``diagnose()`` has found: ``ok`` unless one of the ``findings`` is not.

    ``versions`` are those of the package, the shim, Pyodide and Python; ``options`` those in force.
    """

    ok: bool
    findings: list[Finding]
    versions: dict[str, str | None]
    options: dict[str, Any]

"""The facts that a page reports, and the report that diagnose() makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypedDict


class Facts(TypedDict):
    """The facts that the shim reports about its page or worker, and the package about Python."""

    secureContext: bool
    isolated: bool
    worker: bool
    frame: Literal["none", "same-origin", "cross-origin"]
    #: The place where a cookie with our attributes was kept, if any.
    kept: Literal["cookies", "localStorage", "memory", "indexedDB", "cookieHandler"] | None
    storage: bool
    locks: bool
    #: Whether our replacements of these globals are still there.
    patched: dict[str, bool]
    otherSdk: bool
    shim: str
    package: str
    pyodide: str | None
    python: str
    #: Whether the loaded modules of HTTP clients use the page's globals.
    clients: dict[str, bool]
    #: Whether the browser asks the API's permission to send a script's User-Agent header.
    asksForUserAgent: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One check.

    ``code`` is stable; ``ok`` is None if the result is unknown; ``hint`` is the remedy if not ok.
    """

    code: str
    ok: bool | None
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class DiagnosticReport:
    """The result of ``diagnose()``: ``ok`` is False if one of the ``findings`` is not ok.

    ``versions`` are those of the package, the shim, Pyodide and Python; ``options`` are in force.
    """

    ok: bool
    findings: list[Finding]
    versions: dict[str, str | None]
    options: dict[str, Any]

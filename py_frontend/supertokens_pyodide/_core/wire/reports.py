"""Reports, which are the results of calls that are dataclasses, as data for JavaScript."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..config.options import to_javascript
from ..config.spelling import for_javascript


def write_report(report: Any) -> dict[str, Any]:
    """A SessionStatus or DiagnosticReport as data, with JavaScript's names in its texts."""
    data = asdict(report)
    for part in (data, *data.get("findings", ())):
        for name in ("reason", "message", "hint"):
            if part.get(name):
                part[name] = for_javascript(part[name])
    if "options" in data:
        data["options"] = to_javascript(data["options"])
    return data

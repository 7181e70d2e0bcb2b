"""The results of calls that are dataclasses, as data with JavaScript's names."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from ..config.options import to_javascript
from ..config.spelling import for_javascript
from ..diagnose.report import DiagnosticReport
from ..session.status import SessionStatus


def write_report(value: object) -> dict[str, Any] | None:
    """A report as data; None for any other value."""
    match value:
        case SessionStatus(status, reason):
            return {"status": status, "reason": reason and for_javascript(reason)}
        case DiagnosticReport(findings=findings, options=options):
            spelled = [
                replace(
                    finding,
                    message=for_javascript(finding.message),
                    hint=for_javascript(finding.hint),
                )
                for finding in findings
            ]
            return asdict(replace(value, findings=spelled, options=to_javascript(options)))
        case _:
            return None

"""The conformance vectors: what supertokens-website does, as tables that running it has made.

Where we differ on purpose, differences.py says so, and says what we do instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.conftest import ROOT
from tests.each import each

VECTORS = ROOT / "tests" / "vectors"

Row = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """Rows of a table where we differ, and why; ``ours`` makes what we do of what they do.

    ``rows`` are ids, in which ``*`` matches anything; or a function that selects rows.
    """

    table: str
    rows: tuple[str, ...] | Callable[[Row], bool]
    reason: str
    ours: Callable[[Any], Any]

    def covers(self, row: Row) -> bool:
        if callable(self.rows):
            return self.rows(row)
        return any(is_like(pattern, row["id"]) for pattern in self.rows)


def is_like(pattern: str, id: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), id, re.DOTALL) is not None


def becomes(value: Any) -> Callable[[Any], Any]:
    """What we do instead, in every case."""
    return lambda theirs: value


def table(name: str) -> Any:
    """A table, with its front tokens where it shows their names."""
    text = (VECTORS / f"{name}.json").read_text("utf-8")
    for token, encoded in json.loads(text).get("tokens", {}).items():
        text = text.replace(f"<{token}>", encoded)
    return json.loads(text)


def each_row(name: str, select: Callable[[Row], bool] = lambda row: True) -> Callable[..., Any]:
    """Run a test for each row of a table."""
    rows = [row for row in table(name)["rows"] if select(row)]
    return each("row", rows, lambda row: row["id"])


def expected(name: str, row: Row) -> Any:
    """What we do where they do ``row["expected"]``: the same, unless a difference is listed."""
    from tests.unit.differences import DIFFERENCES

    value = row["expected"]
    for difference in DIFFERENCES:
        if difference.table == name and difference.covers(row):
            ours = difference.ours(value)
            assert ours != value, f"this is no difference any more: {difference.reason}"
            value = ours
    return value

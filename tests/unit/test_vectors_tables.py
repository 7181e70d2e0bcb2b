"""The conformance vectors themselves: made by the package, and never by hand.

`make check` compares them with what the package does.
"""

import json

import pytest

from tests.conftest import ROOT
from tests.unit.differences import DIFFERENCES
from tests.unit.vectors import VECTORS, expected, is_like, table

NAMES = sorted(path.stem for path in VECTORS.glob("*.json"))


@pytest.mark.parametrize("name", NAMES)
def test_a_table_names_the_pinned_package(name):
    pinned = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    made_with = table(name)
    assert pinned[made_with["package"]] == made_with["version"]


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.reason)
def test_each_listed_difference_has_its_rows(difference):
    rows = table(difference.table)["rows"]
    if callable(difference.rows):
        assert any(map(difference.rows, rows))
    else:
        for pattern in difference.rows:
            assert any(is_like(pattern, row["id"]) for row in rows), pattern
    assert difference.reason.endswith(".")


def test_a_listed_row_that_does_not_differ_is_noticed():
    difference = next(each for each in DIFFERENCES if each.table == "urls")
    row = next(row for row in table("urls")["rows"] if difference.covers(row))
    assert expected("urls", row) != row["expected"]
    with pytest.raises(AssertionError, match="no difference any more"):
        expected("urls", {**row, "expected": expected("urls", row)})

"""The list of differences is the one of docs/differences.md, and holds together."""

import re

import pytest

from tests.browser.twins.differences import DIFFERENCES, Difference
from tests.browser.twins.scenarios import SCENARIOS
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "differences.md"
HEADING = "\n## What differs on purpose\n"


def test_the_documentation_lists_the_same_differences() -> None:
    section = PAGE.read_text("utf-8").split(HEADING)[1].split("\n## ")[0]
    entries = re.findall(r"^- (.*?)(?=\n- |\n\n|\Z)", section, re.MULTILINE | re.DOTALL)
    assert [" ".join(entry.split()) for entry in entries] == [each.text for each in DIFFERENCES]


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda each: each.text[:40])
def test_each_difference_is_shown_by_a_scenario_or_held_by_a_test(difference: Difference) -> None:
    shown_in = {*difference.twins, *([difference.anywhere[1]] if difference.anywhere else [])}
    assert shown_in or difference.tests
    cases = {
        name
        for scenario, reported in SCENARIOS.items()
        for name in (scenario, *(f"{scenario}, {client}" for client in reported.clients))
    }
    assert shown_in <= cases
    assert all((ROOT / test).is_file() for test in difference.tests)

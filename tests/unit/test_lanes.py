"""The tables of tests and engines (tests/browser/lanes.py) name tests that exist."""

import os
import subprocess
import sys

import pytest

from tests.browser.lanes import CANNOT, SELECTION, is_selected, matches, why_not
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def names() -> list[str]:
    """The browser tests of the files in the tables, as the tables name them."""
    files = {row.split("::")[0] for row, *_ in [*SELECTION, *CANNOT]}
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", *sorted(files)],
        cwd=ROOT / "tests" / "browser",
        env={**os.environ, "ENGINE": "chromium", "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [line.removeprefix("tests/browser/") for line in listed.splitlines() if "::" in line]


def test_each_row_is_about_a_test(names: list[str]) -> None:
    rows = [row for row, _ in SELECTION] + [row for row, _, _ in CANNOT]
    assert [row for row in rows if not any(matches(name, row) for name in names)] == []


def test_a_row_takes_brackets_as_they_are() -> None:
    assert matches("test_a.py::test_b[c-d]", "test_a.py::*[c-d]")
    assert not matches("test_a.py::test_bc", "test_a.py::*[c-d]")


def test_a_test_of_no_table_runs_in_chromium_only() -> None:
    assert not is_selected("test_a.py::test_b", "firefox")
    assert why_not("test_a.py::test_b", "firefox") is None

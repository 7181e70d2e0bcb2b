"""The shim's tests in Node, each as a test of pytest's; `npm run test:shim` runs them alone."""

import fcntl
import html
import os
import subprocess
import xml.etree.ElementTree as ElementTree
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT, TIMEOUT

HERE = Path(__file__).parent
REPORTS = ROOT / "build" / "shim-tests"


def run_node() -> str:
    """Node's report on all tests, as JUnit's XML."""
    files = sorted(str(path) for path in HERE.glob("*.test.mjs"))
    command = ["node", "--test", "--test-reporter=junit", *files]
    run = subprocess.run(command, capture_output=True, text=True, timeout=4 * TIMEOUT)
    assert run.stdout.rstrip().endswith("</testsuites>"), run.stdout + run.stderr
    return run.stdout


def shared_report() -> str:
    """The report, made once for all processes of one pytest-xdist run."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        return run_node()
    report = REPORTS / run
    REPORTS.mkdir(parents=True, exist_ok=True)
    with (REPORTS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not report.exists():
            for earlier in REPORTS.iterdir():
                if earlier.name != "lock":
                    earlier.unlink()
            report.write_text(run_node(), "utf-8")
        return report.read_text("utf-8")


@cache
def failures() -> dict[str, str | None]:
    """How each test failed, by its name; None if it passed."""
    found: dict[str, str | None] = {}

    def add(element: ElementTree.Element, names: tuple[str, ...]) -> None:
        names = (*names, html.unescape(element.get("name", "")))  # Node escapes some of it twice
        if element.tag == "testsuite":
            for child in element:
                add(child, names)
        elif element.tag == "testcase":
            failure = element.find("failure")
            name = ": ".join(names)
            assert name not in found, f"two tests have the name {name!r}"
            found[name] = None if failure is None else failure.text or failure.get("message")

    for element in ElementTree.fromstring(shared_report()):
        add(element, ())
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    metafunc.parametrize("name", list(failures()))


def test_in_node(name: str) -> None:
    failure = failures()[name]
    assert failure is None, failure

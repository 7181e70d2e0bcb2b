"""What all tests share."""

import itertools
import os
import sys
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest
from hypothesis.configuration import set_hypothesis_home_dir

from tests.browser.engines import (
    CHOSEN,
    browser,  # noqa: F401  fixtures and hooks
    choose,
    engine,  # noqa: F401
    engine_of,
    pytest_generate_tests,  # noqa: F401
    pytest_xdist_make_scheduler,  # noqa: F401
    summarise,
)

ROOT = Path(__file__).resolve().parents[1]
# Bytecode is kept, also if PYTHONDONTWRITEBYTECODE is set: else each process compiles all tests, in
# ten seconds. It is in build/: a __pycache__ changes the folders whose times make compares.
sys.dont_write_bytecode = False
sys.pycache_prefix = str(ROOT / "build" / "pycache")
#: How many seconds a test waits for anything. Far longer than it takes on a very busy machine: the
#: timeout only says that something hangs. A test as a whole has the longer timeout of pytest.
TIMEOUT = 120
BROWSER_TESTS = {ROOT / "tests" / "browser", ROOT / "tests" / "paths"}

# Each new HTTP client loads all certificate authorities, which takes 30 ms, and supertokens-python
# makes a client for each request. Tests and the processes that they start call plain HTTP only.
if not os.environ.get("TEST_CORE_URI", "").startswith("https:"):
    os.environ |= {"SSL_CERT_FILE": "", "SSL_CERT_DIR": os.devnull}

set_hypothesis_home_dir(ROOT / "build" / "hypothesis")
# No deadline: how long one example takes says little on a busy machine. With CI set the examples
# are the same every time, so that a run fails for what was changed.
hypothesis.settings.register_profile(
    "project",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    print_blob=True,
    derandomize=bool(os.environ.get("CI")),
)
hypothesis.settings.load_profile("project")


# The modules that take longest. A process gets whole modules: one that is begun last would run on
# while the other processes have nothing left to do.
LONGEST = [
    ROOT / "tests" / name
    for name in (
        "demo/test_command.py",
        "demo/test_statuses.py",
        "demo/test_refusals.py",
        "local_core/test_sdks.py",
        "demo/test_session_data.py",
        "types/test_types.py",
        "unit/test_release.py",
        "unit/test_decision_table.py",
        "browser/twins/test_twins.py",
        "paths/test_python.py",
        "paths/test_bundlers.py",
        "paths/test_tutorial.py",
        "browser/test_clients.py",
        "browser/test_boot.py",
        "browser/test_early.py",
        "browser/test_worker.py",
        "browser/test_worker_sharing.py",
        "browser/test_journey.py",
        "browser/test_xhr.py",
        "browser/test_worker_core.py",
        "browser/test_fast_boot.py",
        "browser/twins/test_interop.py",
        "browser/test_fetch.py",
        "browser/test_fetch_calls.py",
        "browser/test_xhr_conformance.py",
    )
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser tests and put them last, one engine after the other.

    Of each kind, the longest modules come first.

    Browser tests are last, because quick tests should fail first, and because Playwright's sync API
    keeps an event loop running in the main thread from its start on: `asyncio.run` fails there
    afterwards.
    """
    choose(items)
    for item in items:
        if in_browser(item):
            item.add_marker(pytest.mark.browser)
    ranks = {path: rank for rank, path in enumerate(LONGEST)}
    engines = {name: number for number, name in enumerate(CHOSEN)}
    items.sort(
        key=lambda item: (
            in_browser(item),
            engines.get(engine_of(item), 0),
            ranks.get(item.path, len(ranks)),
        )
    )


def in_browser(item: pytest.Item) -> bool:
    uses_it = "browser" in getattr(item, "fixturenames", ())
    return uses_it or not BROWSER_TESTS.isdisjoint(item.path.parents)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the engines, and how long each path from install to a signed-in page took."""
    summarise(terminalreporter)
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    paths = [one for one in reports if one.when == "call" and one.nodeid.startswith("tests/paths/")]
    if paths:
        terminalreporter.section("from install to a signed-in page")
    for report in sorted(paths, key=lambda report: report.nodeid):
        terminalreporter.write_line(f"{report.duration:6.1f} s  {report.nodeid}")


_numbers = itertools.count(1)


@pytest.fixture
def new_email() -> Callable[[], str]:
    return lambda: f"user{next(_numbers)}@example.com"


@pytest.fixture
def email(new_email: Callable[[], str]) -> str:
    return new_email()

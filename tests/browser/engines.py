"""The browser engines that tests run in, and the fixture `browser`.

ENGINE=firefox runs all tests that need a browser in Firefox. ENGINES="chromium firefox" runs them
in Chromium, and those of lanes.py in Firefox as well. By default they run in Chromium.
"""

import collections
import contextlib
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.browser.chromium import Profiles, launch_private
from tests.browser.lanes import is_selected, why_not
from tools.browsers import ENGINES, find

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserType

#: The engine for all tests, if there is one.
ENGINE = os.environ.get("ENGINE")
CHOSEN = [ENGINE] if ENGINE else (os.environ.get("ENGINES") or "chromium").replace(",", " ").split()
if unknown := set(CHOSEN) - set(ENGINES):
    raise SystemExit(f"no engine: {', '.join(unknown)}; there are {', '.join(ENGINES)}")

#: The names under .test that tests use, for engines that know no wildcards.
HOSTS = [
    "api.example.test",
    "one.example.test",
    "two.example.test",
    "www.example.test",
    "other.example.test",
    "www.notexample.test",
    "elsewhere.test",
    "app.shop.test",
    "shop.test",
]
FIREFOX_PREFERENCES: dict[str, str | float | bool] = {"network.dns.localDomains": ",".join(HOSTS)}


@contextlib.contextmanager
def open_browser(engine: str) -> Iterator["Browser"]:
    if engine == "webkit":
        from tests.browser.webkit import launch

        with launch() as browser:
            yield browser
        return
    # Imported here, since other tests need no browser.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        if engine == "firefox":
            browser = launch_firefox(playwright.firefox)
        else:
            browser = cast("Browser", Profiles(playwright.chromium))
        yield browser
        browser.close()


def launch_firefox(firefox: "BrowserType", **preferences: str | float | bool) -> "Browser":
    [path] = find("firefox")
    return firefox.launch(
        channel="moz-firefox",
        executable_path=path,
        firefox_user_prefs=FIREFOX_PREFERENCES | preferences,
    )


@contextlib.contextmanager
def private_windows(engine: str, browser: "Browser") -> Iterator["Browser"]:
    """A browser whose windows are private, as those of WebKit's driver always are."""
    if engine == "webkit":
        yield browser
        return
    is_private: dict[str, bool] = {"browser.privatebrowsing.autostart": True}
    opened = (
        launch_firefox(browser.browser_type, **is_private)
        if engine == "firefox"
        else launch_private(browser.browser_type)
    )
    with contextlib.closing(opened) as private:
        yield private


@pytest.fixture(scope="session")
def browser(engine: str) -> Iterator["Browser"]:
    """One browser at a time: what another engine's tests have opened is closed before."""
    with open_browser(engine) as browser:
        yield browser


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """The engine that the test runs in."""
    return str(request.param)


# Last, so that the engine is the last of a test's parameters.
@pytest.hookimpl(trylast=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Have each test that needs a browser once for each engine."""
    if "engine" in metafunc.fixturenames:
        engines = [pytest.param(name, id=id_of(name)) for name in CHOSEN]
        metafunc.parametrize("engine", engines, indirect=True, scope="session")


def id_of(engine: str) -> object:
    return pytest.HIDDEN_PARAM if engine == "chromium" else engine


def choose(items: list[pytest.Item]) -> None:
    """Leave out what runs in Chromium only, and skip what an engine cannot run."""
    items[:] = [item for item in items if ENGINE or runs_by_default(item)]
    for item in items:
        engine = engine_of(item)
        item.user_properties.append(("engine", engine))
        if engine and (reason := why_not(name_of(item), engine)):
            item.add_marker(pytest.mark.skip(reason=f"{engine}: {reason}"))


def runs_by_default(item: pytest.Item) -> bool:
    engine = engine_of(item)
    return engine in {None, "chromium"} or is_selected(name_of(item), engine)


def engine_of(item: pytest.Item) -> str | None:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("engine") if callspec else None


def name_of(item: pytest.Item) -> str:
    """A test as lanes.py names it, which is the same in all engines."""
    name = item.nodeid.removeprefix("tests/").removeprefix("browser/")
    engine = engine_of(item)
    return name.removesuffix(f"[{engine}]").replace(f"-{engine}]", "]")


class Scheduling(LoadScopeScheduling):
    """Gives a process whole modules in one engine."""

    def _split_scope(self, nodeid: str) -> str:
        module, name = nodeid.split("::", 1)
        found = re.search(rf"[-\[]({'|'.join(ENGINES)})\]$", name)
        return f"{module} {found[1]}" if found else module


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling | None:
    return Scheduling(config, log) if config.getvalue("dist") == "loadscope" else None


def summarise(reporter: pytest.TerminalReporter) -> None:
    """Print what ran in each engine, and how many seconds its tests took together."""
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    seconds: collections.Counter[str] = collections.Counter()
    for outcome in ("passed", "failed", "error", "skipped", ""):
        for report in reporter.getreports(outcome):
            engine = dict(getattr(report, "user_properties", ())).get("engine")
            if engine:
                seconds[engine] += report.duration
                counts[engine][outcome] += 1
    if not counts:
        return
    reporter.section("engines")
    for name in ENGINES:
        found = ", ".join(f"{number} {word}" for word, number in counts[name].items() if word)
        took = f", {seconds[name]:.0f} s" if found else ""
        reporter.write_line(f"{name}: {found or 'not run'}{took}")

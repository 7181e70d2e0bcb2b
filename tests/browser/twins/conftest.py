"""The twins, booted once for all of their tests."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import BrowserLog, open_context, serve_vendor
from tests.browser.demo import Demo
from tests.browser.tokens import token_of, wait_for_end_of
from tests.browser.twins.pages import WEBSITE, pages
from tests.browser.twins.reported import Reported
from tests.browser.twins.scenario import Scenario
from tests.browser.twins.twin import Setting, Twin
from tests.conftest import ROOT, TIMEOUT


@pytest.fixture(scope="session")
def website_bundle() -> None:
    """supertokens-website as a script, brought up to date."""
    command = ["make", "--silent", str(WEBSITE.relative_to(ROOT))]
    subprocess.run(command, cwd=ROOT, check=True, timeout=TIMEOUT)


@pytest.fixture(scope="session")
def anti_csrf_demo() -> Iterator[Demo]:
    demo = Demo("--anti-csrf")
    yield demo
    demo.stop()


@dataclass
class Twins:
    """Both twins, which do the same one after the other."""

    theirs: Twin
    ours: Twin

    def outcomes(
        self, scenario: Scenario, client: str, setting: Setting
    ) -> tuple[Reported, Reported]:
        """Run a scenario in both: theirs and ours report what happened."""
        both = (self.theirs, self.ours)
        for twin in both:
            twin.start(scenario, client, setting)
        if "expired" in scenario.state:
            wait_for_end_of(*(token_of(twin.context) for twin in both))
        theirs, ours = [twin.observe(scenario) for twin in both]
        if any(twin.was_overtaken for twin in both):
            # The machine was too busy for requests at once.
            return self.outcomes(scenario, client, setting)
        if not scenario.leaves_traces and all(twin.has_session for twin in both):
            for twin in both:
                twin.keep_session()
        return theirs, ours


@pytest.fixture(scope="module")
def booted_twins(browser: Browser, website_bundle: None) -> Iterator[Twins]:
    with serve_vendor() as site, open_context(browser) as theirs, open_context(browser) as ours:
        site.pages.update(pages())
        yield Twins(Twin(theirs, site, "theirs"), Twin(ours, site, "ours"))


@pytest.fixture
def twins(booted_twins: Twins, browser_log: BrowserLog) -> Iterator[Twins]:
    with browser_log.watching(booted_twins.theirs.context, booted_twins.ours.context):
        yield booted_twins

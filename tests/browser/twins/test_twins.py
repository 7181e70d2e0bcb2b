"""What supertokens-website does and what we do is the same, except where a difference is listed."""

import difflib
import json
from dataclasses import asdict

import pytest

from tests.browser.demo import Demo
from tests.browser.twins.conftest import Twins
from tests.browser.twins.differences import DIFFERENCES
from tests.browser.twins.reported import Reported
from tests.browser.twins.scenario import Scenario
from tests.browser.twins.scenarios import SCENARIOS
from tests.browser.twins.twin import Setting


def is_tested_apart(setting: str, scenario: Scenario, client: str) -> bool:
    """Whether a scenario may differ from what its other settings and clients show.

    The core decides how tokens travel, whichever client makes the request: each client goes through
    all of its scenarios with cookies. With headers fetch and XHR do so where tokens come, go and
    change; the core itself does all of it in tests/unit/test_vectors_sessions.py.
    """
    if setting == "anti-csrf":
        return scenario.anti_csrf and client == "fetch"
    if setting not in scenario.modes:
        return False
    if setting == "cookie":
        return True
    return client != "axios" and (scenario.anti_csrf or scenario.modes == ("header",))


CASES = [
    pytest.param(setting, name, client, id=f"{setting}-{name}-{client}")
    for setting in ("cookie", "header", "anti-csrf")
    for name, scenario in SCENARIOS.items()
    for client in scenario.clients
    if is_tested_apart(setting, scenario, client)
]


@pytest.fixture
def setting(request: pytest.FixtureRequest, demo: Demo) -> Setting:
    if request.param == "anti-csrf":
        return Setting(request.getfixturevalue("anti_csrf_demo"), "cookie")
    return Setting(demo, request.param)


@pytest.mark.parametrize(("setting", "name", "client"), CASES, indirect=["setting"])
def test_both_do_the_same(twins: Twins, name: str, client: str, setting: Setting) -> None:
    theirs, ours = twins.outcomes(SCENARIOS[name], client, setting)
    expected = theirs
    for each in DIFFERENCES:
        expected = each.rewrite(expected, name, client)
    if ours != expected:
        pytest.fail(difference(expected, ours), pytrace=False)


def difference(theirs: Reported, ours: Reported) -> str:
    """What a reader of a failure wants to see."""
    texts = [
        json.dumps(asdict(reported), indent=1, sort_keys=True, default=str).splitlines()
        for reported in (theirs, ours)
    ]
    return "\n".join(difflib.unified_diff(*texts, "theirs", "ours", lineterm="", n=2))

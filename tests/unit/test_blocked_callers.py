"""Callers that are blocked until they have a response: the core does without every wait."""

import json

import pytest
from supertokens_pyodide._core.config.options import Page, read_config
from supertokens_pyodide._core.session.session import Session
from supertokens_pyodide._core.wire.port import Port
from supertokens_pyodide.testing import write_front_token

NOW = 1_700_000_000_000
PRESENT = f"sFrontToken={write_front_token('u', 2 * NOW, {})}; st-last-access-token-update=1"
UNKNOWN = ""
REFUSED = 401


class Blocked:
    """The core behind a driver that cannot wait, and the cookies of its page."""

    def __init__(self, cookies):
        page = Page("app.example.com", True)
        self.port = Port(Session(read_config({"api_domain": "https://api.example.com"}, page)))
        self.cookies = cookies

    def begin(self):
        return json.loads(self.port.exchange("", False, self.cookies, NOW))

    def resume(self, flow, result):
        return json.loads(self.port.resume(flow, result, self.cookies, NOW))


def test_a_refused_request_gets_its_own_response_and_the_refresh_continues():
    blocked = Blocked(PRESENT)
    assert blocked.begin()["do"] == "send"
    step = blocked.resume(1, REFUSED)
    assert (step["do"], [child["do"] for child in step["spawned"]]) == ("wait", ["lock"])
    assert blocked.resume(1, False) == {"verdict": "deliver"}
    assert blocked.resume(2, True)["do"] == "post"
    assert blocked.begin()["do"] == "send"


def test_an_unknown_visitors_request_goes_out_as_one_without_a_session():
    blocked = Blocked(UNKNOWN)
    assert blocked.begin()["do"] == "wait"
    step = blocked.resume(1, False)
    assert (step["do"], sorted(step["headers"])) == ("send", ["rid", "st-auth-mode"])
    assert blocked.resume(1, 200) == {"verdict": "deliver"}


@pytest.mark.parametrize("answer", [200, REFUSED])
def test_what_was_not_waited_for_is_not_taken_for_an_answer(answer):
    blocked = Blocked(UNKNOWN)
    blocked.begin()
    blocked.resume(1, False)
    step = blocked.resume(1, answer)
    if answer == REFUSED:
        assert step["do"] == "wait"
        assert blocked.resume(1, False) == {"verdict": "deliver"}
    assert blocked.begin()["do"] == "wait"  # for the probe that runs still

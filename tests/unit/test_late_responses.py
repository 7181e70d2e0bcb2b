"""Responses that arrive after their session has ended, or after another has taken its place."""

from dataclasses import dataclass

import pytest
from supertokens_pyodide.testing import Reply, Request, ScriptedBrowser, Tab, write_front_token

SIGN_OUT = "/auth/signout"


def front_token(browser: ScriptedBrowser, handle: str, note: int = 0) -> dict[str, str]:
    payload = {"sessionHandle": handle, "iat": int(browser.now / 1000), "note": note}
    return {"front-token": write_front_token(handle, browser.now + 60_000, payload)}


@dataclass
class Course:
    """A page, what it does while a request is on its way, and what that request's response says."""

    tab: Tab
    meanwhile: list[str]
    late: list[dict[str, str]]

    def play(self, meanwhile: str, late: dict[str, str]) -> None:
        self.meanwhile.append(meanwhile)
        self.late.append(late)
        self.tab.fetch("/late")

    def token(self, handle: str) -> dict[str, str]:
        return front_token(self.tab.browser, handle, note=1)

    def actions(self) -> list[str]:
        return [event["action"] for event in self.tab.events]


@pytest.fixture
def course() -> Course:
    def backend(request: Request) -> Reply:
        match request.path:
            case "/late":
                if course.meanwhile:
                    tab.fetch(course.meanwhile.pop())
                return Reply(200, course.late.pop())
            case "/elsewhere":
                return Reply(200)
            case "/auth/signout":
                return Reply(200, {"front-token": "remove"})
            case "/auth/session/refresh" if "sFrontToken" in browser.cookies:
                return Reply(200, front_token(browser, "b"))
            case path if path.startswith("/signin/"):
                return Reply(200, front_token(browser, path.removeprefix("/signin/")))
        return Reply(401)

    browser = ScriptedBrowser(backend)
    tab = browser.open_tab(api_domain="https://api.example.com")
    course = Course(tab, [], [])
    tab.fetch("/signin/a")
    tab.events.clear()
    return course


def test_a_late_response_does_not_revive_a_session_that_was_signed_out(course: Course) -> None:
    course.play(SIGN_OUT, course.token("a"))
    assert course.tab.call("does_session_exist") is False
    assert course.actions() == ["SIGN_OUT"]


@pytest.mark.parametrize("says", ["goes on", "has ended", "garbage"])
def test_a_late_response_of_another_session_does_not_touch_the_new_one(
    course: Course, says: str
) -> None:
    headers = {
        "goes on": course.token("a"),
        "has ended": {"front-token": "remove"},
        "garbage": {"front-token": "?"},
    }
    course.play("/signin/b", headers[says])
    assert course.tab.call("get_user_id") == "b"
    assert "SIGN_OUT" not in course.actions()


def test_a_response_that_makes_a_new_session_counts_though_the_old_one_has_ended(
    course: Course,
) -> None:
    course.play(SIGN_OUT, course.token("b"))
    assert course.tab.call("get_user_id") == "b"


def test_a_response_of_the_session_that_is_there_counts(course: Course) -> None:
    course.play("/elsewhere", course.token("a"))
    assert course.tab.call("get_access_token_payload")["note"] == 1


def test_a_session_whose_token_is_broken_counts_as_no_session(course: Course) -> None:
    course.tab.browser.set_cookie("sFrontToken=?;path=/")
    course.late.append(course.token("a"))
    course.tab.fetch("/late")
    assert course.tab.call("get_access_token_payload")["note"] == 1

"""Replies that arrive after their session has ended, or after another has taken its place."""

import pytest
from supertokens_pyodide.testing import Reply, Request, ScriptedBrowser, Tab, write_front_token

SIGN_OUT = "/auth/signout"


def front_token(browser: ScriptedBrowser, handle: str, note: int = 0) -> dict[str, str]:
    payload = {"sessionHandle": handle, "iat": int(browser.now / 1000), "note": note}
    return {"front-token": write_front_token(handle, browser.now + 60_000, payload)}


@pytest.fixture
def tab() -> Tab:
    def backend(request: Request) -> Reply:
        match request.path:
            case "/late":
                # The request is on its way; meanwhile the page does something else.
                tab.fetch(meanwhile.pop()) if meanwhile else None
                return Reply(200, late.pop())
            case "/elsewhere":
                return Reply(200)
            case "/auth/signout":
                return Reply(200, {"front-token": "remove"})
            case path if path.startswith("/signin/"):
                return Reply(200, front_token(browser, path.removeprefix("/signin/")))
        return Reply(401)

    browser = ScriptedBrowser(backend)
    tab = browser.open_tab(api_domain="https://api.example.com")
    meanwhile: list[str] = []
    late: list[dict[str, str]] = []
    tab.meanwhile, tab.late = meanwhile, late  # type: ignore[attr-defined]
    tab.fetch("/signin/a")
    tab.events.clear()
    return tab


def play(tab: Tab, meanwhile: str, late: dict[str, str]) -> None:
    tab.meanwhile.append(meanwhile)  # type: ignore[attr-defined]
    tab.late.append(late)  # type: ignore[attr-defined]
    tab.fetch("/late")


def test_a_late_reply_does_not_revive_a_session_that_was_signed_out(tab: Tab) -> None:
    play(tab, SIGN_OUT, front_token(tab.browser, "a", note=1))
    assert tab.call("does_session_exist") is False
    assert [event["action"] for event in tab.events] == ["SIGN_OUT"]


@pytest.mark.parametrize("says", ["goes on", "has ended", "garbage"])
def test_a_late_reply_of_another_session_does_not_touch_the_new_one(tab: Tab, says: str) -> None:
    headers = {
        "goes on": front_token(tab.browser, "a", note=1),
        "has ended": {"front-token": "remove"},
        "garbage": {"front-token": "?"},
    }
    play(tab, "/signin/b", headers[says])
    assert tab.call("get_user_id") == "b"
    assert "SIGN_OUT" not in [event["action"] for event in tab.events]


def test_a_reply_that_makes_a_new_session_counts_though_the_old_one_has_ended(tab: Tab) -> None:
    play(tab, SIGN_OUT, front_token(tab.browser, "b"))
    assert tab.call("get_user_id") == "b"


def test_a_reply_of_the_session_that_is_there_counts(tab: Tab) -> None:
    play(tab, "/elsewhere", front_token(tab.browser, "a", note=1))
    assert tab.call("get_access_token_payload")["note"] == 1


def test_a_session_whose_token_is_broken_counts_as_nobodys(tab: Tab) -> None:
    tab.browser.set_cookie("sFrontToken=?;path=/")
    tab.late.append(front_token(tab.browser, "a", note=1))  # type: ignore[attr-defined]
    tab.fetch("/late")
    assert tab.call("get_access_token_payload")["note"] == 1

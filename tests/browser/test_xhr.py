"""The page's XMLHttpRequest, asynchronous and synchronous, against the real backend."""

from typing import Any

import pytest

from tests.browser.app import PROTECTED, REFRESH
from tests.browser.spa import Spa

# Makes one request and tells everything that its listeners saw.
TELL = """
window.tell = (method, url, { prepare, body, isAsync = true } = {}) => new Promise((resolve) => {
  const xhr = new XMLHttpRequest();
  const events = [];
  const note = (name) => (e) => events.push(`${name} ${e.type} ${xhr.readyState} ${xhr.status}`);
  for (const type of ["readystatechange", "loadstart", "load", "error", "abort", "timeout"]) {
    xhr.addEventListener(type, note("listener"));
    xhr[`on${type}`] = note("property");
  }
  xhr.addEventListener("loadend", (e) => {
    events.push(`listener loadend ${xhr.readyState} ${xhr.status}`);
    const text = xhr.responseType === "" || xhr.responseType === "text";
    resolve({
      events, status: xhr.status, body: text ? xhr.responseText : xhr.response,
      url: xhr.responseURL, target: e.target === xhr, kind: xhr instanceof nativeXHR,
      type: xhr.getResponseHeader("content-type"), all: xhr.getAllResponseHeaders(),
    });
  });
  xhr.open(method, url, isAsync);
  prepare?.(xhr);
  events.length = 0;
  xhr.send(body);
});
"""


@pytest.fixture
def spa(spa: Spa) -> Spa:
    spa.run("globalThis.nativeXHR ??= Object.getPrototypeOf(XMLHttpRequest);" + TELL)
    return spa


def tell(spa: Spa, arguments: str) -> Any:
    return spa.run(f"return tell({arguments})")


def native(spa: Spa, arguments: str) -> Any:
    """The same as the browser itself does it, without the session."""
    return spa.run(
        f"""
        const ours = XMLHttpRequest;
        globalThis.XMLHttpRequest = nativeXHR;
        const told = tell({arguments});
        globalThis.XMLHttpRequest = ours;
        return told;
        """
    )


def test_an_ordinary_request_looks_like_a_native_one(spa: Spa) -> None:
    call = '"GET", "/api/public"'
    ours, theirs = tell(spa, call), native(spa, call)
    assert ours == theirs
    assert ours["status"] == 200
    assert ours["target"]


def test_a_refused_request_is_refreshed_for_and_its_listeners_see_one_reply(spa: Spa) -> None:
    spa.let_token_expire()
    mark = spa.demo.mark()
    told = tell(spa, '"POST", "/api/echo", { body: "grüezi" }')
    assert told["status"] == 200
    assert '"body":"grüezi"' in told["body"]
    assert [entry["status"] for entry in spa.demo.requests(mark)] == [401, 200, 200]
    assert told["events"] == tell(spa, '"POST", "/api/echo", { body: "grüezi" }')["events"]


def test_ten_requests_of_both_kinds_make_one_refresh(spa: Spa) -> None:
    spa.let_token_expire()
    mark = spa.demo.mark()
    statuses = spa.run(
        """
        const five = Array.from({ length: 5 });
        const xhr = five.map(() => tell("GET", "/api/protected").then((told) => told.status));
        const fetched = five.map(() => fetch("/api/protected").then((reply) => reply.status));
        return Promise.all([...xhr, ...fetched]);
        """
    )
    assert statuses == [200] * 10
    assert spa.demo.count(mark, REFRESH) == 1
    assert spa.demo.count(mark, PROTECTED, 401) == 10


@pytest.mark.parametrize("kind", ["json", "text", "arraybuffer", "blob"])
def test_every_response_type_arrives_after_a_refresh(spa: Spa, kind: str) -> None:
    spa.let_token_expire()
    body = spa.run(
        """
        const prepare = (xhr) => { xhr.responseType = argument; };
        const { body } = await tell("POST", "/api/echo", { prepare, body: "x" });
        const read = { json: JSON.stringify, text: String,
          arraybuffer: (b) => new TextDecoder().decode(b), blob: (b) => b.text() };
        return read[argument](body);
        """,
        kind,
    )
    assert '"body":"x"' in body.replace(" ", "")


@pytest.mark.parametrize("kind", ["", "json", "arraybuffer", "blob"])
def test_an_invalid_claim_is_told_and_the_reply_stays_whole(spa: Spa, kind: str) -> None:
    told = spa.run(
        """
        const prepare = (xhr) => { xhr.responseType = argument; };
        const { events, status } = await tell("GET", "/api/needs-claim", { prepare });
        return { events, status };
        """,
        kind,
    )
    assert told["status"] == 403
    assert "listener load 4 403" in told["events"]
    assert not any(" error " in event for event in told["events"])
    assert "API_INVALID_CLAIM" in spa.page.get_by_test_id("event-log").inner_text()


def test_the_callers_own_401_comes_after_one_refresh(spa: Spa) -> None:
    mark = spa.demo.mark()
    told = tell(spa, '"GET", "/api/always-401"')
    assert told["status"] == 401
    assert told["events"].count("listener load 4 401") == 1
    assert spa.demo.count(mark, REFRESH) == 1


def test_a_session_that_has_ended_gives_the_refreshs_reply(spa: Spa) -> None:
    user = spa.run("return supertokens.getUserId()")
    spa.let_token_expire()
    spa.demo.revoke_all(user)
    told = tell(spa, '"GET", "/api/protected"')
    assert told["status"] == 401
    assert told["events"].count("listener load 4 401") == 1
    assert told["url"].endswith(REFRESH)
    assert spa.run("return supertokens.doesSessionExist()") is False


def test_an_outage_is_an_error_event_and_nothing_else(spa: Spa) -> None:
    spa.let_token_expire()
    spa.route(f"**{REFRESH}", lambda route: route.abort())
    told = tell(spa, '"GET", "/api/protected"')
    assert told["status"] == 0
    assert "listener error 4 0" in told["events"]
    assert not any(" load " in event for event in told["events"])


@pytest.mark.parametrize("what", ["abort", "timeout"])
def test_a_wait_for_a_refresh_can_be_ended(spa: Spa, what: str) -> None:
    spa.let_token_expire()
    spa.route(f"**{REFRESH}", lambda route: None)  # never answers
    told = spa.run(
        """
        const prepare = (xhr) => {
          if (argument === "timeout") xhr.timeout = 1500;
          else setTimeout(() => xhr.abort(), 700);
        };
        return tell("GET", "/api/protected", { prepare });
        """,
        what,
    )
    assert told["status"] == 0
    assert f"listener {what} 4 0" in told["events"]
    assert f"property {what} 4 0" in told["events"]


def test_an_abort_right_after_send_sends_nothing_more(spa: Spa) -> None:
    events = spa.run(
        """
        const xhr = new XMLHttpRequest();
        const events = [];
        for (const type of ["load", "error", "abort", "loadend"]) {
          xhr[`on${type}`] = (e) => events.push(e.type);
        }
        xhr.open("GET", "/api/protected");
        xhr.send();
        xhr.abort();
        await fetch("/api/public");
        return [...events, xhr.readyState];
        """
    )
    assert events == ["abort", "loadend", 0]


def test_one_object_can_be_used_again(spa: Spa) -> None:
    statuses = spa.run(
        """
        const xhr = new XMLHttpRequest();
        const once = (url) => new Promise((resolve) => {
          xhr.open("GET", url);
          xhr.onloadend = () => resolve(xhr.status);
          xhr.send();
        });
        const statuses = [await once("/api/always-401"), await once("/api/protected")];
        return [...statuses, await once("/api/public")];
        """
    )
    assert statuses == [401, 200, 200]


def test_listeners_with_options_and_objects_work_as_ever(spa: Spa) -> None:
    spa.let_token_expire()
    seen = spa.run(
        """
        const xhr = new XMLHttpRequest();
        const seen = [];
        const control = new AbortController();
        xhr.addEventListener("readystatechange", () => seen.push("once"), { once: true });
        xhr.addEventListener("load", { handleEvent() { seen.push("object"); } });
        xhr.addEventListener("load", () => seen.push("never"), { signal: control.signal });
        const gone = () => seen.push("removed");
        xhr.addEventListener("load", gone);
        xhr.removeEventListener("load", gone);
        control.abort();
        xhr.open("GET", "/api/protected");
        await new Promise((resolve) => { xhr.onloadend = resolve; xhr.send(); });
        const natural = xhr instanceof nativeXHR && xhr.upload instanceof EventTarget;
        return [seen, xhr.status, XMLHttpRequest.DONE, natural];
        """
    )
    assert seen == [["once", "object"], 200, 4, True]


def test_what_is_not_ours_is_left_alone(spa: Spa) -> None:
    sent: list[dict[str, str]] = []
    spa.route(
        "http://elsewhere.test/**",
        lambda route: (
            sent.append(route.request.headers),
            route.fulfill(status=401, headers={"access-control-allow-origin": "*"}, body="x"),
        )[1],
    )
    mark = spa.demo.mark()
    for is_async in ("true", "false"):
        told = tell(spa, f'"GET", "http://elsewhere.test/x", {{ isAsync: {is_async} }}')
        assert told["status"] == 401
    assert all("st-auth-mode" not in headers for headers in sent)
    assert spa.demo.requests(mark) == []


# ---- synchronous ---------------------------------------------------------------------------------


def test_a_synchronous_request_is_refreshed_for(spa: Spa) -> None:
    spa.let_token_expire()
    mark = spa.demo.mark()
    told = tell(spa, '"POST", "/api/echo", { isAsync: false, body: "x" }')
    assert told["status"] == 200
    assert '"body":"x"' in told["body"]
    assert [entry["status"] for entry in spa.demo.requests(mark)] == [401, 200, 200]
    assert spa.demo.count(mark, "/api/echo") == 2
    again = native(spa, '"GET", "/api/public", { isAsync: false }')
    assert [e.replace("200", "") for e in told["events"]] == [
        e.replace("200", "") for e in again["events"]
    ]


def test_a_synchronous_request_hands_back_its_own_401_when_another_tab_refreshes(spa: Spa) -> None:
    spa.let_token_expire()
    status = spa.run(
        """
        const now = Date.now();
        const times = { timeAcquired: now, timeRefreshed: now };
        const entry = { id: "other", iat: "x", timeoutKey: "k", ...times };
        localStorage.setItem("browser-tabs-lock-key-REFRESH_TOKEN_USE", JSON.stringify(entry));
        const xhr = new XMLHttpRequest();
        xhr.open("GET", "/api/protected", false);
        xhr.send();
        localStorage.removeItem("browser-tabs-lock-key-REFRESH_TOKEN_USE");
        return xhr.status;
        """
    )
    assert status == 401
    assert spa.run('return (await fetch("/api/protected")).status') == 200


def test_a_synchronous_request_during_a_refresh_does_not_wait(spa: Spa) -> None:
    spa.let_token_expire()
    statuses = spa.run(
        """
        const waiting = fetch("/api/protected").then((reply) => reply.status);
        await fetch("/api/public");
        const xhr = new XMLHttpRequest();
        xhr.open("GET", "/api/protected", false);
        xhr.send();
        return [xhr.status, await waiting];
        """
    )
    assert statuses[0] in (200, 401)  # the refresh may be over by then
    assert statuses[1] == 200

"""Bodies that are streams, which browsers send over HTTP/2 only: here that is before the demo."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.app import REFRESH
from tests.browser.conftest import BrowserLog
from tests.browser.demo import Demo
from tests.browser.http2_front import open_spa
from tests.browser.spa import Spa

ECHO = "/api/echo"

STREAM = """
globalThis.chunks = (count, end = (c) => c.close()) => {
  let given = 0;
  return new ReadableStream({
    pull(controller) {
      if (given === count) end(controller);
      else controller.enqueue(new TextEncoder().encode(`chunk ${given++},`.padEnd(1000)));
    },
  });
};
globalThis.upload = (body, more) => ({ method: "POST", body, duplex: "half", ...more });
globalThis.reported = (call) => call.then(
  async (answer) => [answer.status, answer.status === 200 ? (await answer.json()).length : null],
  (error) => `${error.name}: ${error.message}`);
"""
WHOLE = [200, 100_000]


@pytest.fixture(scope="module")
def over_http2(
    browser: Browser, demo_process: Demo, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Spa]:
    with open_spa(browser, demo_process, tmp_path_factory.mktemp("http2")) as spa:
        spa.run(STREAM)
        yield spa


@pytest.fixture
def spa(over_http2: Spa, demo: Demo, browser_log: BrowserLog) -> Iterator[Spa]:
    with browser_log.watching(over_http2.page.context):
        over_http2.start_afresh()
        yield over_http2


def result_of(spa: Spa, arguments: str) -> Any:
    return spa.run(f"return reported(fetch({arguments}))")


CALLS = {
    "stream": "'/api/echo', upload(chunks(100))",
    "request-and-stream": "new Request('/api/echo', { method: 'POST' }), upload(chunks(100))",
    "request-of-stream": "new Request('/api/echo', upload(chunks(100)))",
    "request-as-options": "'/api/echo', new Request('/x', upload(chunks(100)))",
}


@pytest.mark.parametrize("call", CALLS)
def test_a_stream_arrives_whole(spa: Spa, call: str) -> None:
    mark = spa.demo.mark()
    assert result_of(spa, CALLS[call]) == WHOLE
    assert [entry["path"] for entry in spa.demo.requests(mark)] == [ECHO]


@pytest.mark.parametrize("call", CALLS)
def test_with_an_expired_token_it_arrives_whole_after_a_refresh(spa: Spa, call: str) -> None:
    spa.let_token_expire()
    mark = spa.demo.mark()
    assert result_of(spa, CALLS[call]) == WHOLE
    assert spa.demo.count(mark, REFRESH) == 1


@pytest.mark.parametrize("call", ["stream", "request-and-stream"])
def test_one_that_is_refused_is_sent_once_and_the_next_one_has_another_token(
    spa: Spa, call: str
) -> None:
    spa.spoil_token()
    mark = spa.demo.mark()
    assert result_of(spa, CALLS[call]) == [401, None]
    assert [entry["path"] for entry in spa.demo.requests(mark)] == [ECHO, REFRESH]
    assert result_of(spa, CALLS[call]) == WHOLE


@pytest.mark.parametrize("call", ["request-of-stream", "request-as-options"])
def test_a_request_of_one_that_is_refused_is_sent_again_whole(spa: Spa, call: str) -> None:
    spa.spoil_token()
    mark = spa.demo.mark()
    assert result_of(spa, CALLS[call]) == WHOLE
    assert spa.demo.count(mark, ECHO) == 2


def test_a_stream_that_breaks_off_fails_as_natively(spa: Spa) -> None:
    spa.spoil_token()
    broken = "upload(chunks(3, (controller) => controller.error(new RangeError('mine'))))"
    ours = result_of(spa, f"new Request('/api/echo', {broken})")
    native = spa.run(
        f"""
        const frame = document.body.appendChild(document.createElement("iframe"));
        const {{ fetch, Request }} = frame.contentWindow;
        return reported(fetch(new Request("/api/echo", {broken})));
        """
    )
    assert ours == native

"""Fast boots: what the first visit leaves behind, and what later ones start from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import PAGE_TIMEOUT, BrowserLog, VendorSite, open_context
from tests.browser.demo import Demo
from tests.browser.plain import open_plain, sign_up, start, status
from tests.browser.test_boot import INIT, READY, html, open_page

FAST = "supertokensPyodide.fastBoot = true;"
HEADERS = "{ tokenTransferMethod: 'header' }"

# What is kept, by address; `is` says whether it is an image.
KEPT = """async () => {
  const cache = await caches.open("supertokens-pyodide-images");
  const responses = await Promise.all((await cache.keys()).map(async ({ url }) => {
    const response = await cache.match(url);
    return response && { url, is: response.headers.get("content-type") === "application/gzip" };
  }));
  return responses.filter(Boolean); // one may have been deleted meanwhile
}"""
IMAGE = """async (url) => {
  const response = await (await caches.open("supertokens-pyodide-images")).match(url);
  const unpacked = response.body.pipeThrough(new DecompressionStream("gzip"));
  return new Response(unpacked).arrayBuffer();
}"""


@dataclass
class Visitor:
    """A user who has signed in on a page with fast boots, and waited a moment."""

    demo: Demo
    context: BrowserContext
    first: Page

    def visit(self) -> Page:
        page = open_plain(self.demo, self.context, FAST)
        start(page, HEADERS)
        return page


@pytest.fixture(scope="module")
def shared_visitor(browser: Browser, demo_process: Demo) -> Iterator[Visitor]:
    with open_context(browser) as context:
        first = open_plain(demo_process, context, FAST)
        start(first, HEADERS)
        sign_up(first)
        wait_until_kept(first, image=True)
        yield Visitor(demo_process, context, first)


@pytest.fixture
def visitor(shared_visitor: Visitor, demo: Demo, browser_log: BrowserLog) -> Iterator[Visitor]:
    with browser_log.watching(shared_visitor.context):
        yield shared_visitor


def wait_until_kept(page: Page, *, image: bool) -> Any:
    """What is kept, as soon as that is one image, or one note that there is none."""
    return page.evaluate(
        f"""async ([image, limit]) => {{
          for (;;) {{
            const kept = await ({KEPT})();
            if (kept.length === 1 && kept[0].is === image) return kept;
            if (performance.now() > limit) throw new Error(JSON.stringify(kept));
            await new Promise((done) => setTimeout(done, 50));
          }}
        }}""",
        [image, page.evaluate("performance.now()") + PAGE_TIMEOUT],
    )


def loaded(log: BrowserLog, ending: str) -> list[str]:
    return [url for url in log.requests if url.endswith(ending)]


def test_a_later_visit_starts_from_the_image_and_lacks_nothing(
    visitor: Visitor, browser_log: BrowserLog
) -> None:
    page = visitor.visit()
    assert not loaded(browser_log, ".whl")
    assert page.evaluate("supertokens.doesSessionExist()") is True
    user = page.evaluate("supertokens.getUserId()")
    assert user == visitor.first.evaluate("supertokens.getUserId()")
    assert status(page, "/api/protected") == 200
    # That needs a module which was not imported before: its file is there as well.
    assert page.evaluate("supertokens.verifyAccessToken().then((claims) => claims.sub)") == user
    assert page.evaluate("supertokens.attemptRefreshingSession()") is True
    sign_up(page)
    assert page.evaluate("supertokens.getUserId()") != user
    assert browser_log.console_errors == []
    page.close()


def test_python_that_starts_when_it_is_needed_comes_from_the_image(
    visitor: Visitor, browser_log: BrowserLog
) -> None:
    page = open_plain(visitor.demo, visitor.context, f"{FAST} supertokensPyodide.start = 'needed';")
    page.add_script_tag(url="/vendor/supertokens/supertokens.iife.js")
    page.evaluate(f"supertokens.init({{ apiDomain: location.origin, ...{HEADERS} }})")
    assert page.evaluate("supertokens.doesSessionExist()") is True
    assert not loaded(browser_log, ".wasm")
    assert page.evaluate("supertokens.attemptRefreshingSession()") is True
    assert loaded(browser_log, ".wasm")
    assert not loaded(browser_log, ".whl")
    page.close()


def test_no_two_that_start_from_an_image_draw_the_same_numbers(visitor: Visitor) -> None:
    reported = visitor.first.evaluate(
        """async () => {
          const { FastBoot } = await import("/vendor/supertokens/supertokens.fastboot.mjs");
          const indexURL = new URL("/vendor/pyodide/", location).href;
          const code = `
import os, random, secrets, sys, uuid
[random.random(), os.urandom(16).hex(), secrets.token_hex(), str(uuid.uuid4())]`;
          const drawn = [];
          for (let i = 0; i < 2; i++) {
            const pyodide = await new FastBoot().restore(indexURL);
            const early = pyodide.runPython("import sys; 'random' in sys.modules");
            drawn.push([early, ...pyodide.runPython(code).toJs()]);
          }
          return drawn;
        }"""
    )
    one, other = reported
    assert [one[0], other[0]] == [True, True]  # a module that is not imported needs no new seed
    assert all(a != b for a, b in zip(one[1:], other[1:], strict=True))


def test_nothing_of_the_page_is_in_the_image(visitor: Visitor) -> None:
    page = visitor.first
    cookies = {cookie["name"]: cookie["value"] for cookie in visitor.context.cookies()}
    assert {"st-access-token", "st-refresh-token", "sFrontToken"} <= cookies.keys()
    secrets = [part for value in cookies.values() for part in value.split(".") if len(part) > 12]
    secrets.append(page.evaluate("supertokens.getUserId()"))
    [kept] = page.evaluate(KEPT)
    found = page.evaluate(
        f"""async ([url, words]) => {{
          const bytes = new Uint8Array(await ({IMAGE})(url));
          const text = new TextDecoder("latin1").decode(bytes);
          return words.filter((word) => text.includes(word));
        }}""",
        [kept["url"], [*secrets, "supertokens_pyodide._browser"]],
    )
    assert found == ["supertokens_pyodide._browser"]


# Each leaves an entry in the image's place that is none of ours.
SPOIL = {
    "damaged": "bytes.fill(7, bytes.length / 2 - 1000, bytes.length / 2)",
    "of-another-version": """{
      const all = new Uint8Array(await image(url));
      const [memory] = new Uint32Array(all.buffer, 0, 1);
      all.set(new TextEncoder().encode('{"address":"x'), 16 + memory);
      const packed = new Blob([all]).stream().pipeThrough(new CompressionStream("gzip"));
      bytes = new Uint8Array(await new Response(packed).arrayBuffer());
    }""",
}


@pytest.mark.parametrize("how", SPOIL)
def test_an_image_that_is_not_as_it_was_made_is_replaced_after_an_ordinary_boot(
    visitor: Visitor, browser_log: BrowserLog, how: str
) -> None:
    page = visitor.first
    [kept] = page.evaluate(KEPT)
    page.evaluate(
        f"""async (url) => {{
          const image = {IMAGE};
          const cache = await caches.open("supertokens-pyodide-images");
          let bytes = new Uint8Array(await (await cache.match(url)).arrayBuffer());
          {SPOIL[how]};
          const headers = {{ "content-type": "application/gzip" }};
          await cache.put(url, new Response(bytes, {{ headers }}));
          await cache.put("/an-older-image", new Response("", {{ headers }}));
        }}""",
        kept["url"],
    )
    page = visitor.visit()
    assert page.evaluate("supertokens.doesSessionExist()") is True
    assert loaded(browser_log, ".whl")
    assert wait_until_kept(page, image=True) == [kept]
    assert browser_log.console_errors == []
    page.close()


def test_without_room_for_an_image_the_page_works_and_the_next_visit_does_not_try_again(
    new_context: Callable[..., BrowserContext], vendor_site: VendorSite, browser_log: BrowserLog
) -> None:
    page = new_context().new_page()
    # The browser claims to have room, and has none when it comes to that.
    page.add_init_script("navigator.storage.estimate = async () => ({});")
    devtools = page.context.new_cdp_session(page)
    quota = {"origin": vendor_site.origin, "quotaSize": 1_000_000}
    devtools.send("Storage.overrideQuotaForOrigin", quota)
    settings: dict[str, Any] = {"indexURL": "/vendor/pyodide/", "fastBoot": True}
    # As strict as it may be: the worker that makes an image comes from a file as well.
    policy = "default-src data: 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'"
    before = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    open_page(page, vendor_site, html(settings, INIT, before))
    assert page.evaluate(READY) == "ready"
    wait_until_kept(page, image=False)
    workers: list[Any] = []
    page.on("worker", lambda worker: workers.append(worker))
    page.reload()
    assert page.evaluate(READY) == "ready"
    page.evaluate("new Promise((done) => (globalThis.requestIdleCallback ?? setTimeout)(done))")
    assert workers == []
    assert browser_log.console_errors == []


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="not-asked-for"),
        pytest.param({"fastBoot": "/nowhere.mjs"}, id="its-script-is-missing"),
    ],
)
def test_a_page_without_fast_boots_keeps_nothing(
    page: Page, vendor_site: VendorSite, browser_log: BrowserLog, settings: dict
) -> None:
    open_page(page, vendor_site, html({"indexURL": "/vendor/pyodide/", **settings}))
    assert page.evaluate(READY) == "ready"
    assert page.evaluate("caches.keys()") == []
    assert not loaded(browser_log, "fastboot.mjs")

"""Images of Python (docs/boot.md, "Fast boots"), so that pages start in a fifth of the time.

An image is bound to its origin, so it is made once for each origin and engine. A context gets it
before its pages need it. Such pages only start faster: the shim, its files and the package are the
same.

Tests about the start use no images: test_boot.py, test_fast_boot.py, test_early.py, test_start.py,
test_platform.py, the quickstarts and tests/paths. In test_journey.py the first page of each kind
starts without one. Pages without a secure context have no Cache Storage. WebKit's driver has
private windows only, whose Cache Storage may be empty after each navigation. Both start as before.
"""

import functools
import http.server
from typing import Any, ClassVar
from urllib.parse import quote

from playwright.sync_api import Page

from tests.browser.served import start_server

# Before the page's own script or after it.
FAST = """
{
  let settings;
  const set = (given) => { settings = given && Object.assign(given, { fastBoot: true }); };
  set(globalThis.supertokensPyodide);
  Object.defineProperty(globalThis, "supertokensPyodide", {
    get: () => settings, set, configurable: true, enumerable: true,
  });
}
"""
KEEPS_IMAGES = "isSecureContext && !navigator.vendor.startsWith('Apple')"
FILE = "/vendor/supertokens/supertokens.fastboot.mjs"

# Keeps the image on the shelf and returns the image's address.
MAKE = """async ([file, shelf]) => {
  const { FastBoot } = await import(file);
  const fast = new FastBoot();
  await fast.restore(new URL("/vendor/pyodide/", location).href);
  fast.keep();
  const cache = await caches.open("supertokens-pyodide-images");
  let made;
  while (!(made = (await cache.keys())[0])) await new Promise((done) => setTimeout(done, 50));
  const response = await cache.match(made);
  const type = response.headers.get("content-type");
  if (type !== "application/gzip") throw new Error(`no image, but ${type}`);
  const body = new Blob([await response.arrayBuffer()]);
  await fetch(shelf, { method: "POST", body, mode: "no-cors" });
  return made.url;
}"""
PUT = """async ([address, shelf]) => {
  const cache = await caches.open("supertokens-pyodide-images");
  await cache.put(address, await fetch(shelf));
}"""


class Shelf(http.server.BaseHTTPRequestHandler):
    """Keeps images by path: a script's arguments and results would cost seconds."""

    images: ClassVar[dict[str, bytes]] = {}

    def do_POST(self) -> None:
        self.images[self.path] = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()

    def do_GET(self) -> None:
        image = self.images[self.path]
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Type", "application/gzip")
        self.send_header("Content-Length", str(len(image)))
        self.end_headers()
        self.wfile.write(image)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@functools.cache
def open_shelf() -> str:
    """Start the server, which ends with the tests; returns its origin."""
    # Not localhost: for the SDK on the page that would be the API.
    return f"http://127.0.0.1:{start_server(Shelf)}"


#: Addresses of images, by their places on the shelf.
_addresses: dict[str, str] = {}


def start_from_image(page: Page, origin: str = "") -> None:
    """Let a page, and pages that its context loads from now on, start from the origin's image.

    The page shows something of the origin, or ``origin`` names it.
    """
    if origin:
        page.goto(origin + FILE)  # which is text: nothing runs there
    if not page.evaluate(KEEPS_IMAGES):
        return
    key = page.evaluate("origin + navigator.userAgent")
    place = f"{open_shelf()}/{quote(key, safe='')}"
    if place in _addresses:
        page.evaluate(PUT, [_addresses[place], place])
    else:
        _addresses[place] = page.evaluate(MAKE, [FILE, place])
    page.context.add_init_script(FAST)
    page.evaluate(f"() => {FAST}")

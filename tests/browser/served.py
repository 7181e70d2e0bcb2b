"""Files that tests serve to pages: by a route, or by a server."""

import http.server
import threading

from playwright.sync_api import BrowserContext, Page


def serve_once(
    where: Page | BrowserContext, path: str, body: str, content_type: str = "text/javascript"
) -> None:
    """Answer the next request for a path, which may contain ``*``, and none after it.

    As long as a page has routes, Chromium does without its caches, and compiles Pyodide at every
    start.
    """
    where.route(
        f"**{path}",
        lambda route: route.fulfill(body=body, content_type=content_type),
        times=1,
    )


def start_server(handler: type[http.server.BaseHTTPRequestHandler]) -> int:
    """Start a server on this machine, which ends with the tests; returns its port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port

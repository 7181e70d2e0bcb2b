"""Files that tests serve to pages by a route."""

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

"""The pages and their files."""

import mimetypes
import os
from collections.abc import Iterable
from pathlib import Path
from string import Template

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from demo.backend.settings import SIGN_IN_PATH
from demo.backend.tenants import SECURE

WEB = Path(__file__).resolve().parents[1] / "web"
STATIC = WEB / "static"
TEMPLATES = WEB / "templates"

# Some systems do not know these, and browsers insist on them.
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("application/wasm", ".wasm")
mimetypes.add_type("text/x-python", ".py")

# Ours change while one works on them. The vendor files are big: kept, but asked about each time,
# since a rebuilt wheel has the name of the old one.
OURS = "no-store"
VENDOR = "no-cache"


class Files(StaticFiles):
    """A folder of files that says how long they may be kept."""

    def __init__(self, directory: Path, cache_control: str) -> None:
        super().__init__(directory=directory)
        self._cache_control = cache_control

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = self._cache_control
        return response


# The pages with the app, and what is said of it in each.
TITLES = {
    "javascript": "the app in JavaScript",
    "python": "the app in Python",
    "worker": "Python in a worker",
}
SIGN_IN = "sign_in"

# Links in messages lead to pages, and no other site may learn of them.
_HEADERS = {"Cache-Control": OURS, "Referrer-Policy": "no-referrer"}


def _read(part: str) -> str:
    return (TEMPLATES / f"{part}.html").read_text("utf-8").strip()


def _filled(template: str, page: str, tenants: Iterable[str], **more: str) -> HTMLResponse:
    current = {
        f"current_{name}": 'aria-current="page"' if name == page else ""
        for name in (*TITLES, SIGN_IN)
    }
    html = Template(_read(template)).substitute(
        page=page,
        header=Template(_read("header")).substitute(current),
        tenants="".join(f'<option value="{tenant}">{tenant}</option>' for tenant in tenants),
        **more,
    )
    return HTMLResponse(html, headers=_HEADERS)


def _page(page: str, tenants: tuple[str, ...]) -> HTMLResponse:
    """One markup for all pages with the app; they differ in where Python runs."""
    return _filled(
        "page",
        page,
        # The app has no second factors.
        [tenant for tenant in tenants if tenant != SECURE],
        title=TITLES[page],
        work=_read("work-worker") if page == "worker" else "",
        **{part: _read(f"{part}-{page}") for part in ("head", "about", "app")},
    )


def pages_router(tenants: tuple[str, ...]) -> APIRouter:
    router = APIRouter()

    @router.get("/")
    def javascript() -> HTMLResponse:
        return _page("javascript", tenants)

    @router.get("/pyscript")
    def python() -> HTMLResponse:
        return _page("python", tenants)

    @router.get("/worker")
    def worker() -> HTMLResponse:
        return _page("worker", tenants)

    # The paths below it are for links in messages, and for users who come from a provider.
    @router.get(SIGN_IN_PATH)
    @router.get(SIGN_IN_PATH + "/{_purpose:path}")
    def sign_in() -> HTMLResponse:
        return _filled("sign-in", SIGN_IN, tenants, head=_read("head-python"))

    return router

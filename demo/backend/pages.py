"""The pages and their files."""

from collections.abc import Iterable
from pathlib import Path
from string import Template

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from demo.backend.documentation import Documentation
from demo.backend.files import OURS
from demo.backend.settings import SIGN_IN_PATH
from demo.backend.tenants import SECURE

WEB = Path(__file__).resolve().parents[1] / "web"
STATIC = WEB / "static"
TEMPLATES = WEB / "templates"

# The pages with the app, and a text about each.
TITLES = {
    "javascript": "the app in JavaScript",
    "python": "the app in Python",
    "worker": "Python in a worker",
}
SIGN_IN = "sign_in"

# The documentation page for each.
GUIDES = {
    "javascript": "install/script-tag.html",
    "python": "install/pyscript.html",
    "worker": "install/worker.html",
    SIGN_IN: "sign_in.html",
}

# Links in messages lead to these pages, whose addresses other sites must not get.
_HEADERS = {"Cache-Control": OURS, "Referrer-Policy": "no-referrer"}


def _read(part: str) -> str:
    return (TEMPLATES / f"{part}.html").read_text("utf-8").strip()


def _filled(
    template: str, page: str, tenants: Iterable[str], documentation: Documentation, **more: str
) -> HTMLResponse:
    current = {
        f"current_{name}": 'aria-current="page"' if name == page else ""
        for name in (*TITLES, SIGN_IN)
    }
    html = Template(_read(template)).substitute(
        page=page,
        header=Template(_read("header")).substitute(current),
        documentation=documentation.link(GUIDES[page]),
        tenants="".join(f'<option value="{tenant}">{tenant}</option>' for tenant in tenants),
        **more,
    )
    return HTMLResponse(html, headers=_HEADERS)


def _page(page: str, tenants: tuple[str, ...], documentation: Documentation) -> HTMLResponse:
    """One markup for all pages with the app; they differ in the place of Python."""
    return _filled(
        "page",
        page,
        # The app has no second factors.
        [tenant for tenant in tenants if tenant != SECURE],
        documentation,
        title=TITLES[page],
        work=_read("work-worker") if page == "worker" else "",
        **{part: _read(f"{part}-{page}") for part in ("head", "about", "app")},
    )


def pages_router(tenants: tuple[str, ...], documentation: Documentation) -> APIRouter:
    router = APIRouter()

    @router.get("/")
    def javascript() -> HTMLResponse:
        return _page("javascript", tenants, documentation)

    @router.get("/pyscript")
    def python() -> HTMLResponse:
        return _page("python", tenants, documentation)

    @router.get("/worker")
    def worker() -> HTMLResponse:
        return _page("worker", tenants, documentation)

    # The paths below it are for links in messages, and for users who come from a provider.
    @router.get(SIGN_IN_PATH)
    @router.get(SIGN_IN_PATH + "/{_purpose:path}")
    def sign_in() -> HTMLResponse:
        return _filled("sign-in", SIGN_IN, tenants, documentation, head=_read("head-python"))

    return router

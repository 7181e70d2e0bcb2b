"""The pages and their files."""

import mimetypes
import os
from pathlib import Path
from string import Template

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

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


# The pages, and what is said of the app in each.
TITLES = {
    "javascript": "the app in JavaScript",
    "python": "the app in Python",
    "worker": "Python in a worker",
}


def _page(page: str, tenants: tuple[str, ...]) -> HTMLResponse:
    """One markup for all pages; they differ in where Python runs and what is said of it."""

    def read(part: str) -> str:
        return (TEMPLATES / f"{part}.html").read_text("utf-8").strip()

    html = Template(read("page")).substitute(
        page=page,
        title=TITLES[page],
        tenants="".join(f'<option value="{tenant}">{tenant}</option>' for tenant in tenants),
        work=read("work-worker") if page == "worker" else "",
        **{part: read(f"{part}-{page}") for part in ("head", "about", "app")},
        **{f"current_{name}": 'aria-current="page"' if name == page else "" for name in TITLES},
    )
    return HTMLResponse(html, headers={"Cache-Control": OURS})


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

    return router

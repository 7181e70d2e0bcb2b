"""Folders of files that the demo serves."""

import mimetypes
import os
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

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

    def __init__(
        self, directory: Path, cache_control: str, *, html: bool = False, check_dir: bool = True
    ) -> None:
        super().__init__(directory=directory, html=html, check_dir=check_dir)
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

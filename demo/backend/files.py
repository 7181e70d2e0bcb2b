"""Folders of files that the demo serves."""

import mimetypes
import os
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

# Some systems do not know these types, and browsers require them.
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("application/wasm", ".wasm")
mimetypes.add_type("text/x-python", ".py")

# Our files change during development. The vendor files are big: they are cached and revalidated
# each time, because a rebuilt wheel keeps its name.
OURS = "no-store"
VENDOR = "no-cache"


class Files(StaticFiles):
    """A folder of files with their Cache-Control."""

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

"""Serves the bench's pages, Pyodide with our wheel, and supertokens-website."""

import contextlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.browser.conftest import CONTENT_TYPES
from tests.conftest import ROOT

FOLDERS = {
    "vendor": ROOT / "build" / "vendor",
    "website": ROOT / "build" / "supertokens-website",
    "bench": ROOT / "tests" / "bench" / "pages",
}


class _Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    extensions_map = CONTENT_TYPES

    def translate_path(self, path: str) -> str:
        folder, _, file = urlsplit(path).path.lstrip("/").partition("/")
        return str(FOLDERS.get(folder, Path("nowhere")) / file)

    def end_headers(self) -> None:
        # The clock of an isolated page ticks every 5 µs, that of another every 100 µs.
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextlib.contextmanager
def serve() -> Iterator[str]:
    """Serve in the background; gives the origin."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()

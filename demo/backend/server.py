"""A web server in its own thread, which lives as long as a `with` block."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Generator, Iterator

import uvicorn
from starlette.types import ASGIApp

from demo.backend.errors import StartError

START_TIMEOUT = 30.0
STOP_TIMEOUT = 5.0


def bind(host: str, port: int) -> socket.socket:
    """Open the socket first, so that the port is known before the application is made."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Without the protocol's name asyncio leaves Nagle's algorithm on, which costs 40 ms a response.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # Not on Windows, where it would let two servers share a port.
    if hasattr(socket, "SO_REUSEPORT"):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        # Listening here already refuses a port that is in use.
        sock.listen(128)
    except OSError as error:
        sock.close()
        raise StartError(f"Cannot listen on {host} port {port}: {error.strerror}") from error
    return sock


def port_of(sock: socket.socket) -> int:
    port: int = sock.getsockname()[1]
    return port


class Server(uvicorn.Server):
    """A uvicorn server that leaves signals alone and reports when it has started."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2)
        )
        self.up = threading.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@contextlib.contextmanager
def serve(app: ASGIApp, sock: socket.socket, name: str) -> Iterator[threading.Event]:
    """Serve the application on the socket; the event is set when the server has ended."""
    server = Server(app)
    ended = threading.Event()

    def run() -> None:
        try:
            asyncio.run(server.serve([sock]))
        finally:
            ended.set()
            # Also after a failure, or a waiting thread would never continue.
            server.up.set()

    # No join: if a signal interrupts one, the thread counts as ended although it is not.
    threading.Thread(target=run, name=name, daemon=True).start()
    try:
        server.up.wait(START_TIMEOUT)
        if not server.started:
            raise StartError(f"The {name} does not start.")
        yield ended
    finally:
        server.should_exit = True
        ended.wait(STOP_TIMEOUT)
        sock.close()

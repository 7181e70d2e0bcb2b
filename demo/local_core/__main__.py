"""Run the core as a server of its own."""

import argparse
import contextlib
import socket
import sqlite3
import sys

import uvicorn

from demo.local_core.app import create_app
from demo.local_core.core import FEATURES


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m demo.local_core", description="A small SuperTokens core, for development."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=3567, help="%(default)s; 0 for any free port")
    parser.add_argument("--db", metavar="FILE", help="SQLite file (default: in memory)")
    parser.add_argument(
        "--access-token-validity",
        metavar="SECONDS",
        type=int,
        default=3600,
        help="how long access tokens live (%(default)s)",
    )
    parser.add_argument(
        "--features",
        metavar="NAMES",
        default=",".join(FEATURES),
        help="what the licence allows, between commas (%(default)s)",
    )
    parser.add_argument("--api-key", metavar="KEY", help="answer only requests with this key")
    arguments = parser.parse_args()
    try:
        listener = _listen(arguments.host, arguments.port)
    except (OSError, OverflowError) as error:
        sys.exit(f"Cannot listen on {arguments.host} port {arguments.port}: {error}")
    try:
        app = create_app(
            arguments.db,
            arguments.access_token_validity,
            api_key=arguments.api_key,
            features=[name for name in arguments.features.split(",") if name],
        )
    except ValueError as error:
        sys.exit(str(error))
    except sqlite3.Error as error:
        sys.exit(f"The data in {arguments.db} cannot be used: {error}")
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    print(f"SuperTokens core: http://{host}:{listener.getsockname()[1]}", flush=True)
    # No access log: it would show the parameters of every request.
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    # uvicorn sends itself the signal again after it has shut down in order.
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    # Here and not by uvicorn, so that with port 0 the one that was found can be printed.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family)
    # asyncio turns off Nagle's algorithm only for sockets that name their protocol. With it, every
    # response takes 40 ms longer.
    return socket.socket(family, listener.type, socket.IPPROTO_TCP, listener.detach())


if __name__ == "__main__":
    main()

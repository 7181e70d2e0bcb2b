"""Run the core as a server of its own."""

import argparse

import uvicorn

from demo.local_core.app import create_app


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m demo.local_core", description="A small SuperTokens core, for development."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=3567, help="port to listen on (%(default)s)")
    parser.add_argument("--db", metavar="FILE", help="SQLite file (default: in memory)")
    parser.add_argument(
        "--access-token-validity",
        metavar="SECONDS",
        type=int,
        default=3600,
        help="how long access tokens live (%(default)s)",
    )
    parser.add_argument("--api-key", metavar="KEY", help="answer only requests with this key")
    arguments = parser.parse_args()
    app = create_app(arguments.db, arguments.access_token_validity, api_key=arguments.api_key)
    print(f"SuperTokens core: http://{arguments.host}:{arguments.port}", flush=True)
    # No access log: it would show the parameters of every request.
    uvicorn.run(
        app, host=arguments.host, port=arguments.port, log_level="warning", access_log=False
    )


if __name__ == "__main__":
    main()

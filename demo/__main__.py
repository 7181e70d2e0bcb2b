"""Start the demo: a SuperTokens core, the backend and its pages."""

import argparse
import signal
import sys
from pathlib import Path

from demo.backend.errors import StartError

BUILD = Path(__file__).resolve().parents[1] / "build"


def port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is between 0 and 65535")
    return number


def seconds(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description=__doc__,
        epilog="Another core than the local one: SUPERTOKENS_CONNECTION_URI, SUPERTOKENS_API_KEY.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=port, default=8000, help="%(default)s; 0 for any free port")
    parser.add_argument("--db", metavar="FILE", help="keep the local core's data in this file")
    parser.add_argument(
        "--core-port", type=port, default=0, metavar="N", help="port of the local core (any)"
    )
    parser.add_argument(
        "--access-token-validity",
        type=seconds,
        metavar="SECONDS",
        help="life of the local core's access tokens (30)",
    )
    parser.add_argument(
        "--website", metavar="ORIGIN", help="where the pages are, if another server has them"
    )
    parser.add_argument(
        "--provider",
        action="store_true",
        help="run an OpenID provider, with whose accounts users may sign in",
    )
    parser.add_argument("--anti-csrf", action="store_true", help="ask for anti-csrf tokens")
    folders = {"vendor": "what `make vendor` made", "site": "what `make docs` made, if it is there"}
    for name, made in folders.items():
        parser.add_argument(
            f"--{name}", type=Path, default=BUILD / name, metavar="FOLDER", help=made
        )
    return parser.parse_args(arguments)


def main() -> int:
    options = parse()
    # SIGTERM unwinds like Ctrl-C. SIGINT needs a handler too: a shell script starts its background
    # programs with SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        # The import takes a second, during which Ctrl-C must be as quiet as later.
        from demo.backend.run import run

        run(options)
    except KeyboardInterrupt:
        return 0
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

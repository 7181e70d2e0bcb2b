"""The OpenID provider of the demo, a program in JavaScript."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from demo.backend.errors import StartError
from demo.backend.settings import Provider

PROGRAM = Path(__file__).resolve().parents[1] / "openid_provider" / "provider.mjs"
_CLIENT_ID, _CLIENT_SECRET = "demo", "demo-secret"
_ADDRESS = "OpenID provider: "
_STOP_TIMEOUT = 5


@contextlib.contextmanager
def openid_provider(*redirect_origins: str, port: int = 0) -> Iterator[Provider]:
    """Run the provider on a loopback port, 0 for any, and stop it in the end."""
    node = shutil.which("node")
    if node is None:
        raise StartError("The OpenID provider needs Node.js: install it, or leave out --provider.")
    arguments = ["--port", str(port), "--client-id", _CLIENT_ID, "--client-secret", _CLIENT_SECRET]
    for origin in redirect_origins:
        arguments += ["--redirect-origin", origin]
    process = subprocess.Popen(
        [node, str(PROGRAM), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        # Its notes are about settings that matter only in production.
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = (line.partition(_ADDRESS)[2].strip() for line in process.stdout)
        issuer = next((address for address in lines if address), None)
        if issuer is None:
            raise StartError(
                f"The OpenID provider does not start. Run `make setup`, or `node {PROGRAM}` to see "
                "why."
            )
        yield Provider(issuer, _CLIENT_ID, _CLIENT_SECRET)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()

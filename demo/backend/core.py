"""The core behind the backend: the one in the environment, or the local one."""

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from demo.backend.errors import StartError
from demo.backend.server import bind, port_of, serve
from demo.local_core.app import create_app

LOOPBACK = "127.0.0.1"
# In seconds; short, so that users see a token expire soon.
ACCESS_TOKEN_VALIDITY = 30
ANSWER_TIMEOUT = 30.0


@dataclass(frozen=True)
class Core:
    """The address of a core, and its API key."""

    uri: str
    api_key: str | None = None


def core_of_environment() -> Core | None:
    """The core in SUPERTOKENS_CONNECTION_URI."""
    uri = os.environ.get("SUPERTOKENS_CONNECTION_URI", "").strip()
    return Core(uri, os.environ.get("SUPERTOKENS_API_KEY") or None) if uri else None


@contextlib.contextmanager
def local_core(
    port: int = 0, db: str | None = None, access_token_validity: int | None = None
) -> Iterator[Core]:
    """Run the local core on a loopback port (0 for any), and stop it in the end."""
    _spare_proxies()
    sock = bind(LOOPBACK, port)
    try:
        app = create_app(
            db=db, access_token_validity=access_token_validity or ACCESS_TOKEN_VALIDITY
        )
    except sqlite3.Error as error:
        raise StartError(f"The data in {db} cannot be used: {error}") from error
    with serve(app, sock, "local core"):
        yield Core(f"http://{LOOPBACK}:{port_of(sock)}")


def features_of(core: Core) -> frozenset[str]:
    """The features in the core's licence: "account_linking", "mfa", "multi_tenancy" and others."""
    host = core.uri.split(";")[0].strip().rstrip("/")
    headers = {"api-key": core.api_key} if core.api_key else {}
    try:
        response = httpx.get(f"{host}/ee/featureflag", headers=headers, timeout=ANSWER_TIMEOUT)
        return frozenset(response.raise_for_status().json()["features"])
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise StartError(f"The core at {core.uri} does not say what it can do. {error}") from error


def wait_until_it_answers(core: Core, timeout: float = ANSWER_TIMEOUT) -> None:
    """Return when the core answers and accepts the API key."""
    # There may be several hosts; the SDK tries one after the other.
    hosts = [host.strip().rstrip("/") for host in core.uri.split(";") if host.strip()]
    end = time.monotonic() + timeout
    while not (answering := [host for host in hosts if _answers(host)]):
        if time.monotonic() > end:
            raise StartError(f"The SuperTokens core at {core.uri} does not answer.")
        time.sleep(0.1)
    if not _accepts_key(answering[0], core.api_key):
        wrong = "refuses the one in" if core.api_key else "got none: set"
        raise StartError(
            f"The SuperTokens core at {core.uri} wants an API key, and {wrong} SUPERTOKENS_API_KEY."
        )


def _accepts_key(host: str, api_key: str | None) -> bool:
    headers = {"api-key": api_key} if api_key else {}
    try:
        response = httpx.get(host + "/apiversion", headers=headers, timeout=ANSWER_TIMEOUT)
    except (httpx.HTTPError, ValueError):
        # The SDK's calls will report what is wrong.
        return True
    return response.status_code != httpx.codes.UNAUTHORIZED


def _answers(host: str) -> bool:
    try:
        return httpx.get(host + "/hello", timeout=5).is_success
    except httpx.HTTPError:
        return False


def _spare_proxies() -> None:
    """Keep the SDK's calls to our own ports away from a proxy in the environment."""
    for name in ("NO_PROXY", "no_proxy"):
        known = [host for host in os.environ.get(name, "").split(",") if host]
        os.environ[name] = ",".join([*known, LOOPBACK, "localhost"])

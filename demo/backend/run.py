"""All parts of the demo, started in order and stopped in reverse."""

import argparse
import asyncio
import contextlib
import sys
from pathlib import Path

from demo.backend.app import create_app
from demo.backend.core import core_of_environment, features_of, local_core, wait_until_it_answers
from demo.backend.errors import StartError
from demo.backend.mailbox import Mailbox
from demo.backend.openid_provider import openid_provider
from demo.backend.sdk import init_sdk
from demo.backend.server import bind, port_of, serve
from demo.backend.settings import Settings
from demo.backend.tenants import ensure_tenants

# One file of each part that the pages load.
VENDOR_FILES = ("pyodide/pyodide.mjs", "pyscript/core.js", "supertokens/supertokens.iife.js")
SHOWN_AS_LOCALHOST = {"127.0.0.1", "0.0.0.0", "::1", "::", ""}


def run(options: argparse.Namespace) -> None:
    """Serve the demo until the thread is interrupted."""
    _check_vendor(options.vendor)
    with contextlib.ExitStack() as running:
        # First, because a port in use is the most likely problem.
        sock = running.enter_context(contextlib.closing(bind(options.host, options.port)))
        core = core_of_environment()
        if core:
            _say_what_is_ignored(options)
        else:
            core = running.enter_context(
                local_core(options.core_port, options.db, options.access_token_validity)
            )
        wait_until_it_answers(core)
        features = features_of(core)
        _say_what_is_missing(features)

        host = "localhost" if options.host in SHOWN_AS_LOCALHOST else options.host
        origin = f"http://{host}:{port_of(sock)}"
        provider = None
        if options.provider:
            provider = running.enter_context(openid_provider(origin))
        settings = Settings(
            origin=origin,
            website=options.website or origin,
            core_uri=core.uri,
            core_api_key=core.api_key,
            vendor=options.vendor,
            site=options.site,
            anti_csrf=options.anti_csrf,
            features=features,
            provider=provider,
        )
        mailbox = Mailbox()
        init_sdk(settings, mailbox)
        tenants = asyncio.run(ensure_tenants(features))
        app = create_app(settings, tenants, mailbox)
        ended = running.enter_context(serve(app, sock, "backend"))
        pages = ("/ (JavaScript)", "/pyscript (Python)", "/worker (Python in a worker)", "/sign-in")
        print("Demo:", " · ".join(origin + page for page in pages), flush=True)

        # In slices: on some systems a wait without a timeout cannot be interrupted.
        while not ended.wait(1):
            pass
        raise StartError("The backend has stopped.")


def _say_what_is_ignored(options: argparse.Namespace) -> None:
    given = {
        "--core-port": options.core_port,
        "--db": options.db,
        "--access-token-validity": options.access_token_validity,
    }
    if ignored := [name for name, value in given.items() if value]:
        print(
            f"Without effect: {', '.join(ignored)}. SUPERTOKENS_CONNECTION_URI names another core "
            "than the local one. Configure that core instead, for instance with "
            "ACCESS_TOKEN_VALIDITY in its environment.",
            file=sys.stderr,
            flush=True,
        )


def _say_what_is_missing(features: frozenset[str]) -> None:
    missing = {
        "multi_tenancy": "tenants",
        "mfa": "second factors",
        "account_linking": "linked accounts",
    }
    if told := [name for feature, name in missing.items() if feature not in features]:
        print(f"The core's licence does not allow {', '.join(told)}.", file=sys.stderr, flush=True)


def _check_vendor(vendor: Path) -> None:
    missing = [name for name in VENDOR_FILES if not (vendor / name).is_file()]
    if missing:
        raise StartError(
            f"{vendor} lacks {', '.join(missing)}: start the demo with `make demo`, "
            "which assembles that folder first."
        )

"""Attaching a session to the page: finding or installing the shim, and connecting the core."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from typing import Any, cast

from .. import _api
from .._client import Client
from .._core.clock import STORAGE_KEY
from .._core.config import Config, Page, from_javascript, read_config
from .._core.messages import write_error, write_plan
from .._core.session import Session
from ..errors import AlreadyInitialised, SuperTokensError, UnsupportedPlatform
from . import captured
from .convert import python_error
from .functions import Functions, date_provider, split, use_page_skew
from .host import BrowserHost

# The page's one shim is registered under Symbol.for() of this (js_shim/src/index.js).
_SHIM_KEY = "supertokens-pyodide"

_IN_BROWSER = platform.system() == "Emscripten"


def start(options: Mapping[str, Any]) -> Client:
    """Start for Python: take the page's shim, or install the one that the package carries."""
    _require_page()
    shim = _find_shim() or _install_shim()
    shown, functions = split(options)
    given = _given_options(shim)
    adapted = Functions(functions)
    try:
        page = _page(shim, adapted)
        config = read_config(shown if given is None else given, page)
        if given is not None and options and read_config({**given, **shown}, page) != config:
            raise AlreadyInitialised(
                "JavaScript on this page has initialised the session SDK with other options."
            )
        return connect(shim, config, functions, adapted)
    except BaseException:
        adapted.destroy()
        raise


def read_options(options: Mapping[str, Any]) -> Config:
    """The options, checked against the page that they are for; raises ConfigError."""
    _require_page()
    return read_config(split(options)[0], _page(_find_shim()))


def _page(shim: Any, functions: Functions | None = None) -> Page:
    page = shim.pageFor(functions.object if functions else None)
    return Page(page.hostname, bool(page.secure))


def connect(shim: Any, config: Config, functions: Mapping[str, Any], adapted: Functions) -> Client:
    """Hand a new session's core to the shim, and make it the current one.

    ``functions`` are the options that are functions, ``adapted`` is what the shim calls of them.
    """
    import js
    from pyodide.ffi import JsException, create_proxy, to_js

    session = Session(
        config,
        {STORAGE_KEY: shim.readStorage(STORAGE_KEY) or None},
        date_provider=date_provider(functions, shim),
    )
    use_page_skew(session.flows.clock, shim)
    client = Client(config, session, functions)
    adapted.match_urls(client.recipe)
    core_functions = {
        "exchange": client.port.exchange,
        "call": client.port.call,
        "resume": client.port.resume,
        "cancel": client.port.cancel,
        "notify": client.notify,
        "compare": lambda options: refusal(options, config),
        "closed": lambda: _api.close(),
    }
    proxies = {name: create_proxy(function) for name, function in core_functions.items()}
    data = {"plan": write_plan(config), "functions": adapted.object}
    core = to_js({**proxies, **data}, dict_converter=js.Object.fromEntries)
    try:
        shim.connect(core)
    except JsException as error:
        for proxy in proxies.values():
            proxy.destroy()
        raise python_error(error) from None
    captured.repoint()
    client.host = BrowserHost(shim, proxies, adapted)
    _api.bind(client)
    return client


def refusal(options: str, config: Config) -> str:
    """Why JavaScript's options (JSON) do not match a config, as JSON; empty if they do."""
    error: SuperTokensError = AlreadyInitialised(
        "Python on this page has initialised the session SDK with other options."
    )
    try:
        if read_options(from_javascript(json.loads(options))) == config:
            return ""
    except SuperTokensError as wrong:
        error = wrong
    return json.dumps(write_error(error))


def _require_page() -> None:
    if not _IN_BROWSER:
        raise UnsupportedPlatform(
            "There is no browser here.",
            hint="init() works in Pyodide or PyScript; in tests use supertokens_pyodide.testing.",
        )
    import js

    if not hasattr(js, "window"):
        raise UnsupportedPlatform(
            "This Python runs in a worker, which has no cookies of its own.",
            hint="Run it on the page's main thread: this version does not support workers.",
        )


def _given_options(shim: Any) -> dict[str, Any] | None:
    """What JavaScript gave to init() on this page, under Python names."""
    given = shim.givenOptions()
    return from_javascript(json.loads(given)) if given else None


def _find_shim() -> Any:
    import js

    return js.Reflect.get(js.globalThis, getattr(js.Symbol, "for")(_SHIM_KEY))


def _install_shim() -> Any:
    from pyodide.code import run_js

    # Read through the loader, so that a wheel on sys.path as a zip works too.
    path = os.path.join(os.path.dirname(__file__), "shim.js")
    run_js(cast(Any, __spec__).loader.get_data(path).decode())
    return _find_shim()

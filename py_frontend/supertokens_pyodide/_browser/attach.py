"""Attaching a session to the page: finding or installing the shim, and connecting the core."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any, cast

from .. import _current
from .._client import Client
from .._core.config.options import Config, Page, from_javascript, read_config, refuse_unknown
from .._core.environment.clock import STORAGE_KEY
from .._core.session.session import Session
from .._core.wire.plan import write_plan
from ..errors import AlreadyInitialised, BootFailed, SuperTokensError, UnsupportedPlatform
from .convert import javascript_error, plain, python_error, read_url
from .functions import Functions, date_provider, functions_of, use_page_skew
from .host import BrowserHost

# The page's one shim is registered under Symbol.for() of this name (js_shim/src/registry.js).
_SHIM_KEY = "supertokens-pyodide"

# The package's version: reading its metadata is slow. tools/check_versions.py compares the two.
VERSION = "0.1.0"

_IN_BROWSER = sys.platform == "emscripten"


def start(options: Mapping[str, Any]) -> Client:
    """Start from Python: use this realm's shim, or install the one in the package."""
    if _current.stand_in is not None:
        client = _current.stand_in.start(options)
        _current.bind(client)
        return client
    _require_browser()
    refuse_unknown(options)
    shim = _find_shim() or _install_shim()
    functions = functions_of(options)
    adapted = Functions(functions)
    try:
        client = new_client(shim, functions)
        if _in_worker() and options.get("token_store") != "indexedDB":
            _join(client, shim, options, functions, adapted)
        else:
            config = _agreed(shim, options, shim.givenOptions(), adapted)
            connect(client, shim, config, functions, adapted)
    except BaseException:
        adapted.destroy()
        raise
    _current.bind(client)
    return client


def new_client(shim: Any, functions: Mapping[str, Any] | None = None) -> Client:
    """A client, not open yet, for the page of this shim."""

    def covers(url: str, api_domain: str, backend_domain: str | None) -> bool:
        return bool(shim.isOurs(url, api_domain, backend_domain))

    return Client(covers, functions=functions)


def _join(
    client: Client,
    shim: Any,
    options: Mapping[str, Any],
    functions: Mapping[str, Any],
    adapted: Functions,
) -> None:
    """Ask the page that owns this worker for what the worker lacks; the page answers later."""
    from pyodide.ffi import JsException, create_once_callable

    scope = None
    if "api_domain" in options:  # otherwise the page knows it
        client.config = read_config(options, _page(shim, adapted))
        scope = plain(
            {
                "apiDomain": client.config.api_domain,
                "sessionTokenBackendDomain": client.config.session_token_backend_domain,
            }
        )

    def start(given: str | None) -> str:
        try:
            config = _agreed(shim, options, given, adapted)
            connect(client, shim, config, functions, adapted)
        except SuperTokensError as error:
            return javascript_error(error)
        return ""

    try:
        shim.join(scope, adapted.object, plain([STORAGE_KEY]), create_once_callable(start))
    except JsException as error:
        raise python_error(error) from None
    client.host = _host(client, shim, adapted)


def _host(client: Client, shim: Any, adapted: Functions) -> BrowserHost:
    blocking = None
    if shim.isMirrored:
        from .blocking import FreshXMLHttpRequest

        blocking = FreshXMLHttpRequest(client, shim)
    return BrowserHost(shim, adapted, blocking)


def _agreed(shim: Any, own: Mapping[str, Any], given: str | None, adapted: Functions) -> Config:
    """The config from Python's options and from the options that JavaScript gave (JSON), if any."""
    page = _page(shim, adapted)
    if not given:
        return read_config(own, page)
    options = from_javascript(json.loads(given))
    config = read_config({**options, **own}, page)
    if own and config != read_config(options, page):
        raise AlreadyInitialised(
            "JavaScript on this page has initialised the session SDK with other options."
        )
    return config


def read_options(options: Mapping[str, Any]) -> Config:
    """Check the options against their page; raises ConfigError."""
    if _current.stand_in is not None:
        return _current.stand_in.read_options(options)
    _require_browser()
    return read_config(options, _page(_find_shim()))


def _page(shim: Any, functions: Functions | None = None) -> Page:
    from pyodide.ffi import JsException

    try:
        page = shim.windowFor(functions.object if functions else None)
        return Page(page.hostname, bool(page.secure), read_url)
    except JsException as error:
        raise python_error(error) from None


def connect(
    client: Client, shim: Any, config: Config, functions: Mapping[str, Any], adapted: Functions
) -> None:
    """Connect a new session's core to the shim, and make it the current one.

    ``functions`` are the options that are functions; ``adapted`` are these as the shim calls them.
    """
    import js
    from pyodide.ffi import JsException, create_proxy, to_js

    try:
        stored = shim.readStorage(STORAGE_KEY) or None
        provider = date_provider(functions, shim)
    except JsException as error:
        raise python_error(error) from None
    session = Session(config, {STORAGE_KEY: stored}, date_provider=provider)
    use_page_skew(session.flows.clock, shim)
    client.open(config, session)
    adapted.match_urls(client.recipe)
    adapted.object.tokenStore = config.token_store
    core_functions = {
        "exchange": client.port.exchange,
        "call": client.port.call,
        "resume": client.port.resume,
        "observe": client.port.observe,
        "perform": client.port.perform,
        "cancel": client.port.cancel,
        "facts": lambda: _facts(client),
        "notify": client.notify,
        "compare": lambda options: agree(options, config),
        "closed": _current.close,
    }
    proxies = {name: create_proxy(function) for name, function in core_functions.items()}
    data = {"plan": write_plan(config), "functions": adapted.object}
    core = to_js({**proxies, **data}, dict_converter=js.Object.fromEntries)
    try:
        shim.connect(core)
    except JsException as error:
        for proxy in proxies.values():
            proxy.destroy()
        client.is_open = False
        raise python_error(error) from None
    host = client.host if isinstance(client.host, BrowserHost) else _host(client, shim, adapted)
    host.keep(proxies)
    client.host = host


def _facts(client: Client) -> str:
    return client.host.interpreter_facts() if isinstance(client.host, BrowserHost) else "{}"


def agree(options: str, config: Config) -> str:
    """Compare JavaScript's options (JSON) with a config; returns an error as JSON if they differ.

    If they match, the config also learns whether JavaScript gave a postAPIHook.
    """
    error: SuperTokensError = AlreadyInitialised(
        "The session SDK was already initialised on this page, with other options."
    )
    try:
        given = read_options(from_javascript(json.loads(options)))
        if given == config:
            config.has_post_api_hook |= given.has_post_api_hook
            return ""
    except SuperTokensError as wrong:
        error = wrong
    return javascript_error(error)


def _require_browser() -> None:
    if not _IN_BROWSER:
        raise UnsupportedPlatform(
            "There is no browser here.",
            hint="init() works in Pyodide or PyScript; in tests use supertokens_pyodide.testing.",
        )


def _require_same_version(shim: Any) -> None:
    if shim.version != VERSION:
        raise BootFailed(
            f"The page's shim ({shim.version}) and the Python package ({VERSION}) have different "
            "versions.",
            hint="Load the same version of both.",
        )


def _in_worker() -> bool:
    import js

    # PyScript may give a worker a window and a document.
    return hasattr(js, "WorkerGlobalScope")


def _find_shim() -> Any:
    import js

    shim = js.Reflect.get(js.globalThis, getattr(js.Symbol, "for")(_SHIM_KEY))
    if not shim:
        return None
    _require_same_version(shim)
    return shim.bridge


def _install_shim() -> Any:
    from pyodide.code import run_js
    from pyodide.ffi import JsException

    # Read by the module's loader, so that a zipped wheel on sys.path works, too.
    path = os.path.join(os.path.dirname(__file__), "shim.js")
    try:
        run_js(cast(Any, __spec__).loader.get_data(path).decode())
    except JsException as error:
        raise UnsupportedPlatform(
            "The page's Content-Security-Policy does not let Python install the SDK's JavaScript "
            "part, and the page has not loaded it.",
            hint="Load supertokens.iife.js with a script tag before Python starts, and serve "
            "supertokens.python.mjs beside it.",
        ) from error
    return _find_shim()

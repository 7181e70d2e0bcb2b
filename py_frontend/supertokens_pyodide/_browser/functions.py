"""Options that are functions: Python's adapted for the shim, and JavaScript's clock for Python."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from .._core.config.options import SEAMS
from .._core.environment.clock import THRESHOLD, Clock, DateProvider
from .._recipe import MATCH_URL, Recipe, is_overridden, reported
from ..errors import HandlerFailed

log = logging.getLogger("supertokens_pyodide")

_CALL_NAMES = {"request_init": "requestInit", "user_context": "userContext"}
_STORAGE = ("get_item_sync", "set_item_sync", "remove_item_sync")
_WINDOW = {
    "location": ("get_href", "get_host_name", "get_origin", "assign"),
    "history": ("replace_state", "get_state"),
    "local_storage": _STORAGE,
    "session_storage": _STORAGE,
}


def functions_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that are functions, valid or not."""
    return {name: value for name, value in options.items() if name in SEAMS}


class Functions:
    """Python's functions as an object of the shim; the shim calls ``destroy()`` when it is done."""

    def __init__(self, functions: Mapping[str, Any]) -> None:
        self._proxies: list[Any] = []
        self.object = self._object(self._made(functions))

    def _made(self, functions: Mapping[str, Any]) -> dict[str, Any]:
        make: dict[str, Callable[[Any], Any]] = {
            "pre_api_hook": self._pre_api_hook,
            "post_api_hook": self._post_api_hook,
            "cookie_handler": self._cookie_handler,
            "lock_factory": self._lock_factory,
            "window_handler": self._window_handler,
        }
        return {
            camel_case(name): make[name](value) for name, value in functions.items() if name in make
        }

    def replace(self, functions: Mapping[str, Any], recipe: Recipe) -> None:
        """Replace some of the functions."""
        for name, function in self._made(functions).items():
            setattr(self.object, name, function)
        if hasattr(self.object, "override"):
            del self.object.override
        self.match_urls(recipe)

    def destroy(self) -> None:
        """Free everything that the shim held."""
        for proxy in self._proxies:
            proxy.destroy()

    def _function(self, function: Callable[..., Any]) -> Any:
        from pyodide.ffi import create_proxy

        proxy = create_proxy(function)
        self._proxies.append(proxy)
        return proxy

    def _object(self, entries: Mapping[str, Any]) -> Any:
        import js
        from pyodide.ffi import to_js

        return to_js(dict(entries), dict_converter=js.Object.fromEntries)

    def _methods(self, handler: Any, names: Iterable[str]) -> Any:
        """A Python object's methods, under JavaScript's names."""
        return self._object(
            {
                camel_case(name): self._function(getattr(handler, name))
                for name in names
                if hasattr(handler, name)
            }
        )

    def _pre_api_hook(self, hook: Callable[[dict[str, Any]], Any]) -> Any:
        async def before(call: Any) -> Any:
            changed = await awaited(hook(read_call(call))) or {}
            return self._object(
                {_CALL_NAMES.get(name, name): plain(value) for name, value in changed.items()}
            )

        return self._function(before)

    def _post_api_hook(self, hook: Callable[[dict[str, Any]], Any]) -> Any:
        async def after(call: Any) -> None:
            from pyodide.http import FetchResponse

            native_response = call.fetchResponse
            response = FetchResponse(native_response.url, native_response)
            await awaited(hook({**read_call(call), "response": response}))

        return self._function(after)

    def _cookie_handler(self, make: Callable[[Any], Any]) -> Any:
        def handler(original: Any) -> Any:
            own = make(SnakeCase(original))
            return self._methods(own, ("get_cookie", "set_cookie"))

        return self._function(handler)

    def _lock_factory(self, make: Callable[[], Any]) -> Any:
        async def factory() -> Any:
            lock = await awaited(make())
            return self._methods(lock, ("acquire_lock", "release_lock"))

        return self._function(factory)

    def _window_handler(self, make: Callable[[Any], Any]) -> Any:
        def handler(original: Any) -> Any:
            import js

            own = make(SnakeCase(original))
            for name, methods in _WINDOW.items():
                part = getattr(own, name, None)
                if part is not None and not isinstance(part, SnakeCase):
                    replaced = getattr(original, camel_case(name))
                    js.Object.assign(replaced, self._methods(part, methods))
            return original

        return self._function(handler)

    def match_urls(self, recipe: Recipe) -> None:
        """Let the shim ask Python which URLs are ours, if Python overrides that function."""
        if not is_overridden(recipe, MATCH_URL):
            return
        own = self._object(
            {
                "shouldDoInterceptionBasedOnUrl": self._function(
                    lambda url, api_domain, domain=None: bool(
                        recipe[MATCH_URL](url, api_domain, domain)
                    )
                )
            }
        )
        functions = self._function(lambda _original, _builder: own)
        self.object.override = self._object({"functions": functions})


def date_provider(functions: Mapping[str, Any], shim: Any) -> DateProvider | None:
    """The page's own clock, from either language."""
    make = functions.get("date_provider")
    try:
        given = make() if make is not None else shim.dateProvider()
    except Exception as error:
        if make is None:
            raise  # the shim's error, which says so itself
        raise HandlerFailed("The page's date_provider failed.") from error
    return ReportedProvider(given if make is not None else SnakeCase(given)) if given else None


def use_page_skew(clock: Clock, shim: Any) -> None:
    """Take over the clock skew as JavaScript on this page overrides it."""
    calculate = shim.clockSkew()
    if calculate:
        clock.calculate_skew = reported(
            lambda payload: float(calculate(json.dumps(payload))),
            "calculateClockSkewInMillis",
            clock.skew_of,
        )


class ReportedProvider:
    """A page's own clock; if it fails, the error is logged and the client's clock is used."""

    def __init__(self, provider: DateProvider) -> None:
        name = "date_provider"
        # If the value is not a number, it fails here, where the cause is known.
        self.now = reported(lambda: float(provider.now()), name, lambda: time.time() * 1000)
        self.get_threshold_in_seconds = reported(
            lambda: float(provider.get_threshold_in_seconds()), name, lambda: THRESHOLD / 1000
        )
        self.set_client_clock_skew_in_millis = reported(
            provider.set_client_clock_skew_in_millis, name, lambda _skew: None
        )
        self.get_client_clock_skew_in_millis = reported(
            provider.get_client_clock_skew_in_millis, name, lambda: 0
        )


class SnakeCase:
    """A JavaScript object whose methods are called by Python's names."""

    def __init__(self, target: Any) -> None:
        self._target = target

    def __getattr__(self, name: str) -> Any:
        from pyodide.ffi import JsCallable

        value = getattr(self._target, camel_case(name))
        return value if isinstance(value, (str, int, float, bool, JsCallable)) else SnakeCase(value)


def camel_case(name: str) -> str:
    """A Python name in JavaScript's spelling."""
    if name.endswith("_api_hook"):
        return name.removesuffix("_api_hook") + "APIHook"
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)


def read_call(call: Any) -> dict[str, Any]:
    """A call to the backend, as Python hooks get it."""
    init = call.requestInit
    headers = dict(getattr(init.headers, "entries", lambda: init.headers.object_entries())())
    context = call.userContext
    return {
        "action": call.action,
        "url": call.url,
        "request_init": {
            "method": init.method,
            "credentials": init.credentials,
            "headers": headers,
        },
        "user_context": context.to_py() if hasattr(context, "to_py") else context,
    }


def plain(value: Any) -> Any:
    """A Python value as a JavaScript one."""
    import js
    from pyodide.ffi import to_js

    return to_js(value, dict_converter=js.Object.fromEntries)


async def awaited(result: Any) -> Any:
    """The result of a function that may be async."""
    return await result if isinstance(result, Awaitable) else result

"""The functions among a page's options, adapted: JavaScript's values come in, and go out."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from .._core.environment.clock import THRESHOLD, DateProvider
from .._recipe import reported
from .convert import plain

#: Makes a Python function callable for JavaScript.
Proxy = Callable[[Callable[..., Any]], Any]

_CALL_NAMES = {"request_init": "requestInit", "user_context": "userContext"}
_STORAGE = ("get_item_sync", "set_item_sync", "remove_item_sync")
_WINDOW = {
    "location": ("get_href", "get_host_name", "get_origin", "assign"),
    "history": ("replace_state", "get_state"),
    "local_storage": _STORAGE,
    "session_storage": _STORAGE,
}


def adapted(functions: Mapping[str, Any], proxy: Proxy) -> dict[str, Any]:
    """The functions that the shim calls, under JavaScript's names."""
    adapt: dict[str, Callable[[Any, Proxy], Callable[..., Any]]] = {
        "pre_api_hook": _pre_api_hook,
        "post_api_hook": _post_api_hook,
        "cookie_handler": _cookie_handler,
        "lock_factory": _lock_factory,
        "window_handler": _window_handler,
    }
    return {
        camel_case(name): proxy(adapt[name](value, proxy))
        for name, value in functions.items()
        if name in adapt
    }


def _methods(handler: Any, names: Iterable[str], proxy: Proxy) -> Any:
    """A Python object's methods, under JavaScript's names."""
    return plain(
        {
            camel_case(name): proxy(getattr(handler, name))
            for name in names
            if hasattr(handler, name)
        }
    )


def _pre_api_hook(hook: Callable[[dict[str, Any]], Any], _proxy: Proxy) -> Callable[..., Any]:
    async def before(call: Any) -> Any:
        changed = await awaited(hook(read_call(call))) or {}
        return plain({_CALL_NAMES.get(name, name): plain(value) for name, value in changed.items()})

    return before


def _post_api_hook(hook: Callable[[dict[str, Any]], Any], _proxy: Proxy) -> Callable[..., Any]:
    async def after(call: Any) -> None:
        from pyodide.http import FetchResponse

        native_response = call.fetchResponse
        response = FetchResponse(native_response.url, native_response)
        await awaited(hook({**read_call(call), "response": response}))

    return after


def _cookie_handler(make: Callable[[Any], Any], proxy: Proxy) -> Callable[..., Any]:
    def handler(original: Any) -> Any:
        return _methods(make(SnakeCase(original)), ("get_cookie", "set_cookie"), proxy)

    return handler


def _lock_factory(make: Callable[[], Any], proxy: Proxy) -> Callable[..., Any]:
    async def factory() -> Any:
        return _methods(await awaited(make()), ("acquire_lock", "release_lock"), proxy)

    return factory


def _window_handler(make: Callable[[Any], Any], proxy: Proxy) -> Callable[..., Any]:
    def handler(original: Any) -> Any:
        import js

        own = make(SnakeCase(original))
        for name, methods in _WINDOW.items():
            part = getattr(own, name, None)
            if part is not None and not isinstance(part, SnakeCase):
                replaced = getattr(original, camel_case(name))
                js.Object.assign(replaced, _methods(part, methods, proxy))
        return original

    return handler


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


async def awaited(result: Any) -> Any:
    """The result of a function that may be async."""
    return await result if isinstance(result, Awaitable) else result

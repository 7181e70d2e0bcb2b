"""The page's hooks around the calls of recipes, from either language."""

from __future__ import annotations

from typing import Any

from .adapters import read_call
from .convert import plain


async def before(hooks: Any, call: dict[str, Any]) -> dict[str, Any]:
    """The call after preAPIHook; a hook that fails is logged and changes nothing."""
    if not hooks.preAPIHook:
        return call
    import js

    changed = await hooks.before(_to_javascript(call))
    init = changed.requestInit
    # A worker's page gives them as a list; another hook as Headers or as an object.
    init.headers = js.Headers.new(init.headers)
    # A worker's page gives every property of a Request, also empty ones.
    options = {name: value for name, value in init.object_entries() if value}
    read = read_call(changed)
    return {**read, "request_init": {**options, "headers": read["request_init"]["headers"]}}


async def after(hooks: Any, call: dict[str, Any], response: Any) -> None:
    """Call postAPIHook with the response; a hook that fails is logged."""
    if hooks.postAPIHook:
        await hooks.after(_to_javascript(call), response.js_response)


def _to_javascript(call: dict[str, Any]) -> Any:
    return plain(
        {
            "action": call["action"],
            "url": call["url"],
            "requestInit": call["request_init"],
            "userContext": call["user_context"],
        }
    )

"""The step: what the core returns to a driver, as one JSON string.

A step is an object; each entry is there only if it is needed:

    cookies   strings to assign to document.cookie, in order
    storage   entries to put into localStorage
    warnings  sentences for the console
    unlock    flows whose lock is to be released
    events    session events to fire, under supertokens-website's key names
    spawned   steps of flows that are to be driven in parallel
    wake      flows whose wait is over
    reusableUntil  until this time, by the client's clock, the first step can be reused: see below
    flow      this flow's id, while it runs
    do        its effect: send, post, post_hook, get, verify, lock, wait, read_text or call, with
              its fields beside it
    verdict   once it has ended: deliver (the last response, or the refresh call's with
              ``refresh``), value, or fail (with ``error``: name, code, message, hint and, where
              they apply, status, reason, ``call``, whose response it stands for, and
              ``javascript``, the two texts in JavaScript's names)

A driver applies a step in the order of this list, performs the effect and resumes the flow with the
result: for ``send`` and ``post`` the bare status, or JSON ``{status, headers}`` when the response
has any of the plan's headers, or JSON ``{failure}``; for ``lock`` whether it was taken; for
``read_text`` the text, or nothing if it has not come within the plan's ``timeout``; for ``get``
JSON ``{status, text, cache_control}``, status 0 if no response came; for ``verify`` whether the
signature fits, or nothing if that is unknown; for ``wait`` nothing, or False at once if it cannot
wait; for a ``call`` with the name of a function JSON ``{value}``, and for any call that fails JSON
``{failed: true}``. A ``call`` without a name is of a Python function, which ``Port.perform`` calls;
its result stays in Python.

If a response's final URL is not ours (a redirect to another host), the response is not about the
session. The driver then resumes ``send`` with the bare status 0, and ``post`` with ``{failure}``.

A *reusable* step is the same for every equal call while the cookies stay the same, so a driver can
use it again. (Calls are equal if they have one name and no arguments. Exchanges are equal if they
report no headers and are not one-shot.) The core does not know an exchange that was begun this way.
Its response is delivered if it has none of the plan's headers and none of its ``statuses``.
Otherwise the driver begins the exchange now, with the cookies and the clock of its start, and
resumes it.
"""

from __future__ import annotations

import json
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any

from ...events import to_wire
from ..flow.effects import (
    Call,
    Effect,
    Get,
    Lock,
    Post,
    PostHook,
    ReadText,
    Send,
    Verify,
)
from ..flow.flows import Flow, Output
from ..session.exchange import Delivery

if TYPE_CHECKING:
    from .types import Step


_DELIVER = '{"verdict":"deliver"}'
#: The answer for a flow that no longer exists.
NOTHING = '{"verdict":"value","value":null}'


def write_step(output: Output, flow: Flow[Any], reusable_until: float | None = None) -> str:
    """The current step of a flow, with all output since the last step."""
    if not output and isinstance(flow.value, Delivery) and not flow.value.refresh:
        return _DELIVER  # the end of nearly every exchange
    step = _written(output)
    if reusable_until is not None and not output:
        step["reusableUntil"] = reusable_until
    step.update(_progress(flow))
    return json.dumps(step)


def write_output(output: Output) -> str:
    """A step without a flow; empty if there is no output."""
    return json.dumps(_written(output)) if output else ""


def _written(output: Output) -> Step:
    step: Step = {}
    if output.cookies:
        step["cookies"] = output.cookies
    if output.storage:
        step["storage"] = output.storage
    if output.warnings:
        step["warnings"] = output.warnings
    if output.unlock:
        step["unlock"] = output.unlock
    if output.wake:
        step["wake"] = output.wake
    if output.events:
        step["events"] = [to_wire(event) for event in output.events]
    if output.spawned:
        step["spawned"] = [_progress(child) for child in output.spawned]
    return step


def _progress(flow: Flow[Any]) -> Step:
    if flow.error is not None:
        from .errors import write_error

        return {"verdict": "fail", "error": write_error(flow.error)}
    if flow.ended:
        return _verdict(flow.value)
    step = _effect(flow.effect)
    step["flow"] = flow.id
    return step


def _verdict(value: object) -> Step:
    if isinstance(value, Delivery):
        return {"verdict": "deliver", "refresh": value.refresh}
    if is_dataclass(value):
        from .reports import write_report

        value = write_report(value)
    elif not isinstance(value, (str, int, float, dict, list, type(None))):
        value = None  # an internal outcome, which no caller reads
    return {"verdict": "value", "value": value}


def _effect(effect: Effect | None) -> Step:
    match effect:
        case Send(headers, drop, credentials):
            return {"do": "send", "headers": headers, "drop": drop, "credentials": credentials}
        case Post(url, headers, timeout, action, user_context, credentials):
            return {
                "do": "post",
                "url": url,
                "headers": headers,
                "credentials": credentials,
                "timeout": timeout,
                "action": action,
                "userContext": user_context,
            }
        case PostHook():
            return {"do": "post_hook"}
        case Lock(name, timeout):
            return {"do": "lock", "name": name, "timeout": timeout}
        case Get(url, timeout, fresh):
            return {"do": "get", "url": url, "timeout": timeout, "fresh": fresh}
        case Verify(key, algorithm, data, signature):
            return {
                "do": "verify",
                "key": key,
                "algorithm": algorithm,
                "data": data,
                "signature": signature,
            }
        case ReadText():
            return {"do": "read_text"}
        case Call(str(function), arguments):
            return {"do": "call", "function": function, "arguments": arguments}
        case Call():
            return {"do": "call"}
        case _:
            return {"do": "wait"}

"""The step: what the core hands to a driver, as one JSON string.

A step is an object with, each only where there is something to say:

    cookies   strings to assign to document.cookie, in order
    storage   entries to put into localStorage
    warnings  sentences for the console
    unlock    flows whose lock is to be freed
    events    session events to fire, under supertokens-website's key names
    spawned   steps of flows that are to be driven beside this one
    wake      flows whose wait is over
    reusableUntil  this first step is everybody's until then, by the client's clock: see below
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
signature fits, or nothing where nobody can tell; for ``wait`` nothing, or False at once where it
cannot wait; for ``call`` of a function that it names JSON ``{value}``, and for any that fails JSON
``{failed: true}``. A ``call`` without a name is of a function of Python, which ``Port.perform``
calls; what it gives stays in Python.

A response whose final URL is not ours (a redirect to another host) says nothing of the session. The
driver then resumes ``send`` with the bare status 0, and ``post`` with ``{failure}``.

A *reusable* step is what every like call gets while the cookies stay as they are, so a driver
need not ask again. (Like are calls without arguments of one name, and exchanges that report no
headers and are not one-shot.) An exchange that was begun so is unknown to the core. Its response is
delivered if it has none of the plan's headers and none of its ``statuses``; else the driver begins
it now, with the cookies and the clock of its time, and resumes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Literal, TypedDict

from ...events import to_wire
from ..config.options import to_javascript
from ..config.spelling import for_javascript
from ..diagnose.report import DiagnosticReport
from ..flow.effects import (
    Action,
    Call,
    Effect,
    Get,
    Lock,
    Post,
    PostHook,
    ReadText,
    Send,
    UserContext,
    Verify,
)
from ..flow.flows import Flow, Output
from ..session.exchange import Delivery
from ..session.session import SessionStatus
from .errors import ErrorData, write_error


class Step(TypedDict, total=False):
    """A step; each entry is there only where there is something to say (js_shim/src/flow)."""

    cookies: list[str]
    storage: dict[str, str]
    warnings: list[str]
    unlock: list[int]
    events: list[dict[str, Any]]
    spawned: list[Step]
    wake: list[int]
    reusableUntil: float
    flow: int
    do: Literal["send", "post", "post_hook", "get", "verify", "lock", "wait", "read_text", "call"]
    # What the effects have beside them.
    headers: Mapping[str, str]
    drop: Sequence[str]
    credentials: str | None
    url: str
    timeout: int
    action: Action
    userContext: UserContext
    name: str
    fresh: bool
    key: Mapping[str, str]
    algorithm: Mapping[str, str]
    data: str
    signature: str
    function: str
    arguments: Sequence[object]
    # How the flow has ended.
    verdict: Literal["deliver", "value", "fail"]
    refresh: bool
    value: object
    error: ErrorData


_DELIVER = '{"verdict":"deliver"}'
#: What a flow that is no longer there answers.
NOTHING = '{"verdict":"value","value":null}'


def write_step(output: Output, flow: Flow[Any], reusable_until: float | None = None) -> str:
    """The step at which a flow is, with everything that was put out on the way."""
    if not output and isinstance(flow.value, Delivery) and not flow.value.refresh:
        return _DELIVER  # the end of nearly every exchange
    step = _written(output)
    if reusable_until is not None and not output:
        step["reusableUntil"] = reusable_until
    step.update(_progress(flow))
    return json.dumps(step)


def write_output(output: Output) -> str:
    """A step without a flow; empty if nothing was put out."""
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
        return {"verdict": "fail", "error": write_error(flow.error)}
    if flow.ended:
        return _verdict(flow.value)
    step = _effect(flow.effect)
    step["flow"] = flow.id
    return step


def _verdict(value: object) -> Step:
    if isinstance(value, Delivery):
        return {"verdict": "deliver", "refresh": value.refresh}
    if isinstance(value, SessionStatus):
        value = {**asdict(value), "reason": value.reason and for_javascript(value.reason)}
    elif isinstance(value, DiagnosticReport):
        findings = [
            replace(
                finding, message=for_javascript(finding.message), hint=for_javascript(finding.hint)
            )
            for finding in value.findings
        ]
        value = asdict(replace(value, findings=findings, options=to_javascript(value.options)))
    elif not isinstance(value, (str, int, float, dict, list, type(None))):
        value = None  # an inner outcome: nobody outside reads it
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

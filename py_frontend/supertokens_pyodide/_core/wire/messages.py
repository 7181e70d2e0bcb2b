"""The wire between the core and its drivers: primitives in, one JSON string out.

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
    verdict   once it has ended: deliver (the last reply, or with ``refresh`` the refresh call's),
              value, or fail (with ``error``: name, code, message, hint and, where they apply,
              status, reason, ``call``, whose response it stands for, and ``javascript``, the two
              texts in JavaScript's names)

A driver applies a step in the order of this list, performs the effect and resumes the flow with the
result: for ``send`` and ``post`` the bare status, or JSON ``{status, headers}`` when the reply has
any of the plan's headers, or JSON ``{failure}``; for ``lock`` whether it was taken; for
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
headers and are not one-shot.) An exchange that was begun so is unknown to the core. Its reply is
delivered if it has none of the plan's headers and none of its ``statuses``; else the driver begins
it now, with the cookies and the clock of its time, and resumes it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Mapping
from dataclasses import asdict, replace
from typing import Any

from ... import errors
from ...errors import SuperTokensError
from ...events import to_wire
from ..config.options import Config, to_javascript
from ..config.spelling import for_javascript
from ..config.urls import SKIP_MARKER
from ..diagnose.report import DiagnosticReport
from ..environment.cookies import Cookies
from ..flow.effects import (
    Answer,
    Call,
    Document,
    Effect,
    Get,
    Head,
    Lock,
    Post,
    PostHook,
    ReadText,
    Send,
    Verify,
)
from ..flow.flows import Flow, Output
from ..refresh.cooldown import RETRY_AFTER_HEADER
from ..session.exchange import REQUEST_HEADERS, Delivery, RequestHead
from ..session.session import Session, SessionStatus
from ..state.local_state import REPLY_HEADERS

# Changes whenever the meaning of a step or of the plan does; both sides must agree on it.
PROTOCOL = 2

_DELIVER = '{"verdict":"deliver"}'
_NOTHING = '{"verdict":"value","value":null}'


def write_plan(config: Config) -> str:
    """What the shim must know to serve the core: which requests are ours and what to report."""
    interception = config.interception
    plan = {
        "protocol": PROTOCOL,
        "apiDomain": config.api_domain,
        "hostname": interception.hostname,
        "domain": interception.domain and interception.domain.removeprefix("."),
        "secure": interception.secure,
        "skip": SKIP_MARKER,
        "requestHeaders": REQUEST_HEADERS,
        "replyHeaders": (*REPLY_HEADERS, RETRY_AFTER_HEADER),
        "probe": Cookies(config).probe(),
        "statuses": [config.session_expired_status_code, config.invalid_claim_status_code],
        "timeout": config.refresh_milliseconds,
    }
    return json.dumps(plan)


def read_request(headers: str, one_shot: bool) -> RequestHead:
    """The caller's request; ``headers`` is JSON of those the plan names, or empty."""
    return RequestHead(json.loads(headers) if headers else {}, one_shot)


def read_result(effect: Effect | None, result: Any) -> Any:
    """An effect's result as the flow expects it."""
    if isinstance(effect, Call):
        answer = json.loads(result)
        return Answer(answer.get("value"), answer.get("failed", False))
    if isinstance(effect, Get):
        return Document(**json.loads(result))
    if not isinstance(effect, (Send, Post)):
        return result
    if not isinstance(result, str):
        return Head(int(result), {})
    data = json.loads(result)
    return Head(data.get("status", 0), data.get("headers", {}), data.get("failure"))


def write_step(output: Output, flow: Flow[Any], reusable_until: float | None = None) -> str:
    """The step at which a flow stands, with everything that was put out on the way."""
    if not output and isinstance(flow.value, Delivery) and not flow.value.refresh:
        return _DELIVER  # the end of nearly every exchange
    step = _written(output)
    if reusable_until is not None and not output:
        step["reusableUntil"] = reusable_until
    return json.dumps({**step, **_progress(flow)})


def _written(output: Output) -> dict[str, Any]:
    step: dict[str, Any] = {
        name: entries
        for name in ("cookies", "storage", "warnings", "unlock", "wake")
        if (entries := getattr(output, name))
    }
    if output.events:
        step["events"] = [to_wire(event) for event in output.events]
    if output.spawned:
        step["spawned"] = [_progress(child) for child in output.spawned]
    return step


def _progress(flow: Flow[Any]) -> dict[str, Any]:
    if flow.error is not None:
        return {"verdict": "fail", "error": write_error(flow.error)}
    if flow.ended:
        return _verdict(flow.value)
    return {"flow": flow.id, **_effect(flow.effect)}


def _verdict(value: Any) -> dict[str, Any]:
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


def _effect(effect: Effect | None) -> dict[str, Any]:
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
        case Verify():
            return {"do": "verify", **asdict(effect)}
        case ReadText():
            return {"do": "read_text"}
        case Call(str(function), arguments):
            return {"do": "call", "function": function, "arguments": arguments}
        case Call():
            return {"do": "call"}
        case _:
            return {"do": "wait"}


# What some errors say beside their text.
_FIELDS = ("status", "reason")


def write_error(error: SuperTokensError) -> dict[str, Any]:
    """An error as data."""
    data: dict[str, Any] = {
        "name": type(error).__name__,
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
    }
    more = {name: getattr(error, name, None) for name in _FIELDS}
    if more["status"] is not None:
        more["call"] = error.call
    texts = {name: for_javascript(data[name]) for name in ("message", "hint")}
    if texts != {name: data[name] for name in texts}:
        more["javascript"] = texts
    return {**data, **{name: value for name, value in more.items() if value is not None}}


def read_error(data: Mapping[str, Any]) -> SuperTokensError:
    """An error from what ``write_error`` made of it."""
    kind = getattr(errors, data["name"], None)
    if not (isinstance(kind, type) and issubclass(kind, SuperTokensError)):
        kind = SuperTokensError
    error = kind.__new__(kind)
    SuperTokensError.__init__(error, data["message"], hint=data["hint"])
    vars(error).update({name: data[name] for name in _FIELDS if data.get(name) is not None})
    return error


class Port:
    """The core as its drivers call it: the environment comes in with each call, a step goes out."""

    # What a driver may call by name; each is a flow of Session, its arguments JSON values.
    CALLS = frozenset(
        {
            "does_session_exist",
            "get_session_status",
            "get_user_id",
            "get_access_token",
            "get_access_token_payload",
            "get_tenant_id",
            "ensure_fresh",
            "validate_claims",
            "validate_page_claims",
            "check_claim",
            "get_invalid_claims",
            "attempt_refresh",
            "verify_access_token",
            "diagnose",
            "sign_out",
        }
    )

    # Those that only read: while a session is there, their answers are those of its cookies.
    _READS = frozenset(
        {
            "does_session_exist",
            "get_session_status",
            "get_user_id",
            "get_access_token",
            "get_access_token_payload",
            "get_tenant_id",
        }
    )

    def __init__(self, session: Session) -> None:
        self._session = session
        self._flows = session.flows
        self._cookies = ""
        self._now: float = 0
        # What functions of Python gave, by the flow that asked for it.
        self._answers: dict[int, Answer] = {}

    def exchange(self, headers: str, one_shot: bool, cookies: str | None, now: float) -> str:
        """Begin an exchange; ``headers`` is JSON of the caller's that the plan names, or empty.

        It may have begun some time ago: then the environment is that of its beginning.
        """
        is_sent = self._enter(cookies, now, may_be_over=True)
        request = read_request(headers, one_shot)
        flow = self._flows.begin(self._session.exchange(request, is_sent=is_sent))
        alike = not headers and not one_shot
        return self._first_step(flow, alike and isinstance(flow.effect, Send))

    def call(self, name: str, arguments: str, cookies: str | None, now: float) -> str:
        """Begin one of CALLS; ``arguments`` is a JSON object, or empty."""
        given = json.loads(arguments) if arguments else {}
        self._enter(cookies, now)
        flow = self._begin(name, given)
        alike = not given and name in self._READS
        return self._first_step(flow, alike and flow.ended and flow.error is None)

    def begin(
        self, name: str, arguments: Mapping[str, Any], cookies: str, now: float
    ) -> tuple[Flow[Any], str | None]:
        """Begin one of CALLS for a caller in Python, who reads the flow's outcome itself.

        The step is None when the flow has ended and left a driver nothing to do.
        """
        self._session.enter(cookies, now)
        self._now = now
        flow = self._begin(name, arguments)
        output = self._flows.take_output()
        return flow, None if flow.ended and not output else write_step(output, flow)

    def _enter(self, cookies: str | None, now: float, *, may_be_over: bool = False) -> bool:
        """Take the environment, and return whether it is that of a moment that is over.

        No cookies means those of the last call, as strings are dear.
        """
        if cookies is not None:
            self._cookies = cookies
        if may_be_over and now < self._now:
            self._session.go_back(self._cookies, now)
            return True
        self._session.enter(self._cookies, now)
        self._now = now
        return False

    def _begin(self, name: str, arguments: Mapping[str, Any]) -> Flow[Any]:
        if name not in self.CALLS:
            raise ValueError(f"no such call: {name}")
        return self._flows.begin(getattr(self._session, name)(**arguments))

    def _first_step(self, flow: Flow[Any], is_alike: bool) -> str:
        until = self._session.reusable_until() if is_alike else None
        return write_step(self._flows.take_output(), flow, until)

    def resume(self, flow_id: int, result: Any, cookies: str | None, now: float) -> str:
        """Resume a flow with its effect's result."""
        self._enter(cookies, now)
        answer = self._answers.pop(flow_id, None)
        if answer is None:
            answer = read_result(self._flows.effect_of(flow_id), result)
        flow = self._flows.resume(flow_id, answer)
        return _NOTHING if flow is None else write_step(self._flows.take_output(), flow)

    def observe(self, cookies: str, now: float) -> str:
        """Look what other tabs have done; a step with their events, or nothing."""
        self._session.enter(cookies, now)
        self._now = now
        output = self._flows.take_output()
        return json.dumps(_written(output)) if output else ""

    async def perform(self, flow_id: int) -> None:
        """Call the function of Python that a flow asks for, and keep what it gives for ``resume``.

        Raises what the function raises, for the driver to report.
        """
        effect = self._flows.effect_of(flow_id)
        if not isinstance(effect, Call) or isinstance(effect.function, str):
            return  # its caller has gone meanwhile
        try:
            value = effect.function(*effect.arguments)
            if isinstance(value, Awaitable):
                value = await value
        except Exception as error:
            self._keep_answer(flow_id, effect, Answer(failed=True, error=error))
            raise
        self._keep_answer(flow_id, effect, Answer(value))

    def _keep_answer(self, flow_id: int, effect: Effect, answer: Answer) -> None:
        if self._flows.effect_of(flow_id) is effect:  # else its caller has gone meanwhile
            self._answers[flow_id] = answer

    def cancel(self, flow_id: int) -> None:
        """Forget a flow whose caller has gone."""
        self._flows.cancel(flow_id)

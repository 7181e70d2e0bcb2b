"""The JSON that the core writes; for type checkers, never imported at run time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

from ..flow.effects import Action, UserContext
from .errors import ErrorData


class Step(TypedDict, total=False):
    """A step; each entry is there only if it is needed (js_shim/src/flow)."""

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
    # The further entries of effects.
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


class Plan(TypedDict):
    """Which requests are ours, and what the core needs of them (js_shim/src/target.js)."""

    protocol: int
    apiDomain: str
    #: The API's host; ports do not matter.
    hostname: str
    #: This domain and its subdomains are ours as well.
    domain: str | None
    #: The API is on https: requests by plain http are not ours.
    secure: bool
    #: A URL that contains this text is never ours.
    skip: str
    requestHeaders: Sequence[str]
    responseHeaders: Sequence[str]
    #: A cookie write for a test, which stores nothing of a session, and its undoing.
    probe: Sequence[str]
    #: The statuses of responses that the core acts on.
    statuses: Sequence[int]
    #: The timeout of the shim's own reading of a body, in milliseconds.
    timeout: int

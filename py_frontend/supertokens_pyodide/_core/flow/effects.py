"""Effects: what a flow asks its driver to do.

A flow is an ``async def`` whose awaits yield these objects and nothing else; the driver performs
one and resumes the flow with the result. No event loop is involved.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

# What a caller hands to its own hooks, overrides and handlers; means nothing to the core.
UserContext = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Head:
    """A response as the core sees it: its status and those headers that the plan asks for.

    ``status`` 0 means that no response came; ``failure`` then says why: ``network`` or ``timeout``.
    """

    status: int
    headers: dict[str, str] = field(repr=False)
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """Send the exchange's own request, with ``headers`` set and those in ``drop`` removed.

    ``credentials`` applies unless the caller chose; None leaves them alone. Results in a Head.
    A request that fails ends its flow: the caller gets the failure itself.
    """

    headers: dict[str, str] = field(repr=False)
    drop: tuple[str, ...] = ()
    credentials: str | None = None


Action = Literal["REFRESH_SESSION", "SIGN_OUT"]


@dataclass(frozen=True, slots=True)
class Post:
    """POST to the backend, not intercepted; ``timeout`` in milliseconds. Results in a Head.

    ``credentials`` says whether the browser's cookies go with it. The page's preAPIHook, if it has
    one, may change it on its way; it is told the ``action``, and the ``user_context`` unless the
    flow's caller has given its driver another.
    """

    url: str
    headers: dict[str, str] = field(repr=False)
    timeout: int
    action: Action
    user_context: UserContext = field(default_factory=dict, repr=False)
    credentials: str = "include"


@dataclass(frozen=True, slots=True)
class PostHook:
    """Call the page's postAPIHook for the Post that came last."""


@dataclass(frozen=True, slots=True)
class Lock:
    """Take a lock that all tabs share, held until the flow unlocks it or ends.

    ``timeout`` in milliseconds. Results in whether it was taken.
    """

    name: str
    timeout: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait until a step names this flow in ``wake``. Results in False where that would block."""


@dataclass(frozen=True, slots=True)
class ReadText:
    """Read the body of the response that came last, which the caller can still read; gives text."""


@dataclass(frozen=True, slots=True)
class Call:
    """Call a function of the application's, which may be async. Results in an Answer.

    One of Python is held here, and so is what it gives. One of JavaScript is named; its caller gave
    it to the driver, and its arguments and value are JSON.
    """

    function: Callable[..., object] | str
    arguments: tuple[Any, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an application's function gave, or that it ``failed``, and its error if known."""

    value: Any = field(default=None, repr=False)
    failed: bool = False
    error: Exception | None = field(default=None, repr=False)


class FunctionFailed(Exception):
    """A function of the application's failed; the cause is its own error, if that is known."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a Get has got; ``status`` 0 means that no response came.

    ``cache_control`` is the response's header, which says how long it may be kept.
    """

    status: int
    text: str = ""
    cache_control: str = ""


@dataclass(frozen=True, slots=True)
class Get:
    """GET something public, not intercepted and without credentials; results in a Document.

    ``timeout`` in milliseconds; ``fresh`` asks the server even where the browser's cache has it.
    """

    url: str
    timeout: int
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Verify:
    """Verify a signature (base64url) of ``data`` by WebCrypto, with a JWK.

    ``algorithm`` as WebCrypto names it. Results in whether it fits; None where there is no
    WebCrypto.
    """

    key: dict[str, str]
    algorithm: dict[str, str]
    data: str = field(repr=False)
    signature: str = field(repr=False)


Effect = Send | Post | PostHook | Get | Verify | Lock | Wait | ReadText | Call


@types.coroutine
def perform(effect: Effect) -> Generator[Effect, Any, Any]:
    """Hand an effect to the driver and wait for its result."""
    return (yield effect)


class Transmit(Protocol):
    """One trip of a request to the network, with the session's headers on it."""

    async def __call__(self, send: Send, /) -> Head:
        """Send it and return the response's head."""


async def send(effect: Send) -> Head:
    """Send the exchange's own request."""
    head: Head = await perform(effect)
    return head


async def post(effect: Post) -> Head:
    """POST to the backend; a failure is a Head with status 0."""
    head: Head = await perform(effect)
    return head


async def post_hook() -> None:
    """Let the page know of the call that succeeded."""
    await perform(PostHook())


async def get(effect: Get) -> Document:
    """GET something public; a failure is a Document with status 0."""
    document: Document = await perform(effect)
    return document


async def verify(effect: Verify) -> bool | None:
    """Whether a signature fits; None where nobody can tell."""
    fits: bool | None = await perform(effect)
    return fits


async def lock(effect: Lock) -> bool:
    """Take a lock shared by all tabs; False when that took too long."""
    taken: bool = await perform(effect)
    return taken


async def read_text() -> str:
    """The body of the response that came last."""
    text: str = await perform(ReadText())
    return text


async def call(effect: Call) -> Any:
    """Call a function of the application's and return what it gives; raises FunctionFailed."""
    answer: Answer = await perform(effect)
    if answer.failed:
        raise FunctionFailed from answer.error
    return answer.value

"""The browser's prompts for passkeys: one at a time; each outcome becomes a result."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol, cast, overload

from ... import _current
from ..._browser.passkeys import PromptFailed
from ..._client import Client
from ..._core.config.urls import is_ip_address
from ...errors import Closed, UnsupportedPlatform
from .._functions import kept_of
from ._results import (
    Aborted,
    AlreadyRegistered,
    Credential,
    Dismissed,
    NotSupported,
    PromptFailure,
    PromptResult,
    WrongRelyingParty,
)

# The transports that the backend SDK knows: others make it fail.
_TRANSPORTS = ("ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb")

IN_WORKER = (
    "A worker cannot prompt for passkeys: let the page call create_credential() or "
    "get_credential() with the options of register_options() or sign_in_options()."
)


class Control(Protocol):
    """Ends a prompt."""

    def abort(self) -> object:
        """End it."""


class Passkeys(Protocol):
    """The part of a browser that recipes need."""

    def unsupported(self) -> str | None:
        """The reason why there are no passkeys here; None if there are."""

    async def has_platform_authenticator(self) -> bool:
        """Whether the device itself can keep passkeys."""

    async def has_autofill(self) -> bool:
        """Whether the browser offers passkeys in forms (autofill)."""

    def new_control(self) -> Control:
        """A new object that can end a prompt."""

    async def create(self, options: Mapping[str, Any], control: Control) -> dict[str, Any]:
        """Make a passkey; raises PromptFailed."""

    async def get(
        self, options: Mapping[str, Any], control: Control, *, autofill: bool = False
    ) -> dict[str, Any]:
        """Ask for a passkey; raises PromptFailed."""

    async def signal_accepted(
        self, rp_id: str, user_handle: str, credential_ids: Sequence[str]
    ) -> None:
        """Report a user's current passkeys to the browser."""


Prompt = Callable[[Control], Coroutine[Any, Any, dict[str, Any]]]


class Prompts:
    """The prompts of one page: a new one replaces an open one."""

    def __init__(self) -> None:
        self._open: tuple[Control, asyncio.Event] | None = None
        self._asked_for = 0
        self._is_closed = False
        #: Set while no prompt is open or about to open, except autofill's.
        self.is_idle = asyncio.Event()
        self.is_idle.set()
        #: Held by the caller that offers passkeys in a form.
        self.offering = asyncio.Lock()

    async def show(self, passkeys: Passkeys, prompt: Prompt) -> PromptResult:
        """Show a prompt after the open one has ended."""
        self._asked_for += 1
        self.is_idle.clear()
        try:
            while self._open is not None:
                control, ended = self._open
                control.abort()
                await ended.wait()
            return await self._run(passkeys, prompt)
        finally:
            self._asked_for -= 1
            if not self._asked_for:
                self.is_idle.set()

    async def offer(self, passkeys: Passkeys, prompt: Prompt, seconds: float) -> PromptResult:
        """Show the prompt of autofill for some time, if there is no other."""
        if self._open is not None or not self.is_idle.is_set():
            return Aborted()
        return await self._run(passkeys, prompt, seconds)

    async def _run(
        self, passkeys: Passkeys, prompt: Prompt, seconds: float | None = None
    ) -> PromptResult:
        if self._is_closed:
            raise Closed
        control, ended = passkeys.new_control(), asyncio.Event()
        self._open = (control, ended)
        timer = None
        if seconds is not None:
            timer = asyncio.get_running_loop().call_later(seconds, control.abort)
        try:
            return read_credential(await prompt(control))
        except PromptFailed as failure:
            if self._is_closed:
                raise Closed from None
            return failed(failure.name, failure.message)
        except asyncio.CancelledError:
            control.abort()
            raise
        finally:
            if timer is not None:
                timer.cancel()
            self._open = None
            ended.set()

    def close(self) -> None:
        """End the open prompt."""
        self._is_closed = True
        if self._open is not None:
            self._open[0].abort()


def prompts_of(client: Client) -> Prompts:
    """The prompts of a client's page."""
    prompts = kept_of(client).parts.get("webauthn")
    if prompts is None:
        prompts = kept_of(client).parts["webauthn"] = Prompts()
    return cast(Prompts, prompts)


@overload
def passkeys_for(rp_id: None) -> Passkeys | NotSupported: ...


@overload
def passkeys_for(rp_id: str | None) -> Passkeys | NotSupported | WrongRelyingParty: ...


def passkeys_for(rp_id: str | None) -> Passkeys | NotSupported | WrongRelyingParty:
    """The browser's passkeys, or the reason why a relying party, if given, cannot use them."""
    client = _current.current()
    passkeys: Passkeys | None = client.host.passkeys() if client.host else None
    if passkeys is None:
        return NotSupported(IN_WORKER)
    host = client.config.page.hostname
    reason = passkeys.unsupported()
    if reason is None and is_ip_address(host):
        reason = "Browsers have no passkeys for IP addresses: open the page by its host name."
    if reason is not None:
        return NotSupported(reason)
    if rp_id is not None and host != rp_id and not host.endswith(f".{rp_id}"):
        return WrongRelyingParty(rp_id, host)
    return passkeys


def failed(name: str, message: str) -> PromptFailure:
    """The result for a failed prompt, by the DOMException's name."""
    match name:
        case "NotAllowedError":
            return Dismissed()
        case "AbortError":
            return Aborted()
        case "InvalidStateError":
            return AlreadyRegistered()
        case "NotSupportedError" | "ConstraintError" | "SecurityError":
            return NotSupported(f"{name}: {message}")
    raise UnsupportedPlatform(
        f"The browser's prompt for passkeys failed ({name}).",
        hint=message or "See the browser's console.",
    )


def read_credential(data: dict[str, Any]) -> Credential:
    """The answer of a prompt, in the backend's format."""
    response = dict(data["response"])
    if "transports" in response:
        response["transports"] = [t for t in response["transports"] if t in _TRANSPORTS]
    return Credential(data["id"], {**data, "response": response})

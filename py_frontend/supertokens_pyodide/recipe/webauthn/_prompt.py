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


class _Open:
    """A prompt that is open."""

    def __init__(self, control: Control) -> None:
        self.control = control
        self.ended = asyncio.Event()
        self.was_aborted_here = False

    def abort(self) -> None:
        """End it. Browsers' extensions may do so too, with the same DOMException."""
        self.was_aborted_here = True
        self.control.abort()


class Prompts:
    """The prompts of one page: a new one replaces an open one."""

    def __init__(self) -> None:
        self._open: _Open | None = None
        self._asked_for = 0
        self._is_closed = False
        #: Set while no prompt is open or about to open, except autofill's.
        self.is_idle = asyncio.Event()
        self.is_idle.set()
        #: Held by the caller that offers passkeys in a form.
        self.offering = asyncio.Lock()

    async def show(self, passkeys: Passkeys, prompt: Prompt, rp_id: str) -> PromptResult:
        """Show a prompt after the open one has ended."""
        self._asked_for += 1
        self.is_idle.clear()
        try:
            while self._open is not None:
                before = self._open
                before.abort()
                await before.ended.wait()
            return await self._run(passkeys, prompt, rp_id)
        finally:
            self._asked_for -= 1
            if not self._asked_for:
                self.is_idle.set()

    async def offer(
        self, passkeys: Passkeys, prompt: Prompt, rp_id: str, seconds: float
    ) -> PromptResult:
        """Show the prompt of autofill for some time, if there is no other."""
        if self._open is not None or not self.is_idle.is_set():
            return Aborted()
        return await self._run(passkeys, prompt, rp_id, seconds)

    async def _run(
        self, passkeys: Passkeys, prompt: Prompt, rp_id: str, seconds: float | None = None
    ) -> PromptResult:
        if self._is_closed:
            raise Closed
        self._open = shown = _Open(passkeys.new_control())
        timer = None
        if seconds is not None:
            timer = asyncio.get_running_loop().call_later(seconds, shown.abort)
        try:
            return Credential.from_json(await prompt(shown.control))
        except PromptFailed as failure:
            if self._is_closed:
                raise Closed from None
            if failure.name == "AbortError" and not shown.was_aborted_here:
                return Dismissed()
            return failed(failure.name, failure.message, rp_id)
        except asyncio.CancelledError:
            shown.abort()
            raise
        finally:
            if timer is not None:
                timer.cancel()
            self._open = None
            shown.ended.set()

    def close(self) -> None:
        """End the open prompt."""
        self._is_closed = True
        if self._open is not None:
            self._open.abort()


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


def failed(name: str, message: str, rp_id: str) -> PromptFailure:
    """The result for a failed prompt, by the DOMException's name."""
    match name:
        case "NotAllowedError":
            return Dismissed()
        case "AbortError":
            return Aborted()
        case "InvalidStateError":
            return AlreadyRegistered()
        case "SecurityError":
            # The host is below the relying party's domain, but that is a public suffix.
            return WrongRelyingParty(rp_id, _current.current().config.page.hostname)
        case "NotSupportedError" | "ConstraintError":
            return NotSupported(f"{name}: {message}")
    raise UnsupportedPlatform(
        f"The browser's prompt for passkeys failed ({name}).",
        hint=message or "See the browser's console.",
    )

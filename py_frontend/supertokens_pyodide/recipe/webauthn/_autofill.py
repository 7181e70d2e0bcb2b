"""Sign-in with a passkey that the browser offers in a form (autofill)."""

from __future__ import annotations

import asyncio
from typing import Self

from ... import _current
from ..._core.flow.effects import UserContext
from ...errors import RequestFailed
from ._options import SignInOptions
from ._prompt import passkeys_for, prompts_of
from ._results import (
    Aborted,
    Credential,
    Dismissed,
    InvalidOptions,
    NotSupported,
    PromptFailure,
    SignInOptionsResult,
    SignInResult,
)
from ._steps import sign_in_options, sign_in_with

# Seconds before the options expire, while the user may still be choosing.
_MARGIN = 10
# Seconds until a backend that did not answer is asked again.
_PAUSE = 10
# Seconds: two refusals that are quicker than this do not come from a user.
_AT_ONCE = 1.0


class autofill_sign_in:
    """Offer passkeys in the page's form, as long as the block runs.

        async with webauthn.autofill_sign_in() as offer:
            match await offer.result():
                case webauthn.SignedIn(user=user):
                    ...

    The form needs an input with ``autocomplete="username webauthn"``. Options are valid for a
    minute and are renewed in time, also after the network was away. Another prompt of the page
    interrupts the offer; the block's end ends it. If the browser does not support this, the result
    is NotSupported.
    """

    def __init__(
        self, *, tenant_id: str | None = None, user_context: UserContext | None = None
    ) -> None:
        self._tenant_id = tenant_id
        self._user_context = user_context
        self._task: asyncio.Task[SignInResult] | None = None

    async def __aenter__(self) -> Self:
        await _current.current().reached()
        self._task = asyncio.create_task(self._offer())
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def result(self) -> SignInResult:
        """Wait until the user chooses a passkey; returns the result of that sign-in."""
        if self._task is None:
            raise RuntimeError("The offer begins with `async with`.")
        return await asyncio.shield(self._task)

    async def _offer(self) -> SignInResult:
        async with prompts_of(_current.current()).offering:
            return await self._offered()

    async def _offered(self) -> SignInResult:
        prompts = prompts_of(_current.current())
        clock = asyncio.get_running_loop().time
        was_refused_at_once = False
        options = None
        while True:
            await prompts.is_idle.wait()
            options = await self._options(is_renewal=options is not None)
            if isinstance(options, InvalidOptions):
                return options
            began = clock()
            match await self._prompt(options):
                case Credential() as credential:
                    return await sign_in_with(
                        options=options,
                        credential=credential,
                        tenant_id=self._tenant_id,
                        user_context=self._user_context,
                    )
                case Aborted():
                    continue
                case Dismissed() as refused:
                    is_at_once = clock() - began < _AT_ONCE
                    if is_at_once and was_refused_at_once:
                        return refused
                    was_refused_at_once = is_at_once
                case failure:
                    return failure

    async def _options(self, *, is_renewal: bool) -> SignInOptionsResult:
        """Fetch options; an offer that was made outlives a network that is away for some time."""
        while True:
            try:
                return await sign_in_options(
                    tenant_id=self._tenant_id, user_context=self._user_context
                )
            except RequestFailed as error:
                if not is_renewal or error.status is not None:
                    raise
            await asyncio.sleep(_PAUSE)

    async def _prompt(self, options: SignInOptions) -> Credential | PromptFailure:
        passkeys = passkeys_for(options.rp_id)
        if isinstance(passkeys, PromptFailure):
            return passkeys
        if not await passkeys.has_autofill():
            return NotSupported("The browser offers no passkeys in forms.")
        return await prompts_of(_current.current()).offer(
            passkeys,
            lambda control: passkeys.get(options.public_key, control, autofill=True),
            options.rp_id,
            max(options.lifetime - _MARGIN, _MARGIN),
        )

"""Signing out: the session ends on the backend first, and then here."""

from __future__ import annotations

import json
from typing import Any

from ...errors import GeneralError, SignOutFailed, SuperTokensError
from ..config.options import Config
from ..flow.effects import Head, Send, UserContext, post, post_hook, read_text
from ..flow.flows import Flows
from ..foreign import read_json
from ..refresh.backend_calls import sign_out_call
from ..refresh.outcome import Ended, Unavailable
from ..state.local_state import LocalState
from ..state.snapshot import Present
from .access import Access
from .exchange import Exchanger, RequestHead


class SignOut:
    """Ends the session."""

    def __init__(
        self,
        config: Config,
        flows: Flows,
        state: LocalState,
        access: Access,
        exchanger: Exchanger,
    ) -> None:
        self._config = config
        self._flows = flows
        self._state = state
        self._access = access
        self._exchanger = exchanger

    async def sign_out(self, local_on_error: bool, user_context: UserContext) -> bool:
        """Sign out; False if the backend has not confirmed it.

        Raises GeneralError, and SignOutFailed unless the session must end here in any case.
        """
        context = self._portable(user_context)
        try:
            await self._end(context)
        except GeneralError:
            raise  # the backend has refused it
        except SuperTokensError:
            if not local_on_error:
                raise
            self._state.end(context)
            return False
        return True

    def _portable(self, context: UserContext) -> UserContext:
        """The part of a user context that JSON can express: hooks and events get only that."""
        kept = {}
        for name, value in context.items():
            try:
                json.dumps({name: value}, allow_nan=False)
                kept[name] = value
            except (TypeError, ValueError, RecursionError):
                self._flows.output.warnings.append(
                    f"Hooks and events do not get {name!r} of a user_context: JSON cannot express "
                    "its value."
                )
        return kept

    async def _end(self, context: UserContext) -> None:
        match await self._access.check():
            case Ended():
                self._state.emit({"action": "SIGN_OUT", "user_context": context})
                return
            case Unavailable(error):
                raise SignOutFailed(error.message, status=error.status)

        async def transmit(send: Send) -> Head:
            return await self._post(send, context)

        delivery = await self._exchanger.exchange(RequestHead({"rid": "session"}), transmit)
        status = delivery.head.status
        ended = not isinstance(self._state.snapshot(), Present)
        if ended and status == self._config.session_expired_status_code:
            return  # the refused refresh has ended the session and fired the event
        if not 200 <= status < 300:
            raise SignOutFailed(f"The sign-out was answered with {status}.", status=status)
        if self._config.has_post_api_hook:
            await post_hook()
        message = _general_error(await read_text())
        if message is not None:
            raise GeneralError(message)
        if self._state.outlives_its_end():
            raise SignOutFailed(
                "The backend has ended the session, but the browser still has a front token.",
                hint="Another subdomain has set a cookie sFrontToken for a parent domain, which "
                "this page cannot remove. Remove it there, or set session_token_frontend_domain.",
            )

    async def _post(self, send: Send, user_context: UserContext) -> Head:
        head = await post(sign_out_call(self._config, send.headers, user_context))
        if head.failure is not None:
            raise SignOutFailed("The sign-out got no response from the backend.")
        return head


def _general_error(text: str) -> str | None:
    try:
        body: Any = read_json(text)
    except ValueError:
        return None
    if not isinstance(body, dict) or body.get("status") != "GENERAL_ERROR":
        return None
    return str(body.get("message", "No error message was given."))

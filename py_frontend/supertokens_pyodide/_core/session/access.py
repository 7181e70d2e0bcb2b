"""Reading the current session: the user, the tokens, and how long they are valid."""

from __future__ import annotations

from ...errors import AccessTokenHidden, NoSession, SessionExpired
from ..refresh.outcome import Available, Ended, Outcome, Unavailable, is_available
from ..refresh.refresher import Refresher
from ..state.local_state import LocalState
from ..state.snapshot import Present, Unknown
from ..state.tokens import FrontToken, MalformedToken, Payload, read_access_token
from .exchange import Exchanger

DEFAULT_TENANT_ID = "public"


class Access:
    """Reads the session for flows; refreshes it first when its access token has expired."""

    def __init__(self, state: LocalState, refresher: Refresher, exchanger: Exchanger) -> None:
        self._state = state
        self._refresher = refresher
        self._exchanger = exchanger

    async def check(self, min_validity: float = 0) -> Outcome:
        """Ensure that the access token is valid for so many seconds, if there is a session."""
        token = await self._front_token()
        if token is None:
            unknown = isinstance(self._state.snapshot(), Unknown)
            return await self._refresher.probe() if unknown else Ended()
        if not self._state.has_expired(min_validity) and not self._state.is_incomplete():
            return Available()
        return await self._refresher.refresh(self._state.snapshot())

    async def front_token(self) -> FrontToken:
        """The session's front token; raises NoSession, or RefreshUnavailable if it is unknown."""
        token = await self._front_token()
        if token is not None and not self._state.is_incomplete():
            return token
        outcome = await self.check()
        if isinstance(outcome, Unavailable):
            raise outcome.error
        raise NoSession("No session exists.")

    async def payload(self) -> Payload:
        """The payload of a valid access token.

        Raises NoSession, SessionExpired or RefreshUnavailable.
        """
        token = await self.front_token()
        if self._state.has_expired():
            refreshed = is_available(await self._refresher.refresh(self._state.snapshot()))
            # A new token is valid, even if a wrong clock says otherwise.
            fresh = await self._front_token() if refreshed else None
            if fresh is None:
                raise SessionExpired("The session has ended.")
            token = fresh
        return token.payload

    async def tenant_id(self) -> str:
        """The tenant of the session; raises NoSession, SessionExpired or RefreshUnavailable."""
        tenant = (await self.payload()).get("tId")
        if tenant is None:
            tenant = self._tenant_in_access_token()
        # Tokens from before multi-tenancy name no tenant; backend SDKs use the default tenant then.
        return tenant if isinstance(tenant, str) else DEFAULT_TENANT_ID

    async def access_token(self) -> str:
        """The session's own access token, for its verification.

        Raises NoSession, RefreshUnavailable and AccessTokenHidden.
        """
        if not is_available(await self.check()):
            raise NoSession("No session exists.")
        token = self._state.access_token()
        if token is None:
            raise AccessTokenHidden("The backend does not expose the access token to this page.")
        return token

    def issuer(self) -> str | None:
        """The issuer of the session's tokens; None without a session, or if no token names it."""
        token = self._state.readable_token()
        issuer = None if token is None else token.payload.get("iss")
        return issuer if isinstance(issuer, str) else None

    async def _front_token(self) -> FrontToken | None:
        """The session's front token; if it cannot be read, it is refreshed once."""
        for _ in range(2):
            if not isinstance(await self._exchanger.settled(), Present):
                return None
            try:
                return self._state.front_token()
            except MalformedToken:
                self._state.forget()
        return None

    def _tenant_in_access_token(self) -> object:
        text = self._state.access_token()
        if text is None:
            return None
        try:
            return read_access_token(text).get("tId")
        except MalformedToken:
            return None

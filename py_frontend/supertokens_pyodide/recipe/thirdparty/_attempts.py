"""Attempts to sign in with a provider, which outlive the page that begins them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._body import Body
from .._page import Attempts

# Seconds that the user has to sign in at the provider.
LIFETIME = 600

attempts = Attempts("session", "supertokens-pyodide-oauth")


@dataclass(frozen=True, slots=True)
class OAuthState:
    """An attempt: the data that its callback must match."""

    state: str = field(repr=False)
    third_party_id: str
    tenant_id: str
    redirect_uri_on_provider_dashboard: str
    client_type: str | None
    second_factor: bool
    pkce_code_verifier: str | None = field(repr=False)

    @classmethod
    def kept(cls, state: str, entry: Mapping[str, Any]) -> OAuthState | None:
        """The attempt in an entry; None if it has ended."""
        body = Body(entry)
        try:
            return cls(
                state,
                body.text("thirdPartyId"),
                body.text("tenantId"),
                body.text("redirectURI"),
                body.raw("clientType"),
                body.flag("secondFactor"),
                body.raw("pkceCodeVerifier"),
            )
        except ValueError:
            return None

    def keep(self) -> None:
        """Store it."""
        entry = {
            "thirdPartyId": self.third_party_id,
            "tenantId": self.tenant_id,
            "redirectURI": self.redirect_uri_on_provider_dashboard,
            "clientType": self.client_type,
            "secondFactor": self.second_factor,
            "pkceCodeVerifier": self.pkce_code_verifier,
        }
        attempts.keep(self.state, entry, LIFETIME)


def state_from_storage(state: str | None = None) -> OAuthState | None:
    """The attempt with this state (None: the newest open attempt); None if there is none."""
    found = (
        OAuthState.kept(id, entry)
        for id, entry in reversed(attempts.all().items())
        if state in (None, id)
    )
    return next((one for one in found if one is not None), None)

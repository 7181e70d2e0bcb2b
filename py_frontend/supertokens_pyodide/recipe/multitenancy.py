"""Tenants: the login methods of a tenant, and the tenant of a page.

The tenant of a call is ``tenant_id=``, or that of the link or of the attempt, or the page's
(``get_tenant_id``), or ``public``. For an unknown tenant a backend answers with status 500, which
raises RequestFailed.
"""

from __future__ import annotations

from dataclasses import dataclass

from .. import _current
from .._core.flow.effects import UserContext
from ..claims import ClaimValidator, PrimitiveArrayClaim, PrimitiveArrayClaimValidators
from ._body import Body
from ._calls import Api
from ._tenant import get_tenant_id, multitenancy

__all__ = ["AllowedDomainsClaim", "LoginMethods", "Provider", "get_tenant_id", "login_methods"]


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider for third-party sign-in: the id for calls, and the name for people."""

    id: str
    name: str

    @classmethod
    def read(cls, body: Body) -> Provider:
        """Read it from a response."""
        return cls(body.text("id"), body.text("name", body.text("id")))


@dataclass(frozen=True, slots=True)
class LoginMethods:
    """The login methods of a tenant.

    A session can begin with any of ``first_factors``; their order has no meaning.
    """

    emailpassword: bool
    passwordless: bool
    thirdparty: bool
    webauthn: bool
    providers: tuple[Provider, ...]
    first_factors: frozenset[str]

    @classmethod
    def read(cls, body: Body) -> LoginMethods:
        """Read it from a response; backends without passkeys do not name them."""
        return cls(
            emailpassword=body.part("emailPassword").flag("enabled"),
            passwordless=body.part("passwordless").flag("enabled"),
            thirdparty=body.part("thirdParty").flag("enabled"),
            webauthn="webauthn" in body and body.part("webauthn").flag("enabled"),
            providers=tuple(map(Provider.read, body.part("thirdParty").parts("providers"))),
            first_factors=frozenset(body.texts("firstFactors")),
        )


_LOGIN_METHODS: Api[LoginMethods] = Api(
    "multitenancy",
    "GET_LOGIN_METHODS",
    "GET",
    "/loginmethods",
    {"OK": LoginMethods.read},
    of_tenant=True,
)


@multitenancy
async def login_methods(
    *,
    client_type: str | None = None,
    tenant_id: str | None = None,
    user_context: UserContext | None = None,
) -> LoginMethods:
    """The login methods of a tenant; the default is the page's tenant.

    ``client_type`` selects one of several clients in the backend's settings of a provider.
    """
    query = {} if client_type is None else {"clientType": client_type}
    return await _LOGIN_METHODS.send(query=query, tenant_id=tenant_id, user_context=user_context)


class AllowedDomainsValidators(PrimitiveArrayClaimValidators[str]):
    """The validators of AllowedDomainsClaim."""

    def has_access_to_current_domain(self, id: str | None = None) -> ClaimValidator:
        """The page's host, from its address or ``window_handler``, is one of the domains."""
        return self.includes(_current.current().config.page.hostname, None, id)


class _AllowedDomainsClaim(PrimitiveArrayClaim[str]):
    @property
    def validators(self) -> AllowedDomainsValidators:
        """The validators of this claim."""
        return AllowedDomainsValidators(self)


AllowedDomainsClaim = _AllowedDomainsClaim("st-t-dmns", lambda user_context: None)
"""The domains of the session's tenant (``st-t-dmns``), from the start of the session."""

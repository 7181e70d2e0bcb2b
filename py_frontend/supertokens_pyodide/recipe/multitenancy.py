"""Tenants: which ways to sign in one has, and which one a page is for.

The tenant of a call is ``tenant_id=``, else that of the link or of the attempt, else the page's
(``get_tenant_id``), else ``public``. For a tenant that does not exist a backend answers with status
500, which raises RequestFailed.
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
    """The ways to sign in that a tenant has.

    ``first_factors`` are those with which a session can begin; their order means nothing.
    """

    emailpassword: bool
    passwordless: bool
    thirdparty: bool
    webauthn: bool
    providers: tuple[Provider, ...]
    first_factors: frozenset[str]

    @classmethod
    def read(cls, body: Body) -> LoginMethods:
        """Read it from a response; backends that know no passkeys do not name them."""
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
    """The ways to sign in that a tenant has, the page's unless given.

    ``client_type`` is the one that the backend's providers have for these pages, if several.
    """
    query = {} if client_type is None else {"clientType": client_type}
    return await _LOGIN_METHODS.send(query=query, tenant_id=tenant_id, user_context=user_context)


class AllowedDomainsValidators(PrimitiveArrayClaimValidators[str]):
    """The validators of AllowedDomainsClaim."""

    def has_access_to_current_domain(self, id: str | None = None) -> ClaimValidator:
        """The page's host is one of the domains, as its address or ``window_handler`` gives it."""
        return self.includes(_current.current().config.page.hostname, None, id)


class _AllowedDomainsClaim(PrimitiveArrayClaim[str]):
    @property
    def validators(self) -> AllowedDomainsValidators:
        """What can be required of it."""
        return AllowedDomainsValidators(self)


AllowedDomainsClaim = _AllowedDomainsClaim("st-t-dmns", lambda user_context: None)
"""The domains of the session's tenant (``st-t-dmns``), as they were when the session began."""

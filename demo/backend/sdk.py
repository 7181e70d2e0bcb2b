"""The set-up of supertokens-python: sessions, and all recipes for sign-in."""

from typing import Any

from supertokens_python import InputAppInfo, SupertokensConfig, init
from supertokens_python.recipe import (
    accountlinking,
    emailpassword,
    emailverification,
    multifactorauth,
    multitenancy,
    passwordless,
    session,
    thirdparty,
    totp,
    userroles,
    webauthn,
)
from supertokens_python.recipe.accountlinking import (
    AccountInfoWithRecipeIdAndUserId,
    ShouldAutomaticallyLink,
)
from supertokens_python.recipe.multifactorauth.types import FactorIds
from supertokens_python.recipe.passwordless import ContactEmailOrPhoneConfig
from supertokens_python.recipe.session import SessionContainer
from supertokens_python.recipe.session.claims import BooleanClaim
from supertokens_python.recipe.thirdparty import SignInAndUpFeature
from supertokens_python.recipe.thirdparty.provider import (
    ProviderClientConfig,
    ProviderConfig,
    ProviderInput,
)
from supertokens_python.recipe.webauthn import WebauthnConfig
from supertokens_python.supertokens import RecipeInit
from supertokens_python.types import RecipeUserId, User

from demo.backend.delivery import Delivery
from demo.backend.mailbox import Mailbox
from demo.backend.passkeys import NAMING_THE_TENANT
from demo.backend.settings import API_BASE_PATH, SIGN_IN_PATH, Settings

#: The third party of the demo.
PROVIDER = "local"

#: The first factors, unless the tenant has its own.
FIRST_FACTORS = [
    FactorIds.EMAILPASSWORD,
    FactorIds.OTP_EMAIL,
    FactorIds.OTP_PHONE,
    FactorIds.LINK_EMAIL,
    FactorIds.LINK_PHONE,
    FactorIds.THIRDPARTY,
    FactorIds.WEBAUTHN,
]


def _never_known(
    user_id: str,
    recipe_user_id: RecipeUserId,
    tenant_id: str,
    payload: dict[str, Any],
    context: dict[str, Any],
) -> None:
    """Leave the claim out of new sessions: it is added when the user has accepted."""


# Required by /api/needs-claim, set by /api/accept-terms.
TERMS = BooleanClaim(key="terms", fetch_value=_never_known)


async def _link_verified(
    account: AccountInfoWithRecipeIdAndUserId,
    user: User | None,
    session: SessionContainer | None,
    tenant_id: str,
    context: dict[str, Any],
) -> ShouldAutomaticallyLink:
    """Link two accounts with one address, after both have verified it."""
    return ShouldAutomaticallyLink(should_require_verification=True)


def _providers(settings: Settings) -> list[ProviderInput]:
    if settings.provider is None:
        return []
    client = ProviderClientConfig(
        client_id=settings.provider.client_id,
        client_secret=settings.provider.client_secret,
        scope=["openid", "email"],
        force_pkce=True,
    )
    config = ProviderConfig(
        third_party_id=PROVIDER,
        name="Local account",
        clients=[client],
        oidc_discovery_endpoint=f"{settings.provider.issuer}/.well-known/openid-configuration",
        # Some users have no address; see NO_EMAIL_GIVEN_BY_PROVIDER.
        require_email=True,
    )
    return [ProviderInput(config=config, include_in_non_public_tenants_by_default=True)]


def _licensed_recipes(features: frozenset[str]) -> list[RecipeInit]:
    """Recipes that need a licence of the core: without one they only fail."""
    recipes = []
    if "mfa" in features:
        recipes += [totp.init(), multifactorauth.init(first_factors=FIRST_FACTORS)]
    if "account_linking" in features:
        recipes.append(accountlinking.init(should_do_automatic_account_linking=_link_verified))
    return recipes


def init_sdk(settings: Settings, mailbox: Mailbox) -> None:
    """Initialise the SDK, once per process."""
    delivery = Delivery(mailbox)
    init(
        app_info=InputAppInfo(
            app_name="supertokens-pyodide demo",
            api_domain=settings.origin,
            website_domain=settings.website,
            api_base_path=API_BASE_PATH,
            website_base_path=SIGN_IN_PATH,
        ),
        supertokens_config=SupertokensConfig(
            connection_uri=settings.core_uri, api_key=settings.core_api_key
        ),
        framework="fastapi",
        mode="asgi",
        telemetry=False,
        recipe_list=[
            session.init(
                # Lets the page read the token in cookie mode too.
                expose_access_token_to_frontend_in_cookie_based_auth=True,
                anti_csrf="VIA_TOKEN" if settings.anti_csrf else None,
            ),
            emailpassword.init(email_delivery=delivery.password_resets),
            # Optional: single routes require it.
            emailverification.init(mode="OPTIONAL", email_delivery=delivery.verifications),
            passwordless.init(
                contact_config=ContactEmailOrPhoneConfig(),
                flow_type="USER_INPUT_CODE_AND_MAGIC_LINK",
                email_delivery=delivery.code_mails,
                sms_delivery=delivery.code_texts,
            ),
            thirdparty.init(SignInAndUpFeature(_providers(settings))),
            webauthn.init(
                WebauthnConfig(email_delivery=delivery.recoveries, override=NAMING_THE_TENANT)
            ),
            userroles.init(),
            multitenancy.init(),
            *_licensed_recipes(settings.features),
        ],
    )

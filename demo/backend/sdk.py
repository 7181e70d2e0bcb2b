"""The set-up of supertokens-python: sessions, e-mail and password, tenants."""

from typing import Any

from supertokens_python import InputAppInfo, SupertokensConfig, init
from supertokens_python.recipe import emailpassword, multitenancy, session
from supertokens_python.recipe.emailpassword import EmailPasswordOverrideConfig
from supertokens_python.recipe.emailpassword.interfaces import APIInterface
from supertokens_python.recipe.session.claims import BooleanClaim
from supertokens_python.types import RecipeUserId

from demo.backend.settings import API_BASE_PATH, Settings


def _never_known(
    user_id: str,
    recipe_user_id: RecipeUserId,
    tenant_id: str,
    payload: dict[str, Any],
    context: dict[str, Any],
) -> None:
    """Leave the claim out of new sessions: it is there once the user has said yes."""


# Wanted by /api/needs-claim, set by /api/accept-terms.
TERMS = BooleanClaim(key="terms", fetch_value=_never_known)


def _without_mail(apis: APIInterface) -> APIInterface:
    # The SDK would send reset mails through a service on the internet.
    apis.disable_generate_password_reset_token_post = True
    apis.disable_password_reset_post = True
    return apis


def init_sdk(settings: Settings) -> None:
    """Initialise the SDK, which is one per process."""
    init(
        app_info=InputAppInfo(
            app_name="supertokens-pyodide demo",
            api_domain=settings.origin,
            website_domain=settings.origin,
            api_base_path=API_BASE_PATH,
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
            emailpassword.init(override=EmailPasswordOverrideConfig(apis=_without_mail)),
            multitenancy.init(),
        ],
    )

"""An API with SuperTokens for pages on another origin, with Django, in one file.

In a project, the settings belong into settings.py and the routes into urls.py.
"""

import os

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path
from supertokens_python import InputAppInfo, SupertokensConfig, get_all_cors_headers, init
from supertokens_python.recipe import emailpassword, session
from supertokens_python.recipe.session.framework.django.asyncio import verify_session

# Where this API is, where the pages are, and where the core is.
API = os.environ.get("API_DOMAIN", "http://localhost:8000")
WEBSITE = os.environ.get("WEBSITE_DOMAIN", "http://localhost:3000")
CORE = os.environ.get("SUPERTOKENS_CONNECTION_URI", "http://localhost:3567")

init(
    app_info=InputAppInfo(app_name="Orders", api_domain=API, website_domain=WEBSITE),
    supertokens_config=SupertokensConfig(connection_uri=CORE),
    framework="django",
    mode="asgi",
    recipe_list=[emailpassword.init(), session.init()],
)

settings.configure(
    ALLOWED_HOSTS=["localhost", "api.example.com"],
    ROOT_URLCONF=__name__,
    APPEND_SLASH=False,
    INSTALLED_APPS=["corsheaders", "supertokens_python"],
    MIDDLEWARE=[
        # First, so that each response gets the headers, refusals included.
        "corsheaders.middleware.CorsMiddleware",
        "supertokens_python.framework.django.django_middleware.middleware",
    ],
    CORS_ALLOWED_ORIGINS=[WEBSITE],
    CORS_ALLOW_CREDENTIALS=True,
    CORS_ALLOW_HEADERS=["Content-Type", "User-Agent", *get_all_cors_headers()],
)


@verify_session()
async def orders(request: HttpRequest) -> JsonResponse:
    current = request.supertokens
    return JsonResponse({"user": current.get_user_id(), "tenant": current.get_tenant_id()})


urlpatterns = [path("orders", orders)]
application = get_asgi_application()

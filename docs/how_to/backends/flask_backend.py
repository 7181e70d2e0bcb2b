"""An API with SuperTokens for pages on another origin, with Flask."""

import os
from typing import NoReturn

from flask import Flask, abort, g
from flask_cors import CORS
from supertokens_python import InputAppInfo, SupertokensConfig, get_all_cors_headers, init
from supertokens_python.framework.flask import Middleware
from supertokens_python.recipe import emailpassword, session
from supertokens_python.recipe.session.framework.flask import verify_session

# Where this API is, where the pages are, and where the core is.
API = os.environ.get("API_DOMAIN", "http://localhost:8000")
WEBSITE = os.environ.get("WEBSITE_DOMAIN", "http://localhost:3000")
CORE = os.environ.get("SUPERTOKENS_CONNECTION_URI", "http://localhost:3567")

init(
    app_info=InputAppInfo(app_name="Orders", api_domain=API, website_domain=WEBSITE),
    supertokens_config=SupertokensConfig(connection_uri=CORE),
    framework="flask",
    recipe_list=[emailpassword.init(), session.init()],
)

app = Flask(__name__)
Middleware(app)
CORS(
    app,
    origins=[WEBSITE],
    supports_credentials=True,
    allow_headers=["Content-Type", "User-Agent", *get_all_cors_headers()],
)


@app.get("/orders")
@verify_session()
def orders() -> dict[str, str]:
    return {"user": g.supertokens.get_user_id(), "tenant": g.supertokens.get_tenant_id()}


# Without this route Flask answers preflights for the SDK's own URLs with 404.
@app.route("/<path:path>")
def not_found(path: str) -> NoReturn:
    abort(404)

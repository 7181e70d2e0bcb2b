"""An API with SuperTokens for pages on another origin, with FastAPI."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware
from supertokens_python import InputAppInfo, SupertokensConfig, get_all_cors_headers, init
from supertokens_python.framework.fastapi import get_middleware
from supertokens_python.recipe import emailpassword, session
from supertokens_python.recipe.session import SessionContainer
from supertokens_python.recipe.session.framework.fastapi import verify_session

# Where this API is, where the pages are, and where the core is.
API = os.environ.get("API_DOMAIN", "http://localhost:8000")
WEBSITE = os.environ.get("WEBSITE_DOMAIN", "http://localhost:3000")
CORE = os.environ.get("SUPERTOKENS_CONNECTION_URI", "http://localhost:3567")

init(
    app_info=InputAppInfo(app_name="Orders", api_domain=API, website_domain=WEBSITE),
    supertokens_config=SupertokensConfig(connection_uri=CORE),
    framework="fastapi",
    mode="asgi",
    recipe_list=[emailpassword.init(), session.init()],
)

app = FastAPI()
app.add_middleware(get_middleware())  # type: ignore[no-untyped-call]
# Added last, so that it comes first: each response gets the headers, refusals included.
app.add_middleware(
    CORSMiddleware,
    allow_origins=[WEBSITE],
    allow_credentials=True,
    allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
    allow_headers=["Content-Type", "User-Agent", *get_all_cors_headers()],
)


@app.get("/orders")
async def orders(
    current: Annotated[SessionContainer, Depends(verify_session())],
) -> dict[str, str]:
    return {"user": current.get_user_id(), "tenant": current.get_tenant_id()}

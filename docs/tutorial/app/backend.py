"""The backend of the notice board: sign-in, the API, and the page's files."""

# --8<-- [start:step2-imports]
import os
# --8<-- [end:step2-imports]
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
# --8<-- [start:step2-init]
from supertokens_python import InputAppInfo, SupertokensConfig, init
from supertokens_python.framework.fastapi import get_middleware
from supertokens_python.recipe import (
    emailpassword,
    # --8<-- [start:step5-recipe-import]
    multifactorauth,
    # --8<-- [end:step5-recipe-import]
    session,
    # --8<-- [start:step5-totp-import]
    totp,
    # --8<-- [end:step5-totp-import]
    # --8<-- [start:step4-recipe-import]
    userroles,
    # --8<-- [end:step4-recipe-import]
)
# --8<-- [start:step3-import]

import notices
# --8<-- [end:step3-import]
# --8<-- [start:step5-import]
import second_factor
# --8<-- [end:step5-import]

init(
    app_info=InputAppInfo(
        app_name="Notice board",
        api_domain="http://localhost:8000",
        website_domain="http://localhost:8000",
    ),
    supertokens_config=SupertokensConfig(
        connection_uri=os.environ.get("SUPERTOKENS_CONNECTION_URI", "https://try.supertokens.com"),
        api_key=os.environ.get("SUPERTOKENS_API_KEY"),
    ),
    framework="fastapi",
    mode="asgi",
    telemetry=False,
    recipe_list=[
        session.init(),
        emailpassword.init(),
        # --8<-- [start:step4-recipe]
        userroles.init(),
        # --8<-- [end:step4-recipe]
        # --8<-- [start:step5-recipes]
        totp.init(),
        multifactorauth.init(first_factors=["emailpassword"]),
        # --8<-- [end:step5-recipes]
    ],
)
# --8<-- [end:step2-init]

app = FastAPI()
# --8<-- [start:step2-middleware]
app.add_middleware(get_middleware())
# --8<-- [end:step2-middleware]
# --8<-- [start:step3-router]
app.include_router(notices.router)
# --8<-- [end:step3-router]
# --8<-- [start:step5-router]
app.include_router(second_factor.router)
# --8<-- [end:step5-router]

# The last line, because everything that has no route above is looked for in this folder.
app.mount("/", StaticFiles(directory=Path(__file__).parent / "web", html=True))

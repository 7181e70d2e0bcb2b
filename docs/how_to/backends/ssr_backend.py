"""Pages that the server renders for the user who is signed in, with FastAPI."""

import html
import os

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from supertokens_python import InputAppInfo, SupertokensConfig, init
from supertokens_python.framework.fastapi import get_middleware
from supertokens_python.recipe import emailpassword, session
from supertokens_python.recipe.session.asyncio import get_session
from supertokens_python.recipe.session.exceptions import TryRefreshTokenError

# Pages and API have one origin: the browser sends the session's cookies with each page.
ORIGIN = os.environ.get("API_DOMAIN", "http://localhost:8000")
CORE = os.environ.get("SUPERTOKENS_CONNECTION_URI", "http://localhost:3567")

init(
    app_info=InputAppInfo(app_name="Orders", api_domain=ORIGIN, website_domain=ORIGIN),
    supertokens_config=SupertokensConfig(connection_uri=CORE),
    framework="fastapi",
    mode="asgi",
    recipe_list=[emailpassword.init(), session.init()],
)

app = FastAPI()
app.add_middleware(get_middleware())  # type: ignore[no-untyped-call]
app.mount("/supertokens", StaticFiles(directory="supertokens", check_dir=False))

# The browser alone can refresh: only the refresh endpoint gets the refresh token's cookie.
REFRESH = """<!doctype html>
<title>One moment</title>
<script src="/supertokens/settings.js"></script>
<script src="/supertokens/supertokens.iife.js"></script>
<script>
  supertokens.init({ apiDomain: location.origin });
  supertokens.attemptRefreshingSession().then(
    (refreshed) => (refreshed ? location.reload() : location.replace("/signin")),
    () => { document.body.textContent = "Please try again later."; },
  );
</script>"""


@app.get("/")
async def home(request: Request) -> Response:
    # A navigation carries no headers of its own, so it carries no anti-CSRF token.
    try:
        current = await get_session(request, anti_csrf_check=False, session_required=False)
    except TryRefreshTokenError:
        return HTMLResponse(REFRESH, headers={"Cache-Control": "no-store"})
    if current is None:
        return RedirectResponse("/signin")
    page = f"<!doctype html><title>Home</title><p>Hello {html.escape(current.get_user_id())}</p>"
    return HTMLResponse(page, headers={"Cache-Control": "no-store"})


@app.get("/signin")
async def sign_in() -> HTMLResponse:
    return HTMLResponse("<!doctype html><title>Sign in</title><p>Please sign in.</p>")

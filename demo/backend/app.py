"""The factory of the demo's backend."""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from supertokens_python import get_all_cors_headers
from supertokens_python.framework.fastapi import get_middleware

from demo.backend import (
    routes_orders,
    routes_playground,
    routes_requirements,
    routes_session_data,
)
from demo.backend.documentation import DOCS_PATH, Documentation
from demo.backend.files import OURS, VENDOR, Files
from demo.backend.jwt_verification import JwtVerifier
from demo.backend.mailbox import Mailbox
from demo.backend.pages import STATIC, pages_router
from demo.backend.request_log import RequestLog, RequestLogMiddleware
from demo.backend.routes_own_jwt import own_jwt_router
from demo.backend.settings import Settings

# A page on another port of this machine may use the API, with its session. Names under .test are
# not in use, and so may be a name of this machine.
LOCAL_ORIGIN = r"https?://(localhost|[\w.-]+\.(localhost|test)|127\.0\.0\.1|\[::1\])(:\d+)?"


async def _say_what_is_invalid(_request: Request, error: Exception) -> JSONResponse:
    """FastAPI's own answer to invalid input, without the input, which may not fit into JSON."""
    assert isinstance(error, RequestValidationError)
    told = [{name: problem[name] for name in ("type", "loc", "msg")} for problem in error.errors()]
    return JSONResponse({"detail": told}, status_code=422)


def create_app(settings: Settings, tenants: tuple[str, ...], mailbox: Mailbox) -> FastAPI:
    """Make the whole backend: pages, API and the endpoints of the SDK, which is initialised."""
    log = RequestLog()
    documentation = Documentation(settings.site)

    # FastAPI's documentation pages load files from a CDN, which the demo does not use.
    app = FastAPI(title="supertokens-pyodide demo", openapi_url=None)
    app.add_exception_handler(RequestValidationError, _say_what_is_invalid)
    app.include_router(pages_router(tenants, documentation))
    app.include_router(routes_session_data.router)
    app.include_router(own_jwt_router(JwtVerifier(settings.jwks_uri, settings.issuer)))
    app.include_router(routes_orders.router)
    app.include_router(routes_playground.router)
    app.include_router(routes_requirements.router)
    if "mfa" in settings.features:
        app.include_router(routes_requirements.factors)
    app.include_router(mailbox.router(documentation))
    app.include_router(log.router())
    app.mount("/static", Files(STATIC, OURS))
    app.mount("/vendor", Files(settings.vendor, VENDOR))
    app.mount(DOCS_PATH, documentation.files())

    # Each encloses the ones before it: the log sees preflights, and all answers have CORS headers.
    app.add_middleware(get_middleware())  # type: ignore[no-untyped-call]  # the SDK's lack
    app.add_middleware(
        CORSMiddleware,
        allow_origin_regex=LOCAL_ORIGIN,
        allow_credentials=True,
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        # User-Agent: requests sets it, and Firefox asks whether it may send it.
        allow_headers=["Content-Type", "User-Agent", *get_all_cors_headers()],
    )
    app.add_middleware(RequestLogMiddleware, log=log)
    return app

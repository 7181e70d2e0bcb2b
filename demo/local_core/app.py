"""The ASGI application: finds what a request is for, and turns outcomes into responses."""

import logging
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route as CatchAll

from demo.local_core.api import (
    account_linking,
    email_verification,
    emailpassword,
    jwt,
    passwordless,
    providers,
    recipe_user,
    roles,
    session,
    status,
    tenants,
    thirdparty,
    totp,
    user_metadata,
    users,
    webauthn,
    webauthn_credentials,
    webauthn_recovery,
)
from demo.local_core.api.call import Call, Route, Scope
from demo.local_core.config import check_values
from demo.local_core.core import FEATURES, Core
from demo.local_core.errors import (
    BadRequest,
    CoreError,
    Forbidden,
    InvalidApiKey,
    MethodNotSupported,
    NotFound,
    Refusal,
)
from demo.local_core.input import Body, Query, parse_body
from demo.local_core.scope import PUBLIC, TenantRef
from demo.local_core.settings import DEFAULTS
from demo.local_core.storage import Database
from demo.local_core.tenants import ensure_public_app

logger = logging.getLogger("local_core")

_MODULES = (
    account_linking,
    email_verification,
    emailpassword,
    jwt,
    passwordless,
    providers,
    recipe_user,
    roles,
    session,
    status,
    tenants,
    thirdparty,
    totp,
    user_metadata,
    users,
    webauthn,
    webauthn_credentials,
    webauthn_recovery,
)
_APP_SEGMENT = re.compile(r"appid-([a-z0-9-]*)")
_TENANT_SEGMENT = re.compile(r"[a-z0-9-]+")
_METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"]
_METHODS_WITH_BODY = {"POST", "PUT"}


def _route_table() -> Mapping[str, Mapping[str, Route]]:
    table: dict[str, dict[str, Route]] = {}
    for module in _MODULES:
        for route in module.ROUTES:
            table.setdefault(route.path, {})[route.method] = route
    return table


ROUTES = _route_table()


def create_app(
    db: str | None = None,
    access_token_validity: int | None = None,
    *,
    api_key: str | None = None,
    clock: Callable[[], int] | None = None,
    features: Sequence[str] = FEATURES,
) -> Starlette:
    """Make a core.

    `db` is a file for the data; without it they live in memory, as long as the application.
    `access_token_validity` is in seconds, one hour unless given; an app may choose another.
    With an `api_key` only requests that have it are answered.
    `clock` returns milliseconds since the epoch, for tests of later events.
    `features` are what the licence allows; all, unless given.
    """
    defaults = dict(DEFAULTS)
    if access_token_validity is not None:
        defaults["access_token_validity"] = access_token_validity
    check_values(defaults)
    database = Database(db)
    time = {"now": clock} if clock else {}
    core = Core(database, defaults=defaults, features=features, **time)
    ensure_public_app(core)
    server = _Server(core, api_key)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        database.close()

    return Starlette(
        routes=[CatchAll("/{path:path}", server.respond, methods=_METHODS)], lifespan=lifespan
    )


class _Server:
    def __init__(self, core: Core, api_key: str | None) -> None:
        self._core = core
        self._api_key = api_key

    async def respond(self, request: Request) -> Response:
        """Answer any request."""
        try:
            response = await self._answer(request)
        except Refusal as refusal:
            return JSONResponse(refusal.response)
        except CoreError as error:
            return HTMLResponse(error.text + "\n", status_code=error.status)
        except Exception:
            # Only the path: parameters and body may contain secrets.
            logger.exception("%s %s failed", request.method, request.url.path)
            return HTMLResponse("Internal error\n", status_code=500)
        return (
            response
            if isinstance(response, Response)
            else JSONResponse({"status": "OK", **response})
        )

    async def _answer(self, request: Request) -> dict[str, Any] | Response:
        methods, ref = find_methods(request.url.path)
        route = methods.get(request.method)
        if route is None or not route.open:
            self._check_api_key(request)
            _check_version(request)
        if route is None:
            raise MethodNotSupported
        body = Body({})
        if not route.open and request.method in _METHODS_WITH_BODY:
            body = parse_body(await request.body())
        if route.scope is Scope.PUBLIC and not ref.is_public:
            raise Forbidden("Only public tenantId can call this app specific API")
        if route.features:
            self._core.require_feature(*route.features)
        subject = ref if route.scope is Scope.TENANT else ref.public()
        query, recipe = Query(request.query_params), request.headers.get("rid")
        call = Call(self._core, ref, subject, query, body, recipe)
        # In a thread, since it waits for the database and computes signatures and hashes.
        return await run_in_threadpool(route.handler, call)

    def _check_api_key(self, request: Request) -> None:
        if self._api_key is None:
            return
        given = request.headers.get("api-key")
        if given is None:
            scheme, _, rest = request.headers.get("authorization", "").partition(" ")
            given = rest if scheme.lower() == "bearer" else scheme
        if given.strip() != self._api_key:
            raise InvalidApiKey


def find_methods(path: str) -> tuple[Mapping[str, Route], TenantRef]:
    """The methods at a path like /appid-<app>/<tenant>/recipe/session, and the app and tenant."""
    first, *rest = path.lower().strip("/").split("/")
    ref = TenantRef()
    if app := _APP_SEGMENT.fullmatch(first):
        ref = TenantRef(app[1] or PUBLIC)
        first, *rest = rest or [""]
    whole = "/" + "/".join([first, *rest])
    if whole in ROUTES:
        return ROUTES[whole], ref
    is_tenant = _TENANT_SEGMENT.fullmatch(first) and first not in tenants.RESERVED_TENANT_IDS
    inner = "/" + "/".join(rest)
    if is_tenant and rest and inner in ROUTES:
        return ROUTES[inner], ref.sibling(first)
    raise NotFound


def _check_version(request: Request) -> None:
    version = request.headers.get("cdi-version")
    if version is not None and version not in status.SPOKEN_VERSIONS:
        raise BadRequest(f"cdi-version {version} not supported")

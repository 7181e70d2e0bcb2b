"""What the core says about itself."""

from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response

from demo.local_core.api.call import Call, Route, Scope

#: The interface versions whose responses are the same as those of the version that the SDKs speak.
SPOKEN_VERSIONS = ("5.1", "5.2", "5.3", "5.4")
# The versions that the core names. An SDK takes the newest that it has in common with the core.
_VERSIONS = (*(f"2.{minor}" for minor in range(7, 22)), "3.0", "3.1", "4.0", "5.0")


def _hello(call: Call) -> Response:
    with call.transaction():
        return HTMLResponse("Hello\n")


def _versions(call: Call) -> Response:
    with call.transaction():
        # Without a status, unlike all others.
        return JSONResponse({"versions": [*_VERSIONS, *SPOKEN_VERSIONS]})


def _telemetry(call: Call) -> dict[str, Any]:
    with call.transaction():
        return {"exists": False}


def _features(call: Call) -> dict[str, Any]:
    with call.transaction():
        return {"features": list(call.core.features), "usageStats": {}}


def _license(call: Call) -> dict[str, Any]:
    with call.transaction():
        return {"status": "NO_LICENSE_KEY_FOUND_ERROR"}


ROUTES = [
    *(
        Route(method, path, Scope.APP, _hello, open=True)
        for path in ("/hello", "/")
        for method in ("GET", "POST", "PUT", "DELETE")
    ),
    Route("GET", "/apiversion", Scope.PUBLIC, _versions),
    Route("GET", "/telemetry", Scope.PUBLIC, _telemetry),
    Route("GET", "/ee/featureflag", Scope.PUBLIC, _features),
    Route("GET", "/ee/license", Scope.PUBLIC, _license),
]

"""JWTs that the application makes for itself, and the keys that verify all JWTs."""

from typing import Any

from starlette.responses import JSONResponse, Response

from demo.local_core.access_token import sign_jwt
from demo.local_core.api.call import Call, Route, Scope
from demo.local_core.errors import BadRequest, Refusal
from demo.local_core.signing_keys import key_set, key_set_max_age


def _create(call: Call) -> dict[str, Any]:
    algorithm, issuer = call.body.text("algorithm"), call.body.text("jwksDomain")
    payload, validity = call.body.mapping("payload"), call.body.long("validity")
    if validity <= 0:
        raise BadRequest("validity must be greater than or equal to 0")
    static = call.body.optional_flag("useStaticSigningKey") is not False
    if algorithm.upper() != "RS256":
        raise Refusal("UNSUPPORTED_ALGORITHM_ERROR")
    now = call.core.now() // 1000
    claims = {"iss": issuer, "iat": now, "exp": now + validity, **payload}
    with call.transaction() as tx:
        return {"jwt": sign_jwt(call.core, tx, call.ref.app, claims, {}, static=static)}


def _keys(call: Call) -> dict[str, Any]:
    with call.transaction() as tx:
        return {"keys": key_set(call.core, tx, call.ref.app)}


def _public_keys(call: Call) -> Response:
    with call.transaction() as tx:
        keys = key_set(call.core, tx, call.ref.app)
        max_age = key_set_max_age(call.core, tx, call.ref.app)
    return JSONResponse(
        {"keys": keys}, headers={"cache-control": f"max-age={max_age}, must-revalidate"}
    )


ROUTES = [
    Route("POST", "/recipe/jwt", Scope.APP, _create),
    Route("GET", "/recipe/jwt/jwks", Scope.APP, _keys),
    Route("GET", "/.well-known/jwks.json", Scope.APP, _public_keys, open=True),
]

"""Reading the claims that the backend refused from the response of any HTTP client."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping

from ._core.claims.refusals import find_invalid_claims, read_invalid_claims
from .events import ClaimValidationError


async def invalid_claims_of(response: object) -> list[ClaimValidationError]:
    """The backend's reasons in a response or in its body; empty for any other response."""
    if isinstance(response, (str, bytes, Mapping)):
        body: object = response
    else:
        try:
            body = await _body_of(response)
        except ValueError:  # it is not JSON
            return []
    if isinstance(body, (str, bytes)):
        return read_invalid_claims(body) or []
    return find_invalid_claims(body) or []


async def _body_of(response: object) -> object:
    # The body of a browser's Response can be read only once, and the caller may want to read it.
    clone = getattr(response, "clone", None)
    if clone is not None:
        response = clone()
    # Prefer text: then all clients share one test whether it is JSON.
    body: object = getattr(response, "text", None)
    if body is None:
        body = getattr(response, "json", None)
    if body is None:
        raise TypeError(
            f"The response is a {type(response).__name__}, which has neither text nor json."
        )
    if callable(body):
        body = body()
    return await body if isinstance(body, Awaitable) else body

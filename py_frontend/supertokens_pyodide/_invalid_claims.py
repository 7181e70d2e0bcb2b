"""Responses of whatever HTTP client, read for the claims that the backend refused."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping

from ._core.claims.refusals import find_invalid_claims, read_invalid_claims
from .events import ClaimValidationError


async def invalid_claims_of(response: object) -> list[ClaimValidationError]:
    """The backend's reasons in a response, or in its body; none in a response of another kind."""
    if isinstance(response, (str, bytes, Mapping)):
        body: object = response
    else:
        try:
            body = await _body_of(response)
        except ValueError:  # it is no JSON
            return []
    if isinstance(body, (str, bytes)):
        return read_invalid_claims(body) or []
    return find_invalid_claims(body) or []


async def _body_of(response: object) -> object:
    # The body of a browser's Response can be read only once, and the caller may want to.
    clone = getattr(response, "clone", None)
    if clone is not None:
        response = clone()
    # Text, if there is a choice: whether it is JSON is then one question for all clients.
    body: object = getattr(response, "text", None)
    if body is None:
        body = getattr(response, "json", None)
    if body is None:
        raise TypeError(
            f"A response has text or json, and a {type(response).__name__} has neither."
        )
    if callable(body):
        body = body()
    return await body if isinstance(body, Awaitable) else body

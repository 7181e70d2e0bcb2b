"""An HTTP client that keeps the rules of CORS as browsers do."""

import httpx

from tests.conftest import TIMEOUT

#: Responses that a script may read only if the server exposes them, but for these.
SAFE_RESPONSE_HEADERS = {"content-type", "content-length", "cache-control"}


class CorsError(Exception):
    """The browser does not send the request, or keeps the response from the page."""


class PageOfOrigin:
    """A page on another origin than its API, which sends credentials."""

    def __init__(self, origin: str, api: str) -> None:
        self.origin = origin
        self._http = httpx.Client(base_url=api, timeout=TIMEOUT, headers={"Origin": origin})

    def request(
        self, method: str, path: str, headers: dict[str, str], json: object = None
    ) -> httpx.Response:
        """The response as a script sees it: with the exposed headers only."""
        self._ask_before(method, path, {*headers, *(["content-type"] if json is not None else [])})
        response = self._http.request(method, path, headers=headers, json=json)
        self._require_permission(response)
        listed = response.headers.get("access-control-expose-headers", "").lower().split(",")
        visible = {*(name.strip() for name in listed), *SAFE_RESPONSE_HEADERS}
        response.headers = httpx.Headers(
            [(name, value) for name, value in response.headers.items() if name.lower() in visible]
        )
        return response

    def _ask_before(self, method: str, path: str, names: set[str]) -> None:
        asked = ",".join(sorted(name.lower() for name in names))
        response = self._http.options(
            path,
            headers={
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": asked,
            },
        )
        self._require_permission(response)
        if not response.is_success:
            raise CorsError(f"preflight of {path}: status {response.status_code}")
        allowed = response.headers.get("access-control-allow-headers", "").lower()
        # With credentials "*" stands for itself.
        refused = set(asked.split(",")) - {name.strip() for name in allowed.split(",")}
        if refused:
            raise CorsError(f"preflight of {path}: {sorted(refused)} not allowed")
        methods = response.headers.get("access-control-allow-methods", "")
        if method not in {"GET", "HEAD", "POST", *(name.strip() for name in methods.split(","))}:
            raise CorsError(f"preflight of {path}: {method} not allowed")

    def _require_permission(self, response: httpx.Response) -> None:
        url = f"{response.request.method} {response.url.path}"
        if response.headers.get("access-control-allow-origin") != self.origin:
            raise CorsError(f"{url}: the origin is not allowed")
        if response.headers.get("access-control-allow-credentials") != "true":
            raise CorsError(f"{url}: credentials are not allowed")

"""The backend's settings."""

from dataclasses import dataclass
from pathlib import Path

API_BASE_PATH = "/auth"
# The page for links in messages.
SIGN_IN_PATH = "/sign-in"


@dataclass(frozen=True)
class Provider:
    """An OpenID provider, and the demo's client there."""

    issuer: str
    client_id: str
    client_secret: str


@dataclass(frozen=True)
class Settings:
    """Everything that differs between running backends."""

    # The backend's address for browsers, for instance http://localhost:8000.
    origin: str
    # The address of the pages: links in messages lead there.
    website: str
    core_uri: str
    # The folder from `make vendor`: Pyodide, PyScript, the wheels and the shim.
    vendor: Path
    # The folder from `make docs`: the documentation site. It may be missing.
    site: Path
    core_api_key: str | None = None
    # Require an anti-csrf token in addition to SameSite cookies.
    anti_csrf: bool = False
    # The features in the core's licence.
    features: frozenset[str] = frozenset()
    # The provider for third-party sign-in, if it runs.
    provider: Provider | None = None

    @property
    def issuer(self) -> str:
        """The `iss` claim of the access tokens."""
        return self.origin + API_BASE_PATH

    @property
    def jwks_uri(self) -> str:
        """The public address of the keys that sign the access tokens."""
        return self.issuer + "/jwt/jwks.json"

"""The backend's settings."""

from dataclasses import dataclass
from pathlib import Path

API_BASE_PATH = "/auth"
# The page to which links in messages lead.
SIGN_IN_PATH = "/sign-in"


@dataclass(frozen=True)
class Provider:
    """An OpenID provider, and what it knows the demo by."""

    issuer: str
    client_id: str
    client_secret: str


@dataclass(frozen=True)
class Settings:
    """Everything that differs from one running backend to the next."""

    # Where browsers reach us, for instance http://localhost:8000.
    origin: str
    # Where the pages are: links in messages lead there.
    website: str
    core_uri: str
    # The folder that `make vendor` assembles: Pyodide, PyScript, the wheels and the shim.
    vendor: Path
    # The folder that `make docs` makes: the documentation site. It need not be there.
    site: Path
    core_api_key: str | None = None
    # Ask for an anti-csrf token on top of the SameSite cookies.
    anti_csrf: bool = False
    # What the core's licence allows.
    features: frozenset[str] = frozenset()
    # With whose accounts users may sign in, if it runs.
    provider: Provider | None = None

    @property
    def issuer(self) -> str:
        """The `iss` claim of the access tokens."""
        return self.origin + API_BASE_PATH

    @property
    def jwks_uri(self) -> str:
        """Where everybody may fetch the keys that sign the access tokens."""
        return self.issuer + "/jwt/jwks.json"

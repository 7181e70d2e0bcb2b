"""Links in e-mails and messages: their secret parts are removed from the page's address at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ._page import page_window
from ._tenant import tenant_of


@dataclass(frozen=True, slots=True)
class TokenLink:
    """The token of a link, and the tenant that the link is for."""

    token: str = field(repr=False)
    tenant_id: str | None = None

    @classmethod
    def of(cls, token: TokenLink | str) -> TokenLink:
        """A link with this token, or with only a token."""
        return token if isinstance(token, TokenLink) else cls(token)


def take_token(url: str | None, *, clear: bool) -> TokenLink | None:
    """The link in a URL, or in the page's address, from which it is then removed."""
    href = address(url)
    token = dict(parse_qsl(urlsplit(href).query)).get("token")
    if not token:
        return None
    if url is None and clear:
        clean_address({"token", "tenantId", "rid"})
    return TokenLink(token, tenant_of(href))


def address(url: str | None) -> str:
    """The URL, or the page's address; raises UnsupportedPlatform if that is unknown."""
    return page_window("the page's address", "Give url=.").href if url is None else url


def clean_address(names: Collection[str], *, fragment: bool = False) -> None:
    """Remove parameters, and the fragment, from the page's address."""
    window = page_window("the page's address", "Give url=.")
    window.replace_href(cleaned(window.href, names, fragment=fragment))


def cleaned(href: str, names: Collection[str], *, fragment: bool = False) -> str:
    """An address without some of its parameters; the others keep their spelling."""
    parts = urlsplit(href)
    kept = [pair for pair in parts.query.split("&") if pair and pair.split("=")[0] not in names]
    return urlunsplit(
        parts._replace(query="&".join(kept), fragment="" if fragment else parts.fragment)
    )


def with_parameters(url: str, parameters: dict[str, str]) -> str:
    """A URL with further parameters."""
    parts = urlsplit(url)
    query = "&".join(filter(None, [parts.query, urlencode(parameters)]))
    return urlunsplit(parts._replace(query=query))

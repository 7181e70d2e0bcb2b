"""Attempts to sign in, which outlive a page."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast
from urllib.parse import parse_qsl, urlsplit

from .._body import Body
from .._links import address, clean_address
from .._page import Attempts
from .._tenant import tenant_of

FlowType = Literal["USER_INPUT_CODE", "MAGIC_LINK", "USER_INPUT_CODE_AND_MAGIC_LINK"]

# Seconds that a code is valid by the core's default settings.
LIFETIME = 900

attempts = Attempts("local", "supertokens-pyodide-passwordless")


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """An attempt to sign in, begun by ``create_code`` in this browser.

    ``sent_at`` is when the last code was sent, in milliseconds since the epoch. ``second_factor``:
    it completes the session that was there.
    """

    device_id: str = field(repr=False)
    pre_auth_session_id: str = field(repr=False)
    flow_type: FlowType
    email: str | None
    phone_number: str | None
    tenant_id: str
    sent_at: float
    second_factor: bool = False

    @classmethod
    def read(cls, body: Body) -> LoginAttempt:
        """Read it from a response, which does not contain the address or number."""
        ids = body.text("deviceId"), body.text("preAuthSessionId")
        return cls(*ids, cast(FlowType, body.text("flowType")), None, None, "public", 0)

    @classmethod
    def kept(cls, entry: dict[str, Any]) -> LoginAttempt:
        """The attempt in an entry; raises ValueError."""
        body = Body(entry)
        return cls(
            body.text("deviceId"),
            body.text("preAuthSessionId"),
            cast(FlowType, body.text("flowType")),
            body.raw("email"),
            body.raw("phoneNumber"),
            body.text("tenantId"),
            body.number("keptAt"),
            body.flag("secondFactor", False),
        )

    def keep(self) -> LoginAttempt:
        """Store it, with the current time as the time of its last message."""
        entry = {
            "deviceId": self.device_id,
            "preAuthSessionId": self.pre_auth_session_id,
            "flowType": self.flow_type,
            "email": self.email,
            "phoneNumber": self.phone_number,
            "tenantId": self.tenant_id,
            "secondFactor": self.second_factor,
        }
        now = attempts.keep(self.pre_auth_session_id, entry, LIFETIME)
        return replace(self, sent_at=now)


@dataclass(frozen=True, slots=True)
class LinkCode:
    """The content of a link. ``began_here``: the attempt was begun in this browser."""

    link_code: str = field(repr=False)
    pre_auth_session_id: str = field(repr=False)
    tenant_id: str | None
    began_here: bool


def login_attempt() -> LoginAttempt | None:
    """The newest attempt of this browser that has neither ended nor expired.

    Attempts are stored in localStorage. In a worker without ``window_handler``, and if storage is
    blocked, they live as long as the worker or page.
    """
    entry = attempts.newest()
    try:
        return None if entry is None else LoginAttempt.kept(entry)
    except ValueError:
        return None


def link_code_from_url(url: str | None = None, *, clear: bool = True) -> LinkCode | None:
    """Read the link in the page's address, or in ``url``; None if it is not such a link.

    It is removed from the page's address unless ``clear`` is False; nothing is sent. In a
    worker without ``window_handler`` give the URL, or UnsupportedPlatform is raised.
    """
    href = address(url)
    parts = urlsplit(href)
    id = dict(parse_qsl(parts.query)).get("preAuthSessionId")
    if not id or not parts.fragment:
        return None
    if url is None and clear:
        clean_address({"preAuthSessionId", "tenantId", "rid"}, fragment=True)
    return LinkCode(parts.fragment, id, tenant_of(href), attempts.get(id) is not None)


def forget_all_like(id: str) -> None:
    """Remove an attempt that succeeded, and those that the backend has ended with it."""
    entries = attempts.all()
    contact = _contact(entries.get(id, {}))
    for other, entry in entries.items():
        if other == id or (any(contact) and _contact(entry) == contact):
            attempts.forget(other)


def _contact(entry: dict[str, Any]) -> tuple[Any, Any]:
    return entry.get("email"), entry.get("phoneNumber")

"""The session's cookies: read from the browser's string, and written as strings for it."""

from __future__ import annotations

import re

from ..config.options import Config

FRONT_TOKEN = "sFrontToken"
LAST_UPDATE = "st-last-access-token-update"
ANTI_CSRF = "sAntiCsrf"
ACCESS_TOKEN = "st-access-token"
REFRESH_TOKEN = "st-refresh-token"
# Written by old versions of supertokens-website; cleared whenever state is saved.
LEGACY_ID_REFRESH_TOKEN = "sIRTFrontend"

# Written and removed at once, to find out whether the browser keeps cookies.
PROBE = "st-cookie-probe"

OURS = frozenset({FRONT_TOKEN, LAST_UPDATE, ANTI_CSRF, ACCESS_TOKEN, REFRESH_TOKEN})
# The cookies that requests carry in a header. Another subdomain can write anything into them.
CARRIED = frozenset({ANTI_CSRF, ACCESS_TOKEN, REFRESH_TOKEN})
# The values that fetch accepts for a header (Fetch standard): Latin-1 without control characters.
HEADER_VALUE = re.compile(r"[\x20-\x7e\x80-\xff]*")

_NEVER = "Fri, 31 Dec 9999 23:59:59 GMT"
_PAST = "Thu, 01 Jan 1970 00:00:00 GMT"


def read_cookies(text: str) -> dict[str, str]:
    """Our cookies in a ``document.cookie`` string; if two have one name, the last one counts.

    A cookie that cannot be sent in a header counts as absent.
    """
    found: dict[str, str] = {}
    for pair in text.split("; "):
        name, separator, value = pair.partition("=")
        if separator and name in OURS and _is_usable(name, value):
            found[name] = value
    return found


def _is_usable(name: str, value: str) -> bool:
    return name not in CARRIED or HEADER_VALUE.fullmatch(value) is not None


class Cookies:
    """The session's cookies at one instant: the browser's, with the writes of the current step.

    The browser's string comes in with ``load``; ``get`` sees writes at once, and ``take_writes``
    returns them, each ready for ``document.cookie``.
    """

    def __init__(self, config: Config) -> None:
        site = "none;secure" if config.is_in_iframe else "lax"
        domain = config.session_token_frontend_domain
        # supertokens-website keeps the session readable over plain http. All cookies of a session
        # have the same attributes: a page that saw only some would take the session for its own.
        secure = ";secure" if config.page.secure and not config.is_in_iframe else ""
        scope = f";domain={domain}" if domain else ""
        self._attributes = f"{scope};path=/;samesite={site}{secure}"
        self._text: str | None = None
        self._values: dict[str, str] = {}
        self._writes: list[str] = []

    def load(self, text: str) -> None:
        """Take the browser's current cookie string."""
        if text != self._text:
            self._text = text
            self._values = read_cookies(text)

    def get(self, name: str) -> str | None:
        """The cookie's value, or None."""
        return self._values.get(name)

    def set(self, name: str, value: str) -> None:
        """Write a cookie that does not expire."""
        self._values[name] = value
        self._write(name, value, _NEVER)

    def clear(self, name: str) -> None:
        """Remove a cookie."""
        self._values.pop(name, None)
        self._write(name, "", _PAST)

    def probe(self) -> list[str]:
        """A write for a test, which stores nothing of a session, and its undoing."""
        return [
            f"{PROBE}=1;expires={_NEVER}{self._attributes}",
            f"{PROBE}=;expires={_PAST}{self._attributes}",
        ]

    def _write(self, name: str, value: str, expires: str) -> None:
        self._text = None  # the browser's next string is parsed again, whether it kept this or not
        self._writes.append(f"{name}={value};expires={expires}{self._attributes}")

    def take_writes(self) -> list[str]:
        """The writes since the last call, oldest first."""
        writes, self._writes = self._writes, []
        return writes

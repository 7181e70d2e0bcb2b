"""The session that ended last: no late response may bring it back.

Caches, service workers and slow requests deliver tokens of ended sessions. All tabs must recognise
them, also after a reload. So the update mark at a session's end contains which session it was and
when its last token was issued, by the backend's clock. The mark of a live session is only the
client's clock; supertokens-website compares marks and never parses them.
"""

from __future__ import annotations

import re
from binascii import crc32
from typing import NamedTuple

from .tokens import FrontToken

_MARK = r"(?a)(\d{1,16})(?:-(\d{1,16})-([0-9a-f]{8})?)?"


class Ending(NamedTuple):
    """Which session ended: ``issued_at`` of its last known token, and a digest of its handle."""

    issued_at: int
    digest: str

    @classmethod
    def of(cls, token: FrontToken) -> Ending:
        """The end of the session with this last known token."""
        return cls(max(0, int(token.issued_at or 0)), _digest(token.handle))

    def covers(self, token: FrontToken) -> bool:
        """Whether a token belongs to the ended session, or was issued before its last token."""
        if self.digest and self.digest == _digest(token.handle):
            return True
        return token.issued_at is not None and max(0, int(token.issued_at)) < self.issued_at


def write_mark(time: int, ending: Ending | None) -> str:
    """An update mark: the client's clock in milliseconds; at a session's end also which it was."""
    return str(time) if ending is None else f"{time}-{ending.issued_at}-{ending.digest}"


def time_of(mark: str | None) -> int | None:
    """The time in an update mark, None if it has another form."""
    match = re.fullmatch(_MARK, mark or "")
    return int(match[1]) if match else None


def ending_of(mark: str | None) -> Ending | None:
    """The end in an update mark, if it has one."""
    match = re.fullmatch(_MARK, mark or "")
    return Ending(int(match[2]), match[3] or "") if match and match[2] is not None else None


def _digest(handle: str | None) -> str:
    """A digest of a handle: eight characters that every cookie can hold."""
    return "" if handle is None else f"{crc32(handle.encode('utf-8', 'surrogatepass')):08x}"

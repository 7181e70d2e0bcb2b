"""The session that ended last: no response may bring it back.

Caches, service workers and slow requests deliver tokens of sessions that are over. All tabs must
recognise them, also after a reload, so the update mark of a session's end says which session it was
and when its last token was issued, by the backend's clock. The mark of a session that goes on is
the client's clock alone; supertokens-website compares marks and never reads them.
"""

from __future__ import annotations

import re
from binascii import crc32
from dataclasses import dataclass

from .tokens import FrontToken

_MARK = re.compile(r"(\d{1,16})(?:-(\d{1,16})-([0-9a-f]{8})?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Ending:
    """Which session ended: ``issued_at`` of its last known token, and a digest of its handle."""

    issued_at: int
    digest: str

    @classmethod
    def of(cls, token: FrontToken) -> Ending:
        """The end of the session whose last known token this is."""
        return cls(max(0, int(token.issued_at or 0)), _digest(token.handle))

    def covers(self, token: FrontToken) -> bool:
        """Whether a token is of the session that ended, or was issued before its last one."""
        if self.digest and self.digest == _digest(token.handle):
            return True
        return token.issued_at is not None and max(0, int(token.issued_at)) < self.issued_at


def write_mark(time: int, ending: Ending | None) -> str:
    """An update mark: the client's clock in milliseconds, and at a session's end which it was."""
    return str(time) if ending is None else f"{time}-{ending.issued_at}-{ending.digest}"


def time_of(mark: str | None) -> int | None:
    """The time in an update mark, None if it has another form."""
    match = _MARK.fullmatch(mark or "")
    return int(match[1]) if match else None


def ending_of(mark: str | None) -> Ending | None:
    """The end that an update mark tells of, if it is that of an end."""
    match = _MARK.fullmatch(mark or "")
    return Ending(int(match[2]), match[3] or "") if match and match[2] is not None else None


def _digest(handle: str | None) -> str:
    """A handle in eight characters that every cookie can hold."""
    return "" if handle is None else f"{crc32(handle.encode('utf-8', 'surrogatepass')):08x}"

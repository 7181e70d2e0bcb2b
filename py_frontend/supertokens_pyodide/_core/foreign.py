"""JSON that somebody else wrote: limited before it is parsed.

A parser that runs out of stack kills WebAssembly's interpreter, and no ``except`` sees it. So size
and depth are checked first, on the text itself.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

# Characters. More than any session needs; a browser keeps 4,096 bytes in a cookie.
LONGEST = 1_000_000
# Arrays and objects within each other. Tokens and error bodies have fewer than ten.
DEEPEST = 100

# A string that never ends goes to the end of the text: else each quote in it would begin a search.
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


def read_json(text: str | bytes) -> Any:
    """Parse JSON (RFC 8259); raises ValueError, also for what is too long or too deep.

    ``NaN`` and numbers that no float holds become None: JSON has no way to write them again.
    """
    if len(text) > LONGEST:
        raise ValueError(f"JSON of more than {LONGEST} characters.")
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text))
    if _depth(text) > DEEPEST:
        raise ValueError(f"JSON that is more than {DEEPEST} levels deep.")
    return json.loads(text, parse_constant=_nothing, parse_float=_finite)


def _depth(text: str) -> int:
    """How deep the text is nested, or a number that is higher."""
    most = text.count("[") + text.count("{")
    if most <= DEEPEST:
        return most
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _nothing(constant: str) -> None:
    return None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return None if math.isinf(number) else number

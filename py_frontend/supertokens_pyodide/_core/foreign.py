"""JSON from other programs: its size and depth are limited before it is parsed.

If a parser runs out of stack in WebAssembly, the interpreter dies and no ``except`` catches it. So
size and depth are checked first, on the text itself.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

# Characters. More than any session needs; a browser allows 4,096 bytes in a cookie.
LONGEST = 1_000_000
# Nested arrays and objects. Tokens and error bodies have fewer than ten levels.
DEEPEST = 100

# A string without its closing quote extends to the end: otherwise each quote would start a search.
_STRING = r'(?s)"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)'


def read_json(text: str | bytes) -> Any:
    """Parse JSON (RFC 8259); raises ValueError, also if it is too long or too deep.

    ``NaN`` and numbers that no float can hold become None, because JSON cannot express them.
    """
    if len(text) > LONGEST:
        raise ValueError(f"The JSON has more than {LONGEST} characters.")
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text))
    if _depth(text) > DEEPEST:
        raise ValueError(f"The JSON is more than {DEEPEST} levels deep.")
    return json.loads(text, parse_constant=_nothing, parse_float=_finite)


def _depth(text: str) -> int:
    """The depth of the text's nesting, or a higher number."""
    most = text.count("[") + text.count("{")
    if most <= DEEPEST:
        return most
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", re.sub(_STRING, "", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _nothing(constant: str) -> None:
    return None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return None if math.isinf(number) else number

"""An interpreter's memory as an image: what to do before it is taken, and once it is loaded."""

from __future__ import annotations

import gc
import sys

# So that it is in the image.
from . import entry as entry


def settle() -> None:
    """Leave nothing behind that refers to JavaScript, which is no part of the memory."""
    gc.collect()


def awaken() -> None:
    """Forget what must not be the same in everybody who starts from one image."""
    if random := sys.modules.get("random"):
        random.seed()

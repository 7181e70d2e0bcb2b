"""An interpreter's memory image: what to do before it is taken, and after it is loaded."""

from __future__ import annotations

import gc
import sys

# Imported so that it is part of the image.
from . import entry as entry


def prepare() -> None:
    """Remove every reference to JavaScript objects, which are not part of the memory."""
    gc.collect()


def restore() -> None:
    """Reset what must differ between interpreters that start from the same image."""
    if random := sys.modules.get("random"):
        random.seed()

# The modules of a page: only their existence is known here.
from typing import Any

def __getattr__(name: str) -> Any: ...

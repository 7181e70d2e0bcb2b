# The browser's globals, as far as the documentation's snippets use them.
from typing import Any

def __getattr__(name: str) -> Any: ...

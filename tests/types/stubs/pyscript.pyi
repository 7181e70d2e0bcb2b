# The modules of a page: only their existence is known here, and the decorator as it is used.
from collections.abc import Callable
from typing import Any, TypeVar

Handler = TypeVar("Handler", bound=Callable[..., Any])

def when(event: str, selector: str) -> Callable[[Handler], Handler]: ...
def __getattr__(name: str) -> Any: ...

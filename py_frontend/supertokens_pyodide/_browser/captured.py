"""Python modules that bypass the page's globals: patched to use them, and restored in the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from .convert import cause_of

# Modules that captured fetch when they were imported: before Pyodide 0.29, pyodide.http itself.
_FETCH = ("pyodide.http._pyfetch", "pyodide.http")
# Modules that captured XMLHttpRequest when they were imported.
_XHR = ("pyodide.http", "pyodide.http.pyxhr")
_URLLIB3 = "urllib3.contrib.emscripten.fetch"


class CapturedModules(MetaPathFinder):
    """Patches the modules that are loaded already, and others when they are imported.

    To import them here would slow down every start: pyodide.http takes 50 ms, urllib3 200 ms.

    ``blocking`` is the XMLHttpRequest for them, if it is not the page's.
    """

    def __init__(self, blocking: Any = None) -> None:
        self._xhr = blocking
        self._changes: dict[str, Callable[[Any], None]] = {
            _URLLIB3: self._stop_streaming,
            **dict.fromkeys((*_FETCH, *_XHR), self._repoint),
        }
        self._fetcher: object = None
        for name, change in self._changes.items():
            if name in sys.modules:
                change(sys.modules[name])
        sys.meta_path.insert(0, self)

    def restore(self) -> None:
        """Restore the modules, after the page's globals are the browser's again."""
        import js

        sys.meta_path.remove(self)
        self._xhr = None
        for name in (*_FETCH, *_XHR):
            module = vars(sys.modules[name]) if name in sys.modules else {}
            if "XMLHttpRequest" in module:
                module["XMLHttpRequest"] = js.XMLHttpRequest
            if "_jsfetch" in module:
                module["_jsfetch"] = js.fetch
        if _URLLIB3 in sys.modules:
            vars(sys.modules[_URLLIB3])["_fetcher"] = self._fetcher

    def covered(self) -> dict[str, bool]:
        """The loaded modules that still use the page's globals."""
        checks: dict[str, Callable[[Any], bool]] = {
            _URLLIB3: lambda module: module._fetcher is None,
            **dict.fromkeys((*_FETCH, *_XHR), self._covers),
        }
        return {
            name: check(sys.modules[name]) for name, check in checks.items() if name in sys.modules
        }

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module as the other finders do, and patch it as soon as it is loaded."""
        change = self._changes.get(name)
        if change is None:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None and spec.loader is not None:
                spec.loader = _ChangingLoader(spec.loader, change)
                return spec
        return None

    @property
    def _current_xhr(self) -> Any:
        import js

        return self._xhr or js.XMLHttpRequest

    def _repoint(self, module: Any) -> None:
        """Give a module the page's current functions in place of those that it has captured."""
        if hasattr(module, "XMLHttpRequest"):
            module.XMLHttpRequest = self._current_xhr
        if hasattr(module, "_jsfetch"):
            _explain_errors(module)

    def _covers(self, module: Any) -> bool:
        xhr = getattr(module, "XMLHttpRequest", self._current_xhr)
        fetch = getattr(module, "_jsfetch", _explain_errors)
        return bool(xhr == self._current_xhr) and getattr(fetch, "__module__", "") == __name__

    def _stop_streaming(self, urllib3: Any) -> None:
        """Keep urllib3 from starting a worker, whose requests the session could not see.

        urllib3 starts one in cross-origin isolated pages if Python cannot wait synchronously.
        Without the worker it uses XMLHttpRequest, as on other pages.
        """
        self._fetcher, urllib3._fetcher = urllib3._fetcher, None


class _ChangingLoader(Loader):
    """A module's own loader, followed by a patch."""

    def __init__(self, loader: Any, change: Callable[[Any], None]) -> None:
        self._loader = loader
        self._change = change

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__loader__"] = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._change(module)


def _explain_errors(pyfetch: Any) -> None:
    """Let pyfetch use the page's current fetch, and raise its own error from the session's."""

    async def fetch(*arguments: Any) -> Any:
        import js
        from pyodide.ffi import JsException

        try:
            return await js.fetch(*arguments)
        except JsException as error:
            if ours := cause_of(error):
                raise _error_of(pyfetch, error) from ours
            raise

    pyfetch._jsfetch = fetch


def _error_of(pyfetch: Any, error: Any) -> OSError:
    """The error that pyfetch raises for a JavaScript error: before Pyodide 0.27, an OSError."""
    abort_error = getattr(pyfetch, "AbortError", None)
    return OSError(error.message) if abort_error is None else abort_error(error)

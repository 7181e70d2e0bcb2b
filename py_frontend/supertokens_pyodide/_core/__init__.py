"""The session core: pure Python, no browser, no I/O (see docs/architecture.md).

Nothing below this package imports ``js``, ``pyodide`` or ``asyncio``.
"""

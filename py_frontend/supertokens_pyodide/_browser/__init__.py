"""The core in a browser: the only package here that imports ``js`` and ``pyodide``."""

"""The core's place in a browser: the only package here that imports ``js`` and ``pyodide``."""

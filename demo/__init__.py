"""The demo of supertokens-pyodide: a local core, a backend and two pages; `python -m demo`."""

"""The demo's API, FastAPI with supertokens-python, and the server of its pages."""

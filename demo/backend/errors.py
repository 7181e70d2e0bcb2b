"""The error that keeps the demo from starting."""


class StartError(Exception):
    """The demo cannot start; the text is one line for its user."""

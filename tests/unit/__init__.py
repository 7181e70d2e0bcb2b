"""Unit tests of the package, on CPython: no browser, no network, no waiting."""

"""A small SuperTokens core: sessions, users, tenants and roles over the core driver interface.

The core of SuperTokens is a Java server that neither pip nor npm can install. This one speaks its
HTTP interface well enough for the backend SDKs to run on it unchanged. It keeps its data in SQLite,
and is made for demos and tests, not for production.

Arrows point one way: app → api → {sessions, users, tenants, …} → {signing_keys, config} → storage.
"""

"""The local core as its clients see it."""

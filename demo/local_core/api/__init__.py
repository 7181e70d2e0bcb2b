"""The interface, one module for each recipe: read a request, ask the core, form a response."""

"""Handlers: one function for each operation, from the call to its answer."""

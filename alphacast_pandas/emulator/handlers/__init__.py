"""Handlers: read the request, ask the store, render the reply."""

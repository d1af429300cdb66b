"""Finds out by small experiments how the service behaves where its documentation leaves it open."""

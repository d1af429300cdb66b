"""Differences between what a dataset holds and what a frame would make of it."""

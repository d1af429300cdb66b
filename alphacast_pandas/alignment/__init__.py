"""From several DataFrames to one, and from one to its last values."""

"""The files of the cache: where they are, what is in them, how many there may be."""

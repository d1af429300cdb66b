"""From a word to the right dataset: search, lists, what a dataset holds, series, sources."""

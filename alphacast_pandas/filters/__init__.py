"""What a filter means: one tree, several spellings, two evaluations."""

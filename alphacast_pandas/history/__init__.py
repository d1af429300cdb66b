"""What was known when: looks at datasets, and what changed between them."""

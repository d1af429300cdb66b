"""What a dataset holds against what it is meant to hold: tables in, differences out."""

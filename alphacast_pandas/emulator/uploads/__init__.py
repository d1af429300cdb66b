"""Writing to a dataset: from an uploaded file to merged rows."""

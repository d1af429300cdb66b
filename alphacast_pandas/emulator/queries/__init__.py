"""Reading a dataset: from the text of a query to the file that is sent."""

"""From keywords to a DataFrame: query, HTTP, Arrow, frame."""

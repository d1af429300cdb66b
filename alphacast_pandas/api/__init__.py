"""The door to the service: settings, HTTP, and its JSON as records."""

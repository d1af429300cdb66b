"""The HTTP side: sockets, requests, routes, their description."""

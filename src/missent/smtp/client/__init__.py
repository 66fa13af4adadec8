"""Hands messages to a next hop: the relay's, that of notices, and that of released mail."""

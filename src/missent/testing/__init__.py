"""Shipped, so that others can test with it."""

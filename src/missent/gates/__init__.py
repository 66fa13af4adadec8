"""STOPS."""

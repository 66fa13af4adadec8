"""REMEMBERS who writes to whom."""

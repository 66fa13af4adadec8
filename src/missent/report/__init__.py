"""TELLS."""

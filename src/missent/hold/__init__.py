"""KEEPS a held message safe, asks its sender, and releases it."""

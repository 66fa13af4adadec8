"""Writes what senders are told."""

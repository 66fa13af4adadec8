"""Readers of past mail: one small file a format, all giving the same `Event`."""

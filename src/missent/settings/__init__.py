"""The configuration file, as types: what may stand in it, and what is wrong with it."""

from missent.settings.file import Settings, load, parse

__all__ = ["Settings", "load", "parse"]

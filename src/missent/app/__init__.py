"""WIRING: the one room that knows every other. It gathers the facts and asks the engine."""

from missent.app.wiring import App, build

__all__ = ["App", "build"]

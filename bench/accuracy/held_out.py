"""The models that saw development mail alone: what is shipped was fitted to all labels.

No figure of a model on the mail that it was fitted to says how it will do on other mail.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from missent.core import model

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parents[1] / "fit"


def are_there() -> bool:
    """Whether `bench/fit/` holds them."""
    return all((FOLDER / f"model_{kind}.json").exists() for kind in ("domain", "local"))


@contextmanager
def models() -> Iterator[None]:
    """Let the checks use them, in this process."""
    shipped = getattr(model, "get_data")  # noqa: B009  the name is another module's

    def read(_package: str, name: str) -> bytes:
        return (FOLDER / name).read_bytes()

    model.fitted.cache_clear()
    setattr(model, "get_data", read)  # noqa: B010  likewise
    try:
        yield
    finally:
        setattr(model, "get_data", shipped)  # noqa: B010  likewise
        model.fitted.cache_clear()

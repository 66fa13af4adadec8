"""Models that did not see what they decide: those that are shipped were fitted to all labels.

No figure of a model on the mail that it was fitted to says how it will do on other mail.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from missent.core import model
from missent.core.evidence.case import Case

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from missent.core.model import Kind, Model

FOLDER = Path(__file__).parents[1] / "fit"
FOLDS, DEVELOPMENT = "folds", "dev"  # what the runs are called
_PARTS = 5
_KINDS: tuple[Kind, ...] = ("domain", "local")


def are_there() -> bool:
    """Whether `bench/fit/` holds them."""
    return all(path.exists() for kind in _KINDS for path in (_dev(kind), _fold(kind, _PARTS - 1)))


def fold_of(sender: str) -> int:
    """Which fifth of the people a sender is in."""
    return (crc32(sender.encode()) >> 3) % _PARTS


@contextmanager
def development() -> Iterator[None]:
    """Let the checks use the models that saw development mail alone, in this process."""
    models = {kind: model.parsed(_dev(kind).read_bytes(), kind) for kind in _KINDS}
    with _instead(models):
        yield


@contextmanager
def folds() -> Iterator[None]:
    """Decide each sender's mail with the models that saw the mail of all but a fifth of people."""
    of = Case.of
    current = [0]

    def noted(*args: object) -> Case:
        case: Case = of(*args)  # type: ignore[arg-type]
        current[0] = fold_of(case.sender)
        return case

    def one_of(kind: Kind) -> Model:
        parts = [model.parsed(_fold(kind, k).read_bytes(), kind) for k in range(_PARTS)]

        def total(numbers: Sequence[float]) -> float:
            return parts[current[0]].total(numbers)

        return model.Model(total, parts[0].slope, parts[0].intercept)  # the same line in all

    setattr(Case, "of", noted)  # noqa: B010  in this process, for a while
    try:
        with _instead({kind: one_of(kind) for kind in _KINDS}):
            yield
    finally:
        setattr(Case, "of", of)  # noqa: B010  likewise


@contextmanager
def _instead(models: dict[Kind, Model]) -> Iterator[None]:
    shipped = model.fitted
    setattr(model, "fitted", models.__getitem__)  # noqa: B010  likewise
    try:
        yield
    finally:
        setattr(model, "fitted", shipped)  # noqa: B010  likewise


def _dev(kind: Kind) -> Path:
    return FOLDER / f"model_{kind}.json"


def _fold(kind: Kind, fold: int) -> Path:
    return FOLDER / "folds" / f"{fold}_model_{kind}.json"

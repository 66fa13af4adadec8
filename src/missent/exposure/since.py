"""What changed since an earlier run. Not knowing is no change, then or now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from missent.exposure.lookalike import Lookalike, State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missent.core.finding import Json

# By lookalike and our name: what it did with mail, and who took it.
Before = Mapping[tuple[str, str], tuple[State, str]]


def read(run: Json) -> Before:
    """An earlier run's JSON, by lookalike and our name.

    Raises:
        ValueError: it is something else.
    """
    rows = run.get("lookalikes") if isinstance(run, dict) else None
    try:
        return dict(map(_row, rows if isinstance(rows, list) else [None]))
    except (KeyError, TypeError, ValueError):
        raise ValueError("it is no output of `missent exposure --save`") from None


def _row(row: Json) -> tuple[tuple[str, str], tuple[State, str]]:
    if not isinstance(row, dict):
        raise TypeError
    state, operator = State(str(row["state"])), str(row.get("operator", ""))
    return (str(row["name"]), str(row["meant"])), (state, operator)


def changed(found: Iterable[Lookalike], before: Before) -> list[tuple[Lookalike, str]]:
    """Lookalikes whose state or operator is another one, each with what it was.

    A name that was not looked at before counts where it takes mail: nobody was told yet.
    """
    changes: list[tuple[Lookalike, str]] = []
    for one in found:
        if one.state is State.UNKNOWN:
            continue
        was, operator = before.get((one.name, one.meant), (None, ""))
        if was is None or was is State.UNKNOWN:
            if one.state.takes_mail:
                changes.append((one, was or "not looked at"))
        elif was is not one.state:
            changes.append((one, was))
        elif operator != one.operator:
            changes.append((one, f"operator {operator or 'none'}"))
    return changes


def carried(found: Iterable[Lookalike], before: Before) -> list[Lookalike]:
    """The same, with what was known before where nothing is known now.

    So a name that does not answer now and again is no news, neither when it goes nor when it comes.
    """
    carrying = []
    for one in found:
        was, operator = before.get((one.name, one.meant), (State.UNKNOWN, ""))
        known = one.state is not State.UNKNOWN
        carrying.append(one if known else replace(one, state=was, operator=operator))
    return carrying

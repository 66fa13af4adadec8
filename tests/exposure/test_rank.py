"""The worst first, with what to do about it."""

from __future__ import annotations

from dataclasses import replace

from missent.exposure.lookalike import Lookalike, State
from missent.exposure.rank import ranked

TAKES = Lookalike("navy.ml", "navy.mil", 0.1, "omission", State.MX)
LIKELIER = replace(TAKES, name="navy.com", probability=0.2, state=State.NULL)
RARE = replace(TAKES, name="nacy.mil", probability=0.01)
FREE = replace(TAKES, name="navy.mli", probability=0.05, state=State.FREE)


def test_messages_a_year() -> None:
    found = ranked([FREE, LIKELIER, RARE, TAKES], {"navy.mil": 1_000_000}, slips=0.001)
    assert [one.name for one in found] == ["navy.ml", "nacy.mil", "navy.com", "navy.mli"]
    assert [round(one.yearly, 6) for one in found] == [100, 10, 0, 0]


def test_the_advice_fits_what_the_name_does() -> None:
    def advice(**changed: object) -> str:
        (one,) = ranked([replace(TAKES, **changed)], {})  # type: ignore[arg-type]
        return one.advice

    assert "null MX" in advice()
    assert "register" in advice(state=State.FREE)
    assert "for sale" in advice(parked=True)
    assert "every name" in advice(wildcard=True)
    assert advice(state=State.NULL) == advice(state=State.IMPOSSIBLE) == advice(state=State.OURS)
    assert advice(state=State.NULL) == ""

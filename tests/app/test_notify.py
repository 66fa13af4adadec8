from __future__ import annotations

from missent.app.notify import text
from missent.exposure.lookalike import Lookalike, State

ONE = Lookalike("navy.ml", "navy.mil", 0.1, "omission", State.MX, operator="catcher.example")


def test_the_mail_names_what_takes_mail_and_what_the_registries_say() -> None:
    said = text([(ONE, "not registered")], [("navy.ml", "is about to change hands: soon")])
    assert "navy.ml: not registered -> mx (operator catcher.example), for navy.mil" in said
    assert "navy.ml is about to change hands: soon" in said
    assert "take no mail now" not in said


def test_a_mail_has_an_end() -> None:
    said = text([(ONE, "not registered")] * 5000, [])
    assert len(said.splitlines()) < 120
    assert "and 4900 more" in said

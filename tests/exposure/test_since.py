"""Only what changed is told, and not knowing is no change."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from missent.exposure import since, tell
from missent.exposure.lookalike import Lookalike, State

ONE = Lookalike("navy.ml", "navy.mil", 0.1, "omission", State.MX, operator="catcher.example")
FREE = Lookalike("nvy.mil", "navy.mil", 0.1, "omission", State.FREE)
QUIET = replace(ONE, state=State.UNKNOWN, operator="", reason="SERVFAIL")
HOW = "it is no output"


def _before(*found: Lookalike) -> since.Before:
    return since.read(json.loads(json.dumps(tell.as_json(found))))


def test_an_unchanged_world_is_no_news() -> None:
    assert since.changed([ONE, FREE], _before(ONE, FREE)) == []


def test_a_name_that_does_not_answer_is_no_news_when_it_goes_and_when_it_comes() -> None:
    first = _before(ONE)
    assert since.changed([QUIET], first) == []
    second = _before(*since.carried([QUIET], first))
    assert since.changed([QUIET], second) == []
    third = _before(*since.carried([QUIET], second))
    assert since.changed([ONE], third) == []


def test_what_begins_to_take_mail_is_news() -> None:
    taken = replace(FREE, state=State.MX, operator="catcher.example")
    assert since.changed([taken], _before(FREE)) == [(taken, "not registered")]
    assert since.changed([taken], _before()) == [(taken, "not looked at")]


def test_another_operator_is_news() -> None:
    other = replace(ONE, operator="other.example")
    assert since.changed([other], _before(ONE)) == [(other, "operator catcher.example")]


def test_a_new_name_that_takes_no_mail_is_no_news() -> None:
    assert since.changed([FREE], _before()) == []


@pytest.mark.parametrize(
    "bad", [None, [], {}, {"lookalikes": 1}, {"lookalikes": [{"name": "x"}]}, {"lookalikes": [1]},
            {"lookalikes": [{"name": "x", "meant": "y", "state": "odd"}]}]
)  # fmt: skip
def test_another_file_is_refused(bad: object) -> None:
    with pytest.raises(ValueError, match=HOW):
        since.read(bad)  # type: ignore[arg-type]

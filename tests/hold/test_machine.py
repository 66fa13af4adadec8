"""The machine by hand, and against a model by Hypothesis."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from missent.hold.machine import GOING, Choice, Refused, Standing, State, Way, step

END = 1000


def standing(state: State = State.HELD, *, review: bool = False) -> Standing:
    return Standing(state, review, END)


@pytest.mark.parametrize("way", [Way.LINK, Way.REPLY, Way.REVIEWER])
@pytest.mark.parametrize(
    ("choice", "state"),
    [
        (Choice.SEND, State.RELEASED),
        (Choice.INSTEAD, State.REDIRECTED),
        (Choice.DISCARD, State.DISCARDED),
    ],
)
def test_a_person_chooses(choice: Choice, state: State, way: Way) -> None:
    assert step(standing(), choice, way, END - 1) is state


@pytest.mark.parametrize("choice", Choice)
@pytest.mark.parametrize("state", [s for s in State if s is not State.HELD])
def test_what_is_decided_stays_so(state: State, choice: Choice) -> None:
    way = Way.TIME if choice is Choice.EXPIRE else Way.LINK
    assert step(standing(state), choice, way, END + 1) is Refused.DECIDED


def test_time_discards_and_never_sends() -> None:
    assert step(standing(), Choice.EXPIRE, Way.TIME, END) is State.EXPIRED
    assert step(standing(), Choice.EXPIRE, Way.TIME, END - 1) is Refused.TIME
    for choice in (Choice.SEND, Choice.INSTEAD, Choice.DISCARD):
        assert step(standing(), choice, Way.TIME, END) is Refused.TIME
    assert step(standing(), Choice.EXPIRE, Way.LINK, END) is Refused.TIME


def test_what_is_due_to_expire_is_no_longer_to_be_had() -> None:
    assert step(standing(), Choice.SEND, Way.LINK, END) is Refused.TIME


def test_a_reviewer_alone_lets_go_what_is_reserved() -> None:
    reserved = standing(review=True)
    assert step(reserved, Choice.SEND, Way.LINK, 1) is Refused.REVIEW
    assert step(reserved, Choice.SEND, Way.REPLY, 1) is Refused.REVIEW
    assert step(reserved, Choice.SEND, Way.REVIEWER, 1) is State.RELEASED
    assert step(reserved, Choice.DISCARD, Way.LINK, 1) is State.DISCARDED
    assert step(reserved, Choice.INSTEAD, Way.LINK, 1) is State.REDIRECTED


class Life(RuleBasedStateMachine):
    """Any choices in any order, at moments that go forward."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0
        self.standing = Standing(State.HELD, review=False, expires=50)
        self.changes: list[tuple[State, Choice, Way]] = []

    @rule(seconds=st.integers(0, 30))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule(choice=st.sampled_from(Choice), way=st.sampled_from(Way))
    def choose(self, choice: Choice, way: Way) -> None:
        found = step(self.standing, choice, way, self.now)
        if isinstance(found, State):
            self.standing = Standing(found, self.standing.review, self.standing.expires)
            self.changes.append((found, choice, way))

    @invariant()
    def it_changes_once_at_most(self) -> None:
        assert len(self.changes) <= 1

    @invariant()
    def only_a_person_sends(self) -> None:
        for state, choice, way in self.changes:
            assert (state in GOING) is (choice in {Choice.SEND, Choice.INSTEAD})
            assert way is not Way.TIME or state is State.EXPIRED


TestLife = Life.TestCase

from __future__ import annotations

import os

from missent.sinkhole.evidence.key import DAY, DayKey, digest

VIEW = memoryview(b"jane")
HOME = memoryview(b"corp.example")


def test_a_day_has_one_key_and_the_next_another() -> None:
    key = DayKey(10 * DAY)
    first = key.of(10 * DAY + 5)
    assert key.of(11 * DAY - 1) == first
    second = key.of(11 * DAY)
    assert second != first
    assert digest(first, VIEW, HOME) != digest(second, VIEW, HOME)


def test_a_key_that_is_over_is_nowhere_any_more() -> None:
    key = DayKey(10 * DAY)
    first = key.of(10 * DAY)
    key.of(12 * DAY)
    assert first not in bytes(key._page)
    assert key.of(10 * DAY) != first


def test_all_processes_have_the_same_keys() -> None:
    key = DayKey(10 * DAY)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, key.of(13 * DAY))
        os._exit(0)
    os.waitpid(child, 0)
    assert key.of(13 * DAY) == os.read(reading, 100)
    os.close(reading)
    os.close(writing)


def test_two_starts_have_nothing_in_common() -> None:
    assert DayKey(DAY).of(DAY) != DayKey(DAY).of(DAY)

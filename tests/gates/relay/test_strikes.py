from __future__ import annotations

from missent.gates.relay.strikes import Strikes


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_who_was_refused_too_often_waits_and_nobody_else() -> None:
    clock = Clock()
    strikes = Strikes(clock, most=3, seconds=60)
    for _ in range(3):
        assert not strikes.out("192.0.2.1")
        strikes.add("192.0.2.1")
        clock.now += 10
    assert strikes.out("192.0.2.1")
    assert not strikes.out("192.0.2.2")
    clock.now = 59
    assert strikes.out("192.0.2.1")
    clock.now = 60
    assert not strikes.out("192.0.2.1")
    strikes.add("192.0.2.1")
    assert not strikes.out("192.0.2.1")


def test_it_remembers_so_many_and_no_more() -> None:
    strikes = Strikes(Clock(), most=1, peers=100)
    for number in range(1000):
        strikes.add(f"192.0.2.{number}")
    assert len(strikes._peers) == 100
    assert strikes.out("192.0.2.999")
    assert not strikes.out("192.0.2.0")

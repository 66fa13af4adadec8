"""Broken packets: an answer, silence or an error of the protocol, and nothing else.

`python -m bench.milter --fuzz 1000000` runs a million of them.
"""

from __future__ import annotations

import random
import time
import tracemalloc
from ipaddress import ip_network

from missent.core.errors import ProtocolError
from missent.gates.confirm import Confirm, LocalAttempts
from missent.gates.milter import commands as c
from missent.gates.milter import wire
from missent.gates.milter.desk import Desk, DeskOptions
from missent.gates.milter.events import Finished, Question
from missent.gates.milter.session import Session
from missent.gates.ours import Ours
from missent.testing.fuzz import packets
from missent.testing.gates import SuffixGuard

OURS = Ours(networks=(ip_network("0.0.0.0/0"),))


def test_broken_packets() -> None:
    chance = random.Random(7)  # noqa: S311  a run that can be had again
    guard = SuffixGuard()
    desk = Desk(guard, DeskOptions(), Confirm(LocalAttempts(), time.time), guard.at_once)
    fed = broken = asked = finished = 0
    tracemalloc.start()
    while fed < 10_000:
        stream, session = wire.from_mta(), Session(OURS)
        session.hear(c.Negotiate(6, 0x1FF, 0x1FFFFF))
        try:
            for packet in packets(chance):
                fed += 1
                stream.feed(packet)
                while (command := stream.next()) is not None:
                    for event in session.hear(command):
                        if isinstance(event, Question):
                            asked += 1
                            session.settle(desk.at_once(event) or ())
                        finished += isinstance(event, Finished)
        except ProtocolError:
            broken += 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert broken > 50
    assert asked > 100
    assert finished > 100
    assert peak < 20_000_000

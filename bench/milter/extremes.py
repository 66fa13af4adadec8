"""What must hold whatever happens: workers that are killed, packets that are broken."""

from __future__ import annotations

import random
import resource
import sys
import time
from ipaddress import ip_network

from bench.milter.filters import SETTINGS
from missent.core.errors import ProtocolError
from missent.gates.confirm import Confirm, LocalAttempts
from missent.gates.milter import commands, wire
from missent.gates.milter.desk import Desk, DeskOptions
from missent.gates.milter.events import Question
from missent.gates.milter.session import Session
from missent.gates.ours import Ours
from missent.testing.fuzz import packets
from missent.testing.gates import SuffixGuard
from missent.testing.killing import send_while_killing
from missent.testing.milter import Missent
from missent.testing.postfix import Postfix


def kill(messages: int, workers: int) -> None:
    main = "smtpd_milters = unix:{base}/milter.sock\nmilter_default_action = tempfail\n"
    settings = SETTINGS.replace("{workers}", str(workers))
    with Postfix(main) as postfix, Missent.at(postfix.base, settings) as gate:
        tally = send_while_killing(postfix, gate, messages)
    print(f"{messages} messages: {tally}")
    if tally.lost or tally.twice or tally.given_up:
        sys.exit(1)


def fuzz(count: int, seed: int) -> None:
    """Feed broken packets: each ends in an answer, in silence or in an error of the protocol."""
    chance = random.Random(seed)
    ours = Ours(networks=(ip_network("0.0.0.0/0"),))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    guard = SuffixGuard()
    desk = Desk(guard, DeskOptions(), Confirm(LocalAttempts(), time.time), guard.at_once)
    broken = sessions = fed = 0
    while fed < count:
        sessions += 1
        stream, session = wire.from_mta(), Session(ours)
        session.hear(commands.Negotiate(6, 0x1FF, 0x1FFFFF))
        try:
            for packet in packets(chance):
                fed += 1
                stream.feed(packet)
                while (command := stream.next()) is not None:
                    for event in session.hear(command):
                        if isinstance(event, Question):
                            session.settle(desk.at_once(event) or ())
        except ProtocolError:
            broken += 1
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(
        f"{fed} packets in {sessions} sessions, {broken} of them closed for breaking the "
        f"protocol, no other exception; peak memory grew by {grown / 1024:.1f} MiB"
    )

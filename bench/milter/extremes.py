"""What must hold whatever happens: workers that are killed, packets that are broken."""

from __future__ import annotations

import random
import resource
import sys

from bench.milter.filters import SETTINGS
from missent.testing.fuzz import converse
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
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    heard = converse(random.Random(seed), count)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(
        f"{heard.packets} packets in {heard.sessions} sessions, {heard.broken} of them closed for"
        f" breaking the protocol, no other exception; peak memory grew by {grown / 1024:.1f} MiB"
    )

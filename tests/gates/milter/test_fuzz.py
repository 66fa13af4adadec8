"""Broken packets: an answer, silence or an error of the protocol, and nothing else.

`python -m bench.milter --fuzz 1000000` runs a million of them.
"""

from __future__ import annotations

import random
import tracemalloc

from missent.testing.fuzz import converse


def test_broken_packets() -> None:
    tracemalloc.start()
    heard = converse(random.Random(7), 10_000)  # noqa: S311  a run that can be had again
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert heard.broken > 50
    assert heard.asked > 100
    assert heard.finished > 100
    assert peak < 20_000_000

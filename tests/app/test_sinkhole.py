"""The sinkhole from the settings."""

from __future__ import annotations

import pytest

from missent.app import sinkhole
from missent.settings.file import parse


@pytest.mark.parametrize(("workers", "each"), [(1, (100, 7, 20, 0)), (4, (25, 2, 5, 0))])
def test_the_limits_hold_for_all_processes_together(
    workers: int, each: tuple[int, int, int, int]
) -> None:
    section = {
        "lookalike": [{"typed": "*.ml", "meant": "*.mil"}],
        "workers": workers,
        "connections": 100,
        "per_address": 7,
        "per_network": 20,
    }
    own = sinkhole.options(parse({"sinkhole": section}, "x")).admission
    assert (own.connections, own.per_address, own.per_network, own.per_minute) == each

from __future__ import annotations

from pathlib import Path

from missent.gates.relay.options import RelayOptions


def test_out_of_the_box_it_listens_and_serves_on_loopback_only() -> None:
    options = RelayOptions()
    assert (options.listen.host, options.listen.port) == ("127.0.0.1", 2525)
    assert all(network.is_loopback for network in options.networks)
    assert options.upstream is None
    assert options.outbox == Path("var/outbox")

"""Asks a milter whether it is there, as an MTA would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.errors import ProtocolError
from missent.gates.milter import wire
from missent.gates.milter.commands import Negotiate, Quit
from missent.gates.milter.flags import VERSION
from missent.gates.milter.replies import Negotiated

if TYPE_CHECKING:
    from missent.gates.endpoint import Endpoint

_ALL_ABILITIES = 0x1FF
_ALL_STEPS = 0x1FFFFF


def probe(endpoint: Endpoint, timeout: float = 5.0) -> str:
    """Negotiate and leave.

    Args:
        endpoint: where the milter listens.
        timeout: of connecting and of each answer, in seconds.

    Returns:
        What is wrong; "" where it answers as it should.
    """
    packets = wire.from_filter()
    try:
        with endpoint.connect(timeout) as client:
            client.sendall(wire.to_filter(Negotiate(VERSION, _ALL_ABILITIES, _ALL_STEPS)))
            while (reply := packets.next()) is None:
                octets = client.recv(4096)
                if not octets:
                    return "it closes the connection"
                packets.feed(octets)
            client.sendall(wire.to_filter(Quit()))
    except OSError as error:
        return error.strerror or str(error)
    except ProtocolError as error:
        return f"it is no milter: {error}"
    return "" if isinstance(reply, Negotiated) else "it is no milter that negotiates"

from __future__ import annotations

import socket
from typing import Any

import pytest
import structlog

from missent.app.names import look_up
from missent.gates.relay.options import RelayOptions
from missent.gates.relay.routes import RouteOptions
from missent.smtp.client.options import UpstreamOptions


@pytest.fixture(autouse=True)
def resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the network's resolver says of `.invalid` is its own affair; here it knows nothing."""
    real = socket.getaddrinfo

    def look_up(host: str, *more: Any, **others: Any) -> Any:
        if host.endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *more, **others)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def route(host: str) -> RouteOptions:
    return RouteOptions(UpstreamOptions(host, 587))


@pytest.mark.parametrize(
    ("host", "mend"),
    [
        ("smtp.gmial.invalid", "did you mean smtp.gmail.invalid?"),
        ("nobody.invalid", "is it spelled right, and the network up?"),
    ],
)
async def test_a_name_without_an_address_is_told_with_its_setting(
    host: str, mend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("missent.app.names._KNOWN", ("smtp.gmail.invalid",))
    options = RelayOptions(routes=(route("localhost"), route(host)))
    with structlog.testing.capture_logs() as log:
        await look_up(options)
    (line,) = log
    assert line["event"] == "server not found"
    assert line["log_level"] == "warning"
    assert (line["setting"], line["host"]) == ("relay.route[2].upstream", host)
    assert line["mend"] == mend


async def test_an_upstream_is_looked_up_too() -> None:
    with structlog.testing.capture_logs() as log:
        await look_up(RelayOptions(upstream=UpstreamOptions("nobody.invalid", 25)))
    assert [line["setting"] for line in log] == ["relay.upstream"]

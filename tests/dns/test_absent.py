"""Names that do not exist are told quickly, and a forged or odd answer is not believed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from missent.dns.absent import Absent
from missent.dns.ares import Ares
from missent.dns.interface import DnsOptions, Records
from missent.testing import nsd
from missent.testing.postfix import free_port

if TYPE_CHECKING:
    from collections.abc import Callable

    from missent.dns.interface import Kind

THERE = Records(("mx.example",), ttl=300)


class Thorough(Ares):
    """Finds every name, and notes what it was asked."""

    def __init__(self, address: str) -> None:
        super().__init__(DnsOptions((address,), rate=1e6))
        self.asked: list[str] = []

    async def ask(self, name: str, kind: Kind) -> Records:  # noqa: ARG002
        self.asked.append(name)
        return THERE


class Answering(asyncio.DatagramProtocol):
    """A resolver that answers as told."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.DatagramTransport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._transport.sendto(self._answer(data), addr)


def _missing(data: bytes) -> bytes:
    return data[:2] + b"\x81\x83" + data[4:]


@pytest.mark.parametrize(
    ("answer", "believed"),
    [
        (_missing, True),
        (lambda data: data[:2] + b"\x81\x80" + data[4:], False),  # NOERROR
        (lambda data: data[:2] + b"\x81\x82" + data[4:], False),  # SERVFAIL
        (lambda data: data[:2] + b"\x83\x83" + data[4:], False),  # cut short
        (lambda data: data[:2] + b"\x01\x83" + data[4:], False),  # a question, not an answer
        (lambda data: bytes((data[0] ^ 1,)) + _missing(data)[1:], False),  # another number
        (lambda data: _missing(data).replace(b"gone", b"gine"), False),  # another question
        (lambda data: data[:7], False),
        (lambda _: b"", False),
    ],
)
async def test_what_is_believed(answer: Callable[[bytes], bytes], *, believed: bool) -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: Answering(answer), local_addr=("127.0.0.1", 0)
    )
    thorough = Thorough(f"127.0.0.1:{transport.get_extra_info('sockname')[1]}")
    asker = Absent(thorough)
    said = await asyncio.wait_for(asker.ask("gone.example", "MX"), 10)
    assert said == (Records(exists=False) if believed else THERE)
    assert thorough.asked == ([] if believed else ["gone.example"])
    await asker.close()
    transport.close()
    await asyncio.sleep(0)


async def test_nobody_there_and_no_name_are_for_the_thorough_one() -> None:
    thorough = Thorough(f"127.0.0.1:{free_port()}")
    asker = Absent(thorough)
    for name in ("gone.example", "a..b", "x" * 64 + ".example"):
        assert await asyncio.wait_for(asker.ask(name, "MX"), 10) == THERE
    assert await asker.ask("gone.example", "TXT") == THERE
    await asker.close()


@pytest.mark.e2e
@pytest.mark.skipif(bool(nsd.why_not()), reason=nsd.why_not())
async def test_a_real_server() -> None:
    with nsd.Nsd({"": "there.example A 192.0.2.1\n"}) as server:
        asker = Absent(Ares(DnsOptions((server.address,), rate=1e6)))
        assert await asker.ask("gone.example", "MX") == Records(exists=False)
        assert await asker.ask("there.example", "MX") == Records()
        await asker.close()

from __future__ import annotations

import struct
from contextlib import suppress
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.errors import ProtocolError
from missent.smtp.proxy_protocol import Header

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"


def second(command: int, family: int, body: bytes) -> bytes:
    return SIGNATURE + struct.pack("!BBH", command, family, len(body)) + body


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6), st.binary(max_size=30))
def test_both_versions_name_the_client(address: object, more: bytes) -> None:
    ip = ip_address(str(address))
    first = f"PROXY TCP{ip.version} {ip} {ip} 40000 25\r\n".encode()
    family = 0x11 if ip.version == 4 else 0x21
    packed = second(0x21, family, ip.packed * 2 + struct.pack("!HH", 40000, 25) + b"\x04\0\1x")
    for said in (first, packed):
        for end in range(len(said)):
            assert Header().read(said, end) == 0
        header = Header()
        assert header.read(said + more, len(said) + len(more)) == len(said)
        assert header.source is not None
        assert ip_address(header.source) == ip


@pytest.mark.parametrize(
    "said", [b"PROXY UNKNOWN\r\n", b"PROXY UNKNOWN ::1 ::1 1 2\r\n", second(0x20, 0, b"")]
)
def test_a_proxy_may_speak_for_itself(said: bytes) -> None:
    header = Header()
    assert header.read(said, len(said)) == len(said)
    assert header.source is None


@pytest.mark.parametrize(
    "said",
    [
        b"EHLO x\r\n",
        b"PROXY TCP4 1.2.3.4\r\n",
        b"PROXY TCP4 1.2.3.400 1.2.3.4 1 2\r\n",
        b"PROXY TCP4 ::1 1.2.3.4 1 2\r\n",
        b"PROXY " + b"x" * 120,
        second(0x31, 0x11, b"x" * 12),
        SIGNATURE + struct.pack("!BBH", 0x21, 0x11, 5000),
    ],
)
def test_what_is_no_header_is_refused(said: bytes) -> None:
    with pytest.raises(ProtocolError):
        Header().read(said, len(said))


@given(st.binary(max_size=150))
def test_anything_is_read_or_refused(said: bytes) -> None:
    with suppress(ProtocolError):
        assert Header().read(said, len(said)) <= len(said)

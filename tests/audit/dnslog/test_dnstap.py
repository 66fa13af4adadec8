"""dnstap, written by the libraries that others write it with."""

from __future__ import annotations

import io
import struct

import dnstap_pb
import fstrm
import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.audit.dnslog.dnstap import Reader
from missent.audit.dnslog.interface import Query
from missent.core.errors import ProtocolError


def message(name: str, kind: int, code: int | None) -> bytes:
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    flags = 0x8000 | (code or 0) if code is not None else 0
    dns = struct.pack("!6H", 7, flags, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!HH", kind, 1)
    tap = dnstap_pb.Dnstap()
    tap.type = 1
    tap.message.type = 2 if code is not None else 1
    tap.message.query_address = bytes([192, 0, 2, 1])
    tap.message.query_time_sec = 1795600800
    if code is None:
        tap.message.query_message = dns
    else:
        tap.message.response_message = dns
    octets: bytes = tap.SerializeToString()
    return octets


def stream(*messages: bytes) -> io.BytesIO:
    codec = fstrm.FstrmCodec()
    written = codec.encode(fstrm.FSTRM_CONTROL_START, ct=[b"protobuf:dnstap.Dnstap"])
    for one in messages:
        written += codec.encode(fstrm.FSTRM_DATA_FRAME, payload=one)
    return io.BytesIO(written + codec.encode(fstrm.FSTRM_CONTROL_STOP))


def test_questions_and_answers() -> None:
    reader = Reader()
    found = list(
        reader(
            stream(
                message("army.ml", 15, 3),
                message("Navy.ML", 1, 0),
                message("army.ml", 28, None),
                message("army.ml", 16, 3),
                b"\xff\xff\xff",
            )
        )
    )
    assert found == [
        Query("2026-11-25", "192.0.2.1", "army.ml", "MX", exists=False),
        Query("2026-11-25", "192.0.2.1", "navy.ml", "A", exists=True),
        Query("2026-11-25", "192.0.2.1", "army.ml", "AAAA", exists=None),  # unanswered to the end
    ]
    assert (reader.lines, reader.unread) == (5, 1)


def test_a_question_and_its_answer_are_one() -> None:
    asked, answered = message("army.ml", 15, None), message("army.ml", 15, 3)
    told = [query.exists for query in Reader()(stream(asked, answered, asked, asked, answered))]
    assert told == [False, None, False]
    exists = Reader()(stream(message("bank.ml", 15, None), message("bank.ml", 15, 0)))
    assert [query.exists for query in exists] == [True]


def test_a_resolver_s_own_questions_do_not_count() -> None:
    tap = dnstap_pb.Dnstap()
    tap.ParseFromString(message("army.ml", 15, 3))
    tap.message.type = 4
    assert not list(Reader()(stream(tap.SerializeToString())))


def test_a_frame_without_end_is_refused() -> None:
    with pytest.raises(ProtocolError, match="dnstap"):
        list(Reader()(io.BytesIO(struct.pack("!I", 1 << 30) + b"x" * 100)))


def test_a_control_frame_that_is_none_is_refused() -> None:
    with pytest.raises(ProtocolError, match="no dnstap file"):
        list(Reader()(stream(b"", message("army.ml", 15, 3))))


@given(st.binary(min_size=1, max_size=300))
def test_any_frame_is_read_or_left(octets: bytes) -> None:
    list(Reader()(stream(octets, message("army.ml", 15, 3))))

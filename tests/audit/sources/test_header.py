"""The fields of a header, whatever stands between them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from missent.audit.sources.header import LONGEST, Header


def test_fields_are_unfolded_and_kept_in_order() -> None:
    header = Header(b"To: a@x,\r\n\tb@x\r\nSubject : hi\r\nto: c@x\r\n")
    assert header.all("to") == ["a@x,\tb@x", "c@x"]
    assert (header.first("subject"), header.first("cc")) == ("hi", "")


def test_what_is_no_field_does_not_end_the_header() -> None:
    header = Header(b"From: a@x\n>From b Tue May  1 12:00:00 2001\nwrapped badly\nTo: c@x\n")
    assert (header.first("from"), header.first("to")) == ("a@x", "c@x")


def test_octets_that_are_no_utf_8_are_latin_1() -> None:
    assert Header("Subject: M\xfcller".encode("latin-1")).first("subject") == "Müller"


def test_of_a_header_that_is_too_long_only_whole_entries_count() -> None:
    header = Header(b"From: a@x\nTo: " + b"somebody@partner.example, " * 200_000)
    assert header.is_cut
    entries = header.first("to").split(", ")
    assert len(entries) > LONGEST // 30
    assert set(entries) == {"somebody@partner.example"}


@given(st.binary(max_size=200))
def test_anything_can_be_read(octets: bytes) -> None:
    assert Header(octets).is_cut is False

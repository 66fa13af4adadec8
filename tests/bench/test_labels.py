"""Which labelled slips count, and which of them could be known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.accuracy.labels import Labels, read

if TYPE_CHECKING:
    from pathlib import Path

EVENTS = """message_id,ts,sender,observed,intended,kind,confidence,duplicate_of,bounce_copy,\
any_prior_to_intended,sender_prior_to_intended,internal,literal_in_header,sender_is_enron,\
domain_known_before
m2,20,ann@a.example,x@parter.example,x@partner.example,domain,0.9,,0,0,0,0,1,1,3
m1,10,Ann@a.example,x@parter.example,x@partner.example,domain,0.9,,0,0,0,0,1,1,3
m3,30,bob@a.example,x@parter.example,x@partner.example,domain,0.9,,1,0,0,0,1,1,3
m4,40,cat@a.example,x@parter.example,x@partner.example,domain,0.9,m1,0,0,0,0,1,1,3
m5,50,dan@a.example,x@parter.example,x@partner.example,domain,0.9,,0,0,0,0,0,1,3
m6,60,eve@a.example,y@newnn.org,y@nownn.org,domain,0.9,,0,0,0,0,1,1,0
m7,70,eve@a.example,y@gmial.com,y@gmail.com,domain,0.9,,0,0,0,0,1,1,0
m8,80,eve@a.example,y@now.colm,y@now.example,domain,0.9,,0,0,0,0,1,1,0
m9,90,eve@a.example,jo@bnn.org,joe@cnn.org,both,0.9,,0,2,0,0,1,1,0
"""
ADDRESSES = """observed,intended,error_type,kind,verdict,confidence,selfcorrected,bounced,why
jo@bnn.org,joe@cnn.org,o,both,typo,0.9,1,0,
u@b.example,v@b.example,o,local,unsure,0.9,0,0,
x@parter.example,x@partner.example,o,domain,legit,0.9,1,0,
"""
DOMAINS = """observed_domain,intended_domain,error_type,verdict,confidence,selfcorrected,bounced,why
gmial.com,gmail.com,o,typo,0.9,0,1,
maybe.example,may.example,o,unsure,0.9,0,0,
fine.example,line.example,o,legit,0.9,0,0,
"""


@pytest.fixture
def labels(tmp_path: Path) -> Labels:
    for name, text in (("events", EVENTS), ("addresses", ADDRESSES), ("domains", DOMAINS)):
        (tmp_path / f"enron-labels-{name}.csv").write_text(text)
    return read(tmp_path)


def test_a_slip_counts_once_at_its_first_occurrence_by_a_person(labels: Labels) -> None:
    assert [(s.at, s.sender) for s in labels.slips] == [
        (10, "ann@a.example"),
        (60, "eve@a.example"),
        (70, "eve@a.example"),
        (80, "eve@a.example"),
        (90, "eve@a.example"),
    ]


def test_what_does_not_count_is_no_needless_prompt_either(labels: Labels) -> None:
    for sender in ("bob", "cat", "dan"):
        assert (f"{sender}@a.example", "x@parter.example") in labels.pairs


def test_knowable_by_earlier_mail_by_the_tables_or_by_an_impossible_suffix(labels: Labels) -> None:
    assert [sorted(s.knowable) for s in labels.slips] == [
        ["domain"],
        [],
        ["domain"],
        ["domain"],
        ["local"],
    ]
    assert labels.slips[-1].kinds == {"domain", "local"}


def test_proved_by_the_address_or_by_the_domain(labels: Labels) -> None:
    assert [s.proved for s in labels.slips] == [False, False, True, False, True]


def test_doubtful(labels: Labels) -> None:
    doubtful = ("u@b.example", "z@maybe.example", "z@gmial.com")
    assert all(map(labels.is_doubtful, doubtful))
    assert not labels.is_doubtful("z@fine.example")

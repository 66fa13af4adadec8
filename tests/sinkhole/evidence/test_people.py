from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from missent.sinkhole.evidence.people import Kind, Signals, kind, weigh

MAIL_SERVER = Signals(confirmed=True, aligned=True, helo=True, secure=True, persons=1)
BOT = Signals(confirmed=False, helo=False, recipients=30, noise=3)


def test_a_person_s_mail_server_and_a_bot() -> None:
    assert kind(MAIL_SERVER) is Kind.PEOPLE
    assert kind(BOT) is Kind.BULK
    assert kind(Signals(helo=True)) is Kind.UNCLEAR
    assert kind(Signals(helo=True, null=True)) is Kind.AUTOMATIC


@given(st.sampled_from([MAIL_SERVER, BOT, Signals(helo=True)]))
def test_each_signal_weighs_in_its_direction(signals: Signals) -> None:
    weight = weigh(signals)
    assert weigh(signals._replace(early=True)) <= weight
    assert weigh(signals._replace(confirmed=False)) <= weight
    assert weigh(signals._replace(seen=5)) < weight
    assert weigh(signals._replace(listed=True)) > weight
    assert weigh(signals._replace(listed=False)) < weight
    assert weigh(signals._replace(secure=True)) >= weight
    assert weigh(signals._replace(spf="pass")) > weight
    assert weigh(signals._replace(spf="none")) == weight
    assert weigh(signals._replace(spf="fail")) < weigh(signals._replace(spf="softfail")) < weight


def test_a_bad_list_outweighs_all_good_signs() -> None:
    assert kind(MAIL_SERVER._replace(listed=False)) is not Kind.PEOPLE

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.address import Address
from missent.smtp.arguments import Refused, read_mail, read_rcpt
from missent.smtp.events import Extensions, Mail

OFFERED = Extensions(size=1000)


def mail(argument: str, offered: Extensions = OFFERED) -> Mail:
    return read_mail(argument, offered, extended=True)


def rcpt(argument: str, *, smtputf8: bool = False) -> str:
    return str(read_rcpt(argument, "relay.example", smtputf8=smtputf8).address)


def answer_to(argument: str, offered: Extensions = OFFERED) -> str:
    with pytest.raises(Refused) as refused:
        mail(argument, offered)
    return str(refused.value.reply)


@pytest.mark.parametrize(
    ("argument", "address"),
    [
        ("TO:<gen@army.mil>", "gen@army.mil"),
        ("to:<Gen@ARMY.MIL>", "Gen@army.mil"),
        ("TO: <gen@army.mil>", "gen@army.mil"),
        ("TO:<@a.example,@b.example:gen@army.mil>", "gen@army.mil"),
        ('TO:<"a b"@corp.example>', '"a b"@corp.example'),
        (r'TO:<"a>\"b"@corp.example>', r'"a>\"b"@corp.example'),
        ('TO:<"plain"@corp.example>', "plain@corp.example"),
        ("TO:<a@[192.0.2.1]>", "a@[192.0.2.1]"),
        ("TO:<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]"),
        ("TO:<Postmaster>", "postmaster@relay.example"),
    ],
)
def test_recipients(argument: str, address: str) -> None:
    assert rcpt(argument) == address


def test_the_null_sender_and_the_parameters() -> None:
    assert mail("FROM:<>") == Mail(None)
    assert mail("FROM:<> SIZE=10 body=8bitmime SMTPUTF8") == Mail(None, 10, True, True)
    sender = Address.parse("a@corp.example")
    assert mail("FROM:<a@corp.example> BODY=7BIT") == Mail(sender)


def test_u_labels_need_smtputf8() -> None:
    with pytest.raises(Refused, match=r"553 5\.6\.7"):
        rcpt("TO:<a@b\u00fccher.example>")
    assert rcpt("TO:<a@b\u00fccher.example>", smtputf8=True) == "a@xn--bcher-kva.example"
    assert answer_to("FROM:<\u00fc@corp.example>").startswith("553 5.6.7")


@pytest.mark.parametrize(
    ("argument", "code"),
    [
        ("<a@corp.example>", "501 5.5.4"),
        ("FROM:a@corp.example", "501 5.5.4"),
        ("FROM:<a@corp.example", "501 5.5.4"),
        ("FROM:<a b@corp.example>", "501 5.5.4"),
        ("FROM:<a@corp.example>SIZE=1", "501 5.5.4"),
        ("FROM:<a@corp.example> SIZE=1 SIZE=2", "501 5.5.4"),
        ("FROM:<a@corp.example> =", "501 5.5.4"),
        ("FROM:<a@corp.example> SIZE=x", "555 5.5.4"),
        ("FROM:<a@corp.example> SIZE=123456789012345678901", "555 5.5.4"),
        ("FROM:<a@corp.example> BODY=BINARYMIME", "555 5.5.4"),
        ("FROM:<a@corp.example> RET=FULL", "555 5.5.4"),
        ("FROM:<a@corp.example> AUTH=<>", "555 5.5.4"),
        ("FROM:<a@corp.example> SIZE=1001", "552 5.3.4"),
        ("FROM:<a..b@corp.example>", "553 5.1.7"),
    ],
)
def test_refused_senders(argument: str, code: str) -> None:
    assert answer_to(argument).startswith(code)


def test_what_was_not_offered_is_not_understood() -> None:
    least = Extensions(eight_bit=False, smtputf8=False)
    assert answer_to("FROM:<> BODY=8BITMIME", least).startswith("555 5.5.4")
    assert answer_to("FROM:<> SMTPUTF8", least).startswith("555 5.5.4")


def test_a_bad_address_is_told_with_its_place() -> None:
    with pytest.raises(Refused) as refused:
        rcpt("TO:<a..b@corp.example>")
    text = str(refused.value.reply)
    assert text.startswith("553 5.1.3 <a..b@corp.example>: not sent; two dots in a row")
    assert text.endswith("(character 3)")
    assert not refused.value.fault


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_an_answer(text: str) -> None:
    for argument in (f"TO:<{text}>", f"TO:{text}", text):
        try:
            address = read_rcpt(argument, "relay.example", smtputf8=True).address
        except Refused:
            continue
        assert Address.parse(str(address)).key == address.key

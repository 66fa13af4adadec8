"""Held mail from end to end on a real Postfix: each choice by link and by reply."""

from __future__ import annotations

import smtplib
from typing import TYPE_CHECKING

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from missent.testing.holding import ANN, browse, holding, log_of
from missent.testing.postfix import until, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.testing.holding import Site
    from missent.testing.milter import Missent

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(bool(why_not()), reason=why_not())]

SLIP, MEANT, GOOD = "joe@gmial.com", "joe@gmail.com", "bob@partner.example"


def content(name: str, subject: str = "Room 12") -> bytes:
    return (
        f"From: Ann <{ANN}>\r\nTo: {SLIP}\r\nDate: Wed, 25 Nov 2026 12:00:00 +0000\r\n"
        f"Subject:{subject}\r\nX-Folded:\tone\r\n\ttwo  three \r\nMessage-ID: <{name}@corp.example>"
        "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n.a dot\r\n..\r\nü\t \r\n\r\n\r\n"
    ).encode()


def own(delivered: bytes) -> bytes:
    """What was submitted, out of what a mailbox holds: without the header fields of the way."""
    start = delivered.index(b"From: Ann") if b"DKIM-Signature" not in delivered else (
        delivered.index(b"DKIM-Signature")
    )  # fmt: skip
    return delivered[start:].replace(b"\n", b"\r\n")


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Site, Missent]]:
    with holding() as made:
        yield made


@pytest.fixture
def ours(running: tuple[Site, Missent]) -> Site:
    """The same Postfix for all, with empty mailboxes."""
    made, _ = running
    made.postfix.empty()
    return made


@pytest.mark.parametrize("by", ["link", "reply"])
@pytest.mark.parametrize(
    ("number", "word", "goes"), [(2, "discard", ""), (0, "INSTEAD", "meant"), (1, "Send", "slip")]
)
def test_each_choice(ours: Site, by: str, number: int, word: str, goes: str) -> None:
    sender = f"{by}{number}@corp.example"
    # What one sender says is right is right for the others.
    domain, other = {
        "link": ("hotmial.com", "hotmail.com"),
        "reply": ("yahooo.com", "yahoo.com"),
    }[by]
    slip, meant = f"joe@{domain}", f"joe@{other}"
    to = {"slip": slip, "meant": meant}.get(goes, "")
    sent = content(f"{by}{number}")
    assert ours.send(sent, GOOD, slip, sender=sender) == {}
    [notice] = ours.notices(1, sender)
    until(lambda: len(ours.delivered(GOOD)) == 1, what="the others' message")
    assert ours.delivered(slip) == []
    assert notice["Subject"] == f"Held: your message to {slip}"
    if by == "link":
        link = ours.links(notice)[number]
        assert browse(link)[0] == 200
        assert ours.delivered(slip) == []
        assert browse(link, "POST")[0] == 200
        assert browse(link, "POST")[0] == 409
    else:
        ours.reply(notice, word, sender=sender)
    if to:
        until(lambda: len(ours.delivered(to)) == 1, what="the released message")
        assert own(ours.delivered(to)[0]) == sent
        assert f"Return-Path: <{sender}>".encode() in ours.delivered(to)[0]
    ours.postfix.settle()
    assert len(ours.delivered(slip)) == (goes == "slip")
    assert len(ours.delivered(meant)) == (goes == "meant")
    assert own(ours.delivered(GOOD)[0]) == sent


def test_a_right_address_is_not_asked_about_again(ours: Site) -> None:
    sender = "learns@corp.example"
    ours.send(content("learn1"), "joe@outlok.com", sender=sender)
    browse(ours.links(ours.notices(1, sender)[0])[1], "POST")
    until(lambda: len(ours.delivered("joe@outlok.com")) == 1, what="the released message")
    until(lambda: _passes(ours, sender), what="the lesson")


def _passes(ours: Site, sender: str) -> bool:
    before = len(ours.delivered("joe@outlok.com"))
    ours.send(
        content(f"again{before}-{len(ours.delivered(sender))}"), "joe@outlok.com", sender=sender
    )
    ours.postfix.settle()
    return len(ours.delivered("joe@outlok.com")) > before


def test_a_signed_message_still_verifies(ours: Site) -> None:
    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    record = b"v=DKIM1; k=rsa; p=" + b"".join(public.splitlines()[1:-1])
    sent = content("signed")
    # "simple" forgives nothing, not even a blank
    signature = dkim.sign(
        sent, b"s", b"corp.example", private, canonicalize=(b"simple", b"simple"),
        include_headers=[b"From", b"To", b"Date", b"Subject", b"X-Folded", b"Message-ID"],
    )  # fmt: skip
    sender = "signs@corp.example"
    ours.send(signature + sent, "joe@iclould.com", sender=sender)
    browse(ours.links(ours.notices(1, sender)[0])[1], "POST")
    until(lambda: len(ours.delivered("joe@iclould.com")) == 1, what="the released message")
    landed = ours.delivered("joe@iclould.com")[0]
    assert own(landed) == signature + sent
    octets = landed.replace(b"\n", b"\r\n")
    assert dkim.verify(octets, dnsfunc=lambda *_, **__: record)
    assert not dkim.verify(octets.replace(b"a dot", b"a dog"), dnsfunc=lambda *_, **__: record)


def test_a_next_hop_that_refuses_is_reported(ours: Site) -> None:
    sender = "gone@corp.example"
    ours.send(content("gone"), "gone@gmial.com", sender=sender)
    browse(ours.links(ours.notices(1, sender)[0])[0], "POST")
    report = next(m for m in ours.notices(2, sender) if m.get_content_type() == "multipart/report")
    assert report["Subject"] == "Not delivered: your message to gone@gmial.com"
    assert "5.1.1" in report.as_string()
    assert "gone@gmail.com" in report.as_string()


def test_a_scanner_changes_nothing(ours: Site, running: tuple[Site, Missent]) -> None:
    sender = "scanned@corp.example"
    ours.send(content("scanned"), SLIP, sender=sender)
    links = ours.links(ours.notices(1, sender)[0])
    for _ in range(10):
        for link in links:
            assert browse(link)[0] == 200
            assert browse(link, "HEAD")[0] == 200
    assert browse(links[0][:-2] + "aa", "POST")[0] == 404
    assert log_of(running[1], "choice refused")
    assert browse(links[2], "POST")[0] == 200


def test_automatic_mail_is_refused_and_not_held(ours: Site) -> None:
    with pytest.raises(smtplib.SMTPDataError) as refused:
        ours.send(b"Auto-Submitted: auto-generated\r\n" + content("auto"), SLIP, GOOD)
    assert refused.value.smtp_code == 550
    assert b"did you mean <joe@gmail.com>" in refused.value.smtp_error
    assert ours.delivered(GOOD) == []


def test_mail_of_sendmail_is_held_too(ours: Site) -> None:
    ours.postfix.configure(
        (ours.postfix.etc / "main.cf").read_text() + "non_smtpd_milters = $smtpd_milters\n",
        f"127.0.0.1:{ours.inside} inet n - n - - smtpd -o smtpd_milters=\n",
    )
    ours.postfix.command("reload")
    sender = "local@corp.example"
    text = f"From: {sender}\nSubject: x\nMessage-ID: <local@x>\n\nx\n"
    ours.postfix.tool("sendmail", "-f", sender, SLIP, GOOD, stdin=text)
    [notice] = ours.notices(1, sender)
    until(lambda: len(ours.delivered(GOOD)) == 1, what="the others' message")
    browse(ours.links(notice)[0], "POST")
    until(lambda: len(ours.delivered(MEANT)) == 1, what="the redirected message")
    assert b"Subject: x\nMessage-ID: <local@x>\n" in ours.delivered(MEANT)[0]


def test_what_nobody_chose_expires_and_is_never_sent() -> None:
    with holding("expires = 3") as (ours, gate):
        ours.send(content("late"), SLIP, GOOD)
        first, second = ours.notices(2)
        assert {first["Subject"].split(":")[0], second["Subject"].split(":")[0]} == {
            "Held",
            "Given up",
        }
        held = first if first["Subject"].startswith("Held") else second
        assert {browse(link, "POST")[0] for link in ours.links(held)} == {410}
        ours.postfix.settle()
        assert ours.delivered(SLIP) == ours.delivered(MEANT) == []
        assert len(ours.delivered(GOOD)) == 1
        assert log_of(gate, "expired")

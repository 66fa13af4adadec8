"""Held mail from end to end on the relay, with a real Postfix for its next hop."""

from __future__ import annotations

import smtplib
from typing import TYPE_CHECKING

import pytest

from missent.testing.holding import ANN, browse, site
from missent.testing.milter import Missent
from missent.testing.postfix import free_port, until, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.testing.holding import Site

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(bool(why_not()), reason=why_not())]

GOOD = "bob@partner.example"
PAIRS = {"link": ("hotmial.com", "hotmail.com"), "reply": ("yahooo.com", "yahoo.com")}


def content(name: str) -> bytes:
    return (
        f"From: Ann <{ANN}>\r\nSubject:Room  12\r\nMessage-ID: <{name}@corp.example>\r\n\r\n"
        ".a dot\r\n..\r\nü\t \r\n\r\n\r\n"
    ).encode()


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Site, int]]:
    port = free_port()
    with site(gate="") as made:
        relay = (
            f'[relay]\nlisten = "127.0.0.1:{port}"\nupstream = "smtp://127.0.0.1:{made.inside}"\n'
        )
        with Missent.at(made.postfix.base, made.settings + relay, command="serve"):
            yield made, port


@pytest.fixture
def ours(running: tuple[Site, int]) -> Site:
    made, _ = running
    made.postfix.empty()
    return made


@pytest.fixture
def port(running: tuple[Site, int]) -> int:
    return running[1]


def own(delivered: bytes) -> bytes:
    return delivered[delivered.index(b"From: Ann") :].replace(b"\n", b"\r\n")


def submit(port: int, sender: str, octets: bytes, *recipients: str) -> str:
    """Send, and return the answer to the message."""
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.ehlo()
        client.mail(sender, ["BODY=8BITMIME"])
        for recipient in recipients:
            assert client.rcpt(recipient)[0] == 250
        code, said = client.data(octets)
        return f"{code} {said.decode()}"


@pytest.mark.parametrize("by", ["link", "reply"])
@pytest.mark.parametrize(
    ("number", "word", "goes"), [(2, "discard", ""), (0, "INSTEAD", "meant"), (1, "Send", "slip")]
)
def test_each_choice(  # noqa: PLR0917  what pytest gives
    ours: Site, port: int, by: str, number: int, word: str, goes: str
) -> None:
    sender = f"{by}{number}@corp.example"
    slip, meant = (f"joe@{domain}" for domain in PAIRS[by])
    sent = content(f"{by}{number}")
    said = submit(port, sender, sent, GOOD, slip)
    assert said.startswith("250 2.0.0 held as ")
    assert " for 1 of 2 recipients; Ok: queued as " in said
    [notice] = ours.notices(1, sender)
    until(lambda: len(ours.delivered(GOOD)) == 1, what="the others' message")
    if by == "link":
        assert browse(ours.links(notice)[number], "POST")[0] == 200
    else:
        # to the relay itself, which never sends it on
        text = f"From: {sender}\r\nSubject: Re: x\r\n\r\n{word}\r\n".encode()
        assert submit(port, sender, text, str(notice["Reply-To"])) == "250 2.0.0 read"
    to = {"slip": slip, "meant": meant}.get(goes, "")
    if to:
        until(lambda: len(ours.delivered(to)) == 1, what="the released message")
        assert own(ours.delivered(to)[0]) == sent
    ours.postfix.settle()
    assert len(ours.delivered(slip)) == (goes == "slip")
    assert len(ours.delivered(meant)) == (goes == "meant")


def test_only_held_recipients_and_nothing_goes_to_the_next_hop(ours: Site, port: int) -> None:
    sender = "only@corp.example"
    said = submit(port, sender, content("only"), "joe@outlok.com", "JOE@outlok.com")
    assert said.startswith("250 2.0.0 held as ")
    [notice] = ours.notices(1, sender)
    assert len(ours.links(notice)) == 3
    ours.postfix.settle()
    assert len(list((ours.postfix.base / "mail/box/new").glob("*"))) == 1


def test_a_next_hop_that_does_not_take_it_leaves_nothing_behind(ours: Site, port: int) -> None:
    ours.postfix.command("stop")
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            client.ehlo()
            client.mail("down@corp.example")
            assert client.rcpt("joe@outlok.com")[0] == 250
            assert client.rcpt(GOOD)[0] == 451
            client.rset()
    finally:
        ours.postfix.command("start")
    assert ours.delivered("down@corp.example") == []


def test_the_null_sender_and_programs_are_refused_as_before(ours: Site, port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.ehlo()
        for sender in ("", "no-reply@corp.example"):
            client.mail(sender)
            code, said = client.rcpt("joe@outlok.com")
            assert (code, b"send again within" in said) == (550, True)
            client.rset()
        client.mail("auto@corp.example")
        client.rcpt("joe@outlok.com")
        code, said = client.data(b"Auto-Submitted: auto-generated\r\n" + content("auto"))
        assert (code, b"did you mean <joe@outlook.com>" in said) == (550, True)
    assert ours.delivered("auto@corp.example") == []

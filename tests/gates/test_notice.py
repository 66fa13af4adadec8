"""Notices as a next hop gets them, and the mail that nobody is told about."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from email import message_from_bytes

import pytest

from missent.core.address import Address
from missent.core.finding import Finding
from missent.core.message import Recipient
from missent.core.verdict import Action, RecipientVerdict
from missent.gates.confirm import LocalAttempts
from missent.gates.disposition import Disposition, Outcome
from missent.gates.notice import NoticeOptions, Notifier, is_automatic, write
from missent.smtp.client.options import UpstreamOptions

ANN, ADMIN = Address.parse("ann@corp.example"), Address.parse("postmaster@corp.example")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def verdict(address: str) -> RecipientVerdict:
    parsed = Address.parse(address)
    finding = Finding("T101", 0.95, "it looks like another", (parsed.at("meant.example"),))
    return RecipientVerdict(Recipient(parsed), Action.WARN, (finding,))


def disposition(address: str) -> Disposition:
    found = verdict(address)
    return Disposition(found.recipient.address, Outcome.WARNED, found, enforced=True)


@pytest.mark.parametrize(
    ("sender", "header", "automatic"),
    [
        ("ann@corp.example", {}, False),
        ("ann@corp.example", {"auto-submitted": "No"}, False),
        ("ann@corp.example", {"auto-submitted": "auto-replied; x=y"}, True),
        ("ann@corp.example", {"precedence": " Bulk "}, True),
        ("ann@corp.example", {"precedence": "first-class"}, False),
        ("ann@corp.example", {"list-id": "<a.b>"}, True),
        ("ann@corp.example", {"x-auto-response-suppress": "All"}, True),
        (None, {}, True),
        ("owner-news@corp.example", {}, True),
        ("news-request@corp.example", {}, True),
        ("MAILER-DAEMON@corp.example", {}, True),
        ("no-reply@corp.example", {}, True),
        ("bounces-17@corp.example", {}, True),
    ],
)
def test_who_would_not_read_it(
    sender: str | None,
    header: dict[str, str],
    automatic: bool,  # noqa: FBT001
) -> None:
    assert is_automatic(Address.parse(sender) if sender else None, header) is automatic


def test_a_notice_says_which_address_and_what_was_meant() -> None:
    made = write(
        ANN, [verdict("joe@typed.example")], ADMIN, NOW, held=False, in_reply_to="1@corp.example"
    )
    assert made["Auto-Submitted"] == "auto-replied"
    assert (made["To"], made["In-Reply-To"]) == ("ann@corp.example", "<1@corp.example>")
    assert made["Subject"] == "Please check: your message to joe@typed.example"
    text = made.get_content()
    assert "Did you mean joe@meant.example?" in text
    assert "it looks like another [T101]" in text
    assert "The message was sent." in text
    assert (
        "was not sent yet"
        in write(ANN, [verdict("joe@typed.example")], ADMIN, NOW, held=True).get_content()
    )


@pytest.mark.parametrize("bad", ["", "1@x\r\nBcc: eve@x.example", "ü@x", "a\0b"])
def test_a_message_id_of_strangers_cannot_add_header_fields(bad: str) -> None:
    made = write(ANN, [verdict("j@typed.example")], ADMIN, NOW, held=False, in_reply_to=bad)
    assert "In-Reply-To" not in made
    assert "Bcc" not in made


def test_addresses_beyond_ascii_make_a_notice_that_can_be_sent() -> None:
    joerg = Address.parse("jörg@corp.example")
    octets = write(joerg, [verdict("é@bücher.example")], ADMIN, NOW, held=False).as_bytes()
    assert "jörg@corp.example".encode() in octets


def test_many_recipients_make_one_notice_of_bounded_size() -> None:
    about = [verdict(f"a{n}@typed.example") for n in range(500)]
    made = write(ANN, about, ADMIN, NOW, held=False)
    assert "and 480 more" in made.get_content()


class Hop:
    """A next hop: keeps what it got, and answers `greeting` first."""

    def __init__(self, greeting: bytes = b"220 hop.example\r\n") -> None:
        self.greeting = greeting
        self.got: list[tuple[list[bytes], bytes]] = []
        self.writers: list[asyncio.StreamWriter] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        envelope: list[bytes] = []
        self.writers.append(writer)
        writer.write(self.greeting)
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                writer.write(b"354 go\r\n")
                self.got.append((envelope, await reader.readuntil(b"\r\n.\r\n")))
                envelope = []
            elif verb in (b"MAIL", b"RCPT"):
                envelope.append(line.strip())
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            writer.write(b"250 ok\r\n")
        writer.close()


@pytest.fixture
def hop() -> Hop:
    return Hop()


async def tell(hop: Hop, *told: tuple[Address | None, list[str], dict[str, str]]) -> Notifier:
    server = await asyncio.start_server(hop, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    options = NoticeOptions(UpstreamOptions("127.0.0.1", port), ADMIN)
    notifier = Notifier(options, LocalAttempts(), lambda: NOW)
    running = asyncio.create_task(notifier.run())
    for sender, addresses, header in told:
        notifier.tell(sender, [disposition(a) for a in addresses], header, held=False)
    await notifier.close()
    await running
    server.close()
    for writer in hop.writers:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
    return notifier


async def test_a_sender_hears_of_each_recipient_once(hop: Hop) -> None:
    notifier = await tell(
        hop,
        (ANN, ["a@typed.example"], {}),
        (ANN, ["a@typed.example", "b@typed.example"], {}),
        (ANN, ["b@typed.example"], {}),
        (ADMIN, ["a@typed.example"], {}),
        (None, ["c@typed.example"], {}),
        (ANN, ["d@typed.example"], {"list-id": "x"}),
        (ANN, [], {}),
    )
    assert [(envelope[0].split()[:2][1][:9], envelope[1]) for envelope, _ in hop.got] == [
        (b"FROM:<>", b"RCPT TO:<ann@corp.example>"),
        (b"FROM:<>", b"RCPT TO:<ann@corp.example>"),
        (b"FROM:<>", b"RCPT TO:<postmaster@corp.example>"),
    ]
    second = message_from_bytes(hop.got[1][1])
    assert "b@typed.example" in str(second["Subject"])
    assert (notifier.sent, notifier.failed) == (3, 0)


async def test_a_hop_that_refuses_is_counted(hop: Hop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("missent.gates.notice._TRIES", (0.0, 0.0))
    hop.greeting = b"554 no\r\n"
    notifier = await tell(hop, (ANN, ["a@typed.example"], {}), (ANN, ["b@typed.example"], {}))
    assert (notifier.sent, notifier.failed) == (0, 2)

"""Real clients against a running relay, with the outbox behind it."""

from __future__ import annotations

import asyncio
import smtplib
import subprocess
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import TYPE_CHECKING

import pytest

from missent.core.policy import Mode, Policy
from missent.gates.relay.options import RelayOptions
from missent.smtp.listener import ListenOptions
from missent.testing.relay import MilGuard, running

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.e2e
SENDER = "james.mcconville@contractor.example"
WRONG = "james.mcconville@army.ml"
RIGHT = "colleague@partner.example"
SAID = b"5.7.1 <james.mcconville@army.ml>: not sent; did you mean <james.mcconville@army.mil>?"


@pytest.fixture
def options(tmp_path: Path) -> RelayOptions:
    return RelayOptions(
        ListenOptions(port=0, hostname="relay.example", grace=2), outbox=tmp_path / "outbox"
    )


def kept(options: RelayOptions) -> list[bytes]:
    return [file.read_bytes() for file in sorted((options.outbox / "new").iterdir())]


def message(to: str) -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = SENDER, to, "The hotel room"
    made.set_content("It is 117.\n.\n..\nSee you there.\n")
    return made


async def test_smtplib_is_told_what_was_meant(options: RelayOptions) -> None:
    def send(port: int) -> None:
        with (
            smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp,
            pytest.raises(smtplib.SMTPRecipientsRefused) as refused,
        ):
            smtp.send_message(message(WRONG))
        (answer,) = refused.value.recipients.values()
        assert answer[0] == 550
        assert answer[1].startswith(SAID)

    async with running(options, MilGuard()) as port:
        await asyncio.to_thread(send, port)
    assert kept(options) == []


async def test_smtplib_with_mixed_recipients(options: RelayOptions) -> None:
    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
            refused = smtp.sendmail(SENDER, [RIGHT, WRONG], message(RIGHT).as_bytes())
            assert list(refused) == [WRONG]
            # the connection goes on, and so does the next message
            assert smtp.sendmail(SENDER, [RIGHT], message(RIGHT).as_bytes()) == {}

    guard = MilGuard()
    async with running(options, guard) as port:
        await asyncio.to_thread(send, port)
    assert len(kept(options)) == 2
    for file in kept(options):
        head, _, rest = file.partition(b"From:")
        assert head == (
            b"Return-Path: <james.mcconville@contractor.example>\n"
            b"Delivered-To: colleague@partner.example\n"
        )
        assert b"From:" + rest == message(RIGHT).as_bytes().replace(b"\r\n", b"\n")
        assert message_from_bytes(file).get_payload() == "It is 117.\n.\n..\nSee you there.\n"
    assert [str(r.address) for m in guard.remembered for r in m.recipients] == [RIGHT, RIGHT]


async def test_smtplib_with_smtputf8_and_eight_bits(options: RelayOptions) -> None:
    made = EmailMessage(policy=SMTPUTF8)
    made["From"], made["To"] = SENDER, "j\u00fcrgen@b\u00fccher.example"
    made["Subject"] = "Gr\u00fc\u00dfe"
    made.set_content("Sch\u00f6ne Gr\u00fc\u00dfe.\n", cte="8bit")

    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
            smtp.ehlo()
            assert smtp.esmtp_features.keys() == {
                "pipelining",
                "size",
                "8bitmime",
                "smtputf8",
                "enhancedstatuscodes",
            }
            assert smtp.send_message(made) == {}

    async with running(options, MilGuard()) as port:
        await asyncio.to_thread(send, port)
    (file,) = kept(options)
    assert "Delivered-To: j\u00fcrgen@xn--bcher-kva.example\n".encode() in file
    assert "Subject: Gr\u00fc\u00dfe\n".encode() in file
    assert "Sch\u00f6ne Gr\u00fc\u00dfe.\n".encode() in file


async def test_monitor_mode_stops_nothing(options: RelayOptions) -> None:
    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
            assert smtp.send_message(message(WRONG)) == {}

    async with running(options, MilGuard(Policy(mode=Mode.MONITOR))) as port:
        await asyncio.to_thread(send, port)
    assert len(kept(options)) == 1


async def test_a_large_message_arrives_whole(options: RelayOptions) -> None:
    lines = "".join(f"{n}. {'x' * 60}\r\n" for n in range(150_000))
    body = f"Subject: large\r\n\r\n{lines}"

    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=30) as smtp:
            assert smtp.sendmail(SENDER, [RIGHT], body) == {}

    async with running(options, MilGuard()) as port:
        await asyncio.to_thread(send, port)
    (file,) = kept(options)
    assert file.endswith(body.replace("\r\n", "\n").encode())


def swaks(program: str, port: int, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [program, "--server", f"127.0.0.1:{port}", "--from", SENDER, *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stdout


async def test_swaks_refused(options: RelayOptions, requires: Callable[[str], str]) -> None:
    program = requires("swaks")
    async with running(options, MilGuard()) as port:
        code, said = await asyncio.to_thread(swaks, program, port, "--to", WRONG)
    assert code == 24  # swaks: no recipient was accepted
    assert f"<** 550 {SAID.decode()}" in said
    assert kept(options) == []


@pytest.mark.parametrize("how", [[], ["--pipeline"]], ids=["one by one", "pipelined"])
async def test_swaks_with_mixed_recipients(
    options: RelayOptions, requires: Callable[[str], str], how: list[str]
) -> None:
    program = requires("swaks")
    async with running(options, MilGuard()) as port:
        code, said = await asyncio.to_thread(
            swaks, program, port, "--to", f"{WRONG},{RIGHT}", "--body", "one\n.two\n", *how
        )
    assert code == 0
    assert f"<** 550 {SAID.decode()}" in said
    (file,) = kept(options)
    assert b"Delivered-To: colleague@partner.example\n" in file
    assert WRONG.encode() not in file.partition(b"\n\n")[0].partition(b"To: ")[0]
    assert file.rstrip().endswith(b"one\n.two")

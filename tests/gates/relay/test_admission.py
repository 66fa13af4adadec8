"""Signing in through the relay: who may send by which server, and that nobody else may by any."""

from __future__ import annotations

import asyncio
import gc
import smtplib
import socket
import ssl
from base64 import b64encode
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from ipaddress import ip_network
from typing import TYPE_CHECKING

import pytest

from missent.gates.relay.routes import RouteOptions
from missent.gates.relay.server import serving
from missent.smtp.client.options import Security, UpstreamOptions
from missent.smtp.events import Auth, AuthResponse, Begin, Extensions, Hello, Mail, Rcpt, Reset
from missent.smtp.listener import Listener, ListenOptions
from missent.smtp.replies import Challenge, Reply
from missent.testing.relay import MilGuard, NextHop, next_hop, running, talk, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from structlog.typing import EventDict

    from missent.gates.relay.options import RelayOptions
    from missent.smtp.events import Answer, Event

OFFERED = Extensions(auth=("PLAIN", "LOGIN", "XOAUTH2", "CRAM-MD5"))
WRONG = Reply(535, "5.7.8", ("wrong password",))
EHLO = "EHLO client.example"
MESSAGE = (
    "MAIL FROM:<ann@corp.example>",
    "RCPT TO:<b@partner.example>",
    "DATA",
    "Subject: x\r\n\r\nbody\r\n.",
)
ELSEWHERE = "MAIL FROM:<ann@other.example>"


def plain(name: str = "ann@corp.example") -> str:
    return "AUTH PLAIN " + b64encode(f"\0{name}\0sesame".encode()).decode()


class Hop(NextHop):
    """A mail server that people sign in at; who has not is refused."""

    def __init__(self, *auth: Reply | Challenge, end: Reply | None = None) -> None:
        taken = end or Reply(250, "2.0.0", ("taken",))
        super().__init__(OFFERED, auth=auth, end=taken)


@asynccontextmanager
async def proxy(
    options: RelayOptions, *hops: tuple[Hop, str], guard: MilGuard | None = None
) -> AsyncIterator[int]:
    """A relay with a route to each hop; gives its port."""
    async with AsyncExitStack() as stack:
        routes = []
        for hop, names in hops:
            port = await stack.enter_async_context(next_hop(hop))
            upstream = UpstreamOptions("127.0.0.1", port)
            routes.append(RouteOptions(upstream, frozenset(names.split())))
        options = replace(options, routes=tuple(routes))
        yield await stack.enter_async_context(running(options, guard or MilGuard()))


async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *lines: str) -> None:
    for line in lines:
        writer.write(line.encode() + b"\r\n")
        while (await reader.readline())[3:4] == b"-":
            pass


def codes(replies: list[str]) -> list[str]:
    return [reply[:3] for reply in replies]


def offered(reply: str) -> list[str]:
    return [line[4:] for line in reply.splitlines()[1:]]


async def test_a_message_goes_by_the_account_and_a_slip_is_refused(options: RelayOptions) -> None:
    hop, guard = Hop(end=Reply(250, "2.0.0", ("queued as 4711",))), MilGuard()
    async with proxy(options, (hop, "corp.example"), guard=guard) as port:
        dialogue = [EHLO, plain(), MESSAGE[0], "RCPT TO:<gen@army.ml>", *MESSAGE[1:], "QUIT"]
        replies = await talk(port, dialogue)
    assert replies[2] == "235 2.7.0 welcome"
    # no name was given to it, so it says what mail clients say
    named = replace(options, listen=replace(options.listen, hostname="localhost"))
    for one, said in ((options, "relay.example"), (named, "[127.0.0.1]")):
        async with proxy(one, (other := Hop(), "corp.example")) as port:
            await talk(port, [EHLO, "QUIT"])
        assert [e.name for e in other.events if isinstance(e, Hello)] == [said]
    assert replies[4].startswith("550 5.7.1 <gen@army.ml>: not sent; did you mean <gen@army.mil>?")
    assert replies[7] == "250 2.0.0 queued as 4711"
    assert hop.messages == [b"Subject: x\r\n\r\nbody\r\n"]
    assert [e for e in hop.events if isinstance(e, Auth)] == [
        Auth("PLAIN", b"\0ann@corp.example\0sesame")
    ]
    assert [str(e.address) for e in hop.events if isinstance(e, Rcpt)] == ["b@partner.example"]
    assert len(guard.remembered) == 1


@pytest.mark.parametrize("form", ["initial", "challenge"])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "XOAUTH2"])
async def test_each_mechanism_in_both_forms(
    options: RelayOptions, mechanism: str, form: str
) -> None:
    word = {
        "PLAIN": b"\0ann@corp.example\0sesame",
        "LOGIN": b"ann@corp.example",
        "XOAUTH2": b"user=ann@corp.example\x01auth=Bearer t0ken\x01\x01",
    }[mechanism]
    first = b64encode(word).decode()
    said = [f"AUTH {mechanism} {first}"] if form == "initial" else [f"AUTH {mechanism}", first]
    asked = {"LOGIN": "334 VXNlcm5hbWU6"}.get(mechanism, "334 ")
    hop = Hop(*([Challenge(b"Password:")] if mechanism == "LOGIN" else []))
    if mechanism == "LOGIN":
        said.append(b64encode(b"sesame").decode())
    async with proxy(options, (hop, "corp.example")) as port:
        replies = await talk(port, [EHLO, *said, *MESSAGE, "QUIT"])
    replies = replies[2:]
    if form == "challenge":
        assert replies.pop(0) == asked
    if mechanism == "LOGIN":
        assert replies.pop(0) == "334 UGFzc3dvcmQ6"
    assert codes(replies) == ["235", "250", "250", "354", "250", "221"]
    heard = [e for e in hop.events if isinstance(e, Auth | AuthResponse)]
    assert heard[0] == Auth(mechanism, word)
    assert heard[1:] == ([AuthResponse(b"sesame")] if mechanism == "LOGIN" else [])


async def test_a_long_token_waits_for_the_server_s_challenge(options: RelayOptions) -> None:
    token = b"user=ann@corp.example\x01auth=Bearer " + b"x" * 6000 + b"\x01\x01"
    hop = Hop(Challenge())
    async with proxy(options, (hop, "corp.example")) as port:
        replies = await talk(port, [EHLO, f"AUTH XOAUTH2 {b64encode(token).decode()}"])
    assert replies[2].startswith("235")
    assert [e for e in hop.events if isinstance(e, Auth | AuthResponse)] == [
        Auth("XOAUTH2"),
        AuthResponse(token),
    ]


async def test_the_error_of_xoauth2_is_passed_on(options: RelayOptions) -> None:
    said = b'{"status":"401","schemes":"bearer","scope":"https://mail.example/"}'
    hop = Hop(Challenge(said), WRONG)
    word = b64encode(b"user=ann@corp.example\x01auth=Bearer old\x01\x01").decode()
    async with proxy(options, (hop, "corp.example")) as port:
        replies = await talk(port, [EHLO, f"AUTH XOAUTH2 {word}", "", MESSAGE[0]])
    assert replies[2:] == [
        f"334 {b64encode(said).decode()}",
        "535 5.7.8 wrong password",
        "530 5.7.0 sign in first",
    ]


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        (WRONG, "535 5.7.8 wrong password"),
        (Reply(534, "5.7.9", ("application-specific", "password required")), "534-5.7.9 app"),
        (Reply(454, "4.7.0", ("not now",)), "454 4.7.0 not now"),
        (Reply(421, "4.7.0", ("too many",)), "454 4.7.0 too many"),
        (Reply(250, "2.0.0", ("what?",)), "454 4.7.0 the mail server gave an answer out of order"),
    ],
)
async def test_the_server_s_answer_is_the_client_s(
    options: RelayOptions, log: list[EventDict], answer: Reply, reply: str
) -> None:
    async with proxy(options, (Hop(answer), "corp.example")) as port:
        replies = await talk(port, [EHLO, plain(), MESSAGE[0]])
    assert replies[2].startswith(reply)
    assert replies[3] == "530 5.7.0 sign in first"
    assert "sesame" not in str(log)
    (line,) = (line for line in log if line["event"] == "sign-in refused")
    assert (line["host"], line["mechanism"]) == ("127.0.0.1", "PLAIN")
    assert "ann" not in str(line)


async def test_several_messages_go_over_one_connection_of_the_account(
    options: RelayOptions,
) -> None:
    hop = Hop()
    async with proxy(options, (hop, "corp.example")) as port:
        await talk(port, [EHLO])  # asks what is offered, on a connection of its own
        before = sum(isinstance(event, Hello) for event in hop.events)
        replies = await talk(
            port,
            [EHLO, plain(), *MESSAGE, *MESSAGE[:2], "RSET", EHLO, *MESSAGE, "QUIT"],
        )
        assert set(codes(replies[3:7]) + codes(replies[10:15])) == {"250", "354"}
        await talk(port, [EHLO, plain(), *MESSAGE, "QUIT"])
    assert len(hop.messages) == 3
    assert sum(isinstance(event, Hello) for event in hop.events) - before == 2
    assert any(isinstance(event, Reset) for event in hop.events)


# Nobody else's mail.


async def test_nothing_goes_out_without_signing_in(options: RelayOptions) -> None:
    hop, guard = Hop(), MilGuard()
    async with proxy(options, (hop, "corp.example"), guard=guard) as port:
        replies = await talk(port, [EHLO, *MESSAGE[:2], "DATA", "EHLO c", *MESSAGE[:1], "QUIT"])
    assert replies[2] == "530 5.7.0 sign in first"
    assert codes(replies[3:]) == ["503", "503", "250", "530", "221"]
    assert guard.asked == []  # nor does anybody learn what is known
    assert not any(isinstance(event, Mail) for event in hop.events)
    assert not (options.outbox / "new").exists()


@pytest.mark.parametrize("then", [[], ["RSET"], [EHLO], ["HELO c"], ["RSET", EHLO]])
async def test_a_failed_sign_in_is_none_even_for_who_is_trusted(
    options: RelayOptions, then: list[str]
) -> None:
    hop, trusted = Hop(WRONG), NextHop()
    async with next_hop(trusted) as trusted_port:
        upstream = UpstreamOptions("127.0.0.1", trusted_port)
        async with proxy(replace(options, upstream=upstream), (hop, "corp.example")) as port:
            replies = await talk(port, [EHLO, plain(), *then, MESSAGE[0], "QUIT"])
            assert codes(replies[-2:]) in (["530", "221"], ["550", "221"])
            # without trying, a trusted network needs no sign-in where there is an upstream for it
            replies = await talk(port, [EHLO, *MESSAGE, "QUIT"])
            assert codes(replies[2:]) == ["250", "250", "354", "250", "221"]
    assert hop.messages == []
    assert len(trusted.messages) == 1


@pytest.mark.parametrize("then", [[], ["RSET"], [EHLO], ["RSET", EHLO]])
async def test_an_account_sends_nothing_of_another_server_s_domain(
    options: RelayOptions, then: list[str]
) -> None:
    corp, other = Hop(), Hop()
    async with proxy(options, (corp, "corp.example"), (other, "other.example")) as port:
        replies = await talk(port, [EHLO, plain(), *then, ELSEWHERE, MESSAGE[1], *MESSAGE, "QUIT"])
        after = replies[3 + len(then) :]
        assert after[0] == "550 5.7.1 mail of <ann@other.example> goes by 127.0.0.1; sign in there"
        assert codes(after[1:]) == ["503", "250", "250", "354", "250", "221"]
        replies = await talk(port, [EHLO, plain("x@other.example"), ELSEWHERE, *MESSAGE[1:]])
        assert replies[-1].startswith("250")
    assert len(corp.messages) == len(other.messages) == 1
    for hop, name in ((corp, "corp.example"), (other, "other.example")):
        senders = {str(e.address).partition("@")[2] for e in hop.events if isinstance(e, Mail)}
        assert senders == {name}


async def test_a_sender_of_no_route_is_the_server_s_to_judge(options: RelayOptions) -> None:
    hop = Hop()
    async with proxy(options, (hop, "corp.example")) as port:
        for sender in ("MAIL FROM:<ann@alias.example>", "MAIL FROM:<>"):
            replies = await talk(port, [EHLO, plain(), sender, *MESSAGE[1:]])
            assert replies[-1].startswith("250")
    assert len(hop.messages) == 2


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ann@corp.example", "235"),
        ("ANN@CORP.example", "235"),
        ("ann@elsewhere.example", "535"),
        ("ann", "535"),
        ("@", "535"),
        ("ann@corp.example@other.example", "535"),
        ("", "501"),
    ],
)
async def test_whose_account_is_known_at_no_server_reaches_none(
    options: RelayOptions, name: str, code: str
) -> None:
    corp, other = Hop(), Hop()
    async with proxy(options, (corp, "corp.example"), (other, "other.example")) as port:
        replies = await talk(port, [EHLO, plain(name), MESSAGE[0]])
    assert replies[2][:3] == code
    reached = [e for hop in (corp, other) for e in hop.events if isinstance(e, Auth)]
    assert len(reached) == (code == "235")
    assert replies[3][:3] == ("250" if code == "235" else "530")


async def test_one_route_may_be_for_all_others_and_a_short_name_needs_one_route(
    options: RelayOptions,
) -> None:
    corp, rest = Hop(), Hop()
    async with proxy(options, (corp, "corp.example"), (rest, "")) as port:
        assert (await talk(port, [EHLO, plain("x@y.example")]))[2].startswith("235")
    assert any(isinstance(e, Auth) for e in rest.events)
    assert not any(isinstance(e, Auth) for e in corp.events)
    alone = Hop()
    async with proxy(options, (alone, "corp.example")) as port:
        assert (await talk(port, [EHLO, plain("ann")]))[2].startswith("235")


@pytest.mark.parametrize(
    ("mechanism", "word"),
    [
        ("PLAIN", b"ann@corp.example"),
        ("PLAIN", b"a\0b\0c\0d"),
        ("XOAUTH2", b"auth=Bearer x\x01\x01"),
    ],
)
async def test_who_signs_in_must_be_said(
    options: RelayOptions, mechanism: str, word: bytes
) -> None:
    hop = Hop()
    async with proxy(options, (hop, "corp.example")) as port:
        line = f"AUTH {mechanism} {b64encode(word).decode()}"
        replies = await talk(port, [EHLO, line, MESSAGE[0]])
    assert replies[2] == "501 5.5.2 the response does not say who signs in"
    assert replies[3].startswith("530")
    assert not any(isinstance(e, Auth) for e in hop.events)


async def test_cancelling_leaves_the_server_and_signs_nobody_in(options: RelayOptions) -> None:
    hop = Hop(Challenge(b"Password:"))
    name = b64encode(b"ann@corp.example").decode()
    async with proxy(options, (hop, "corp.example")) as port:
        replies = await talk(port, [EHLO, f"AUTH LOGIN {name}", "*", MESSAGE[0], plain(), *MESSAGE])
    assert codes(replies[2:]) == ["334", "501", "530", "235", "250", "250", "354", "250"]


async def test_nobody_tries_passwords_through_us(
    options: RelayOptions, log: list[EventDict]
) -> None:
    hop = Hop(*[WRONG] * 100)
    async with proxy(options, (hop, "corp.example")) as port:
        for _ in range(16):
            replies = await talk(port, [EHLO, plain(), plain()])
        assert replies[2:] == 2 * [
            "454 4.7.0 too many failed sign-ins from this host; try again later"
        ]
    assert sum(isinstance(event, Auth) for event in hop.events) <= 30 < len(log)
    assert any(line["event"] == "too many failed sign-ins" for line in log)


# What is offered.


async def test_only_what_every_server_offers_is_offered_and_no_more_after_signing_in(
    options: RelayOptions,
) -> None:
    corp, other = Hop(), Hop()
    corp.extensions = replace(OFFERED, size=5000, smtputf8=False)
    other.extensions = replace(OFFERED, eight_bit=False, smtputf8=False, auth=("LOGIN", "GSSAPI"))
    async with proxy(options, (corp, "corp.example"), (other, "other.example")) as port:
        login = f"AUTH LOGIN {b64encode(b'ann@corp.example').decode()}"
        replies = await talk(port, [EHLO, login, EHLO])
    assert offered(replies[1]) == ["PIPELINING", "SIZE 5000", "AUTH LOGIN", "ENHANCEDSTATUSCODES"]
    assert offered(replies[3]) == ["PIPELINING", "SIZE 5000", "8BITMIME", "ENHANCEDSTATUSCODES"]


async def test_a_server_that_is_down_is_told_when_somebody_signs_in_and_tried_anew(
    options: RelayOptions, log: list[EventDict]
) -> None:
    hop = Hop()
    async with next_hop(hop) as hop_port:
        pass
    upstream = UpstreamOptions("127.0.0.1", hop_port)
    down = replace(options, routes=(RouteOptions(upstream, frozenset({"corp.example"})),))
    async with running(down, MilGuard()) as port:
        replies = await talk(port, [EHLO, plain(), MESSAGE[0]])
        assert "AUTH PLAIN LOGIN XOAUTH2" in offered(replies[1])
        assert replies[2:] == [
            "454 4.7.0 the mail server 127.0.0.1 cannot be reached; try again later",
            "530 5.7.0 sign in first",
        ]
        assert any(line["event"] == "next hop unreachable" for line in log)
        listener = Listener(ListenOptions(port=hop_port), lambda _: hop)
        await listener.open()
        replies = await talk(port, [EHLO, plain(), *MESSAGE])
        assert replies[-1].startswith("250 2.0.0")
        await listener.close()


async def test_a_server_that_does_not_answer_delays_nobody_for_long(
    options: RelayOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("missent.gates.relay.routes._PATIENCE", 0.2)
    hop = Hop()
    hop.extensions = replace(OFFERED, size=5000)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        stuck = UpstreamOptions("127.0.0.1", silent.getsockname()[1], connect=60)
        async with next_hop(hop) as hop_port:
            good = UpstreamOptions("127.0.0.1", hop_port)
            routes = (
                RouteOptions(stuck, frozenset({"other.example"})),
                RouteOptions(good, frozenset({"corp.example"})),
            )
            async with (
                asyncio.timeout(5),
                running(replace(options, routes=routes), MilGuard()) as at,
            ):
                for _ in range(3):
                    replies = await talk(at, [EHLO, plain(), *MESSAGE])
                    assert "SIZE 5000" in offered(replies[1])
                    assert replies[-1].startswith("250")
    assert len(hop.messages) == 3


async def test_without_tls_only_this_machine_may_sign_in_and_only_if_it_may(
    options: RelayOptions, tls: ssl.SSLContext
) -> None:
    strict = replace(options, clear_on_loopback=False)
    async with proxy(strict, (Hop(), "corp.example")) as port:
        replies = await talk(port, [EHLO, plain(), MESSAGE[0]])
    assert not any("AUTH" in line for line in offered(replies[1]))
    assert codes(replies[2:]) == ["502", "550"]
    hop = Hop()
    secure = replace(strict, listen=replace(strict.listen, tls=tls))
    async with proxy(secure, (hop, "corp.example")) as port:
        replies = await talk(port, [EHLO, plain(), MESSAGE[0]])
    assert "STARTTLS" in offered(replies[1])
    assert replies[2].startswith("538 5.7.11 say STARTTLS first")
    assert replies[3] == "530 5.7.0 say STARTTLS, then sign in"
    assert hop.events == []  # who is nobody yet makes us connect to nobody


@pytest.mark.parametrize("how", ["STARTTLS", "implicit"])
async def test_under_tls(
    options: RelayOptions, tls: ssl.SSLContext, cafile: Path, how: str
) -> None:
    hop = Hop()
    listen = replace(options.listen, tls=tls, implicit=("127.0.0.1", 0))
    strict = replace(options, listen=listen, clear_on_loopback=False)
    async with next_hop(hop) as hop_port:
        upstream = UpstreamOptions("127.0.0.1", hop_port)
        strict = replace(strict, routes=(RouteOptions(upstream, frozenset({"corp.example"})),))
        async with serving(strict, MilGuard()) as names:
            port = names[how == "implicit"][1]
            client = ssl.create_default_context(cafile=cafile)
            refused = await asyncio.to_thread(_over_tls, port, client, how)
    assert refused == {}
    assert len(hop.messages) == 1


def _over_tls(port: int, context: ssl.SSLContext, how: str) -> dict[str, tuple[int, bytes]]:
    if how == "implicit":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL("localhost", port, timeout=10, context=context)
    else:
        smtp = smtplib.SMTP("localhost", port, timeout=10)
        smtp.starttls(context=context)
    with smtp:
        smtp.login("ann@corp.example", "sesame")
        assert not smtp.has_extn("starttls")
        return smtp.sendmail("ann@corp.example", ["b@partner.example"], "Subject: x\n\nbody\n")


async def test_signing_in_in_the_clear_and_then_starttls_does_not_carry_over(
    options: RelayOptions, tls: ssl.SSLContext
) -> None:
    listen = replace(options.listen, tls=tls)
    async with proxy(replace(options, listen=listen), (Hop(), "corp.example")) as port:
        replies = await talk(port, [EHLO, plain(), "STARTTLS", MESSAGE[0]])
    assert codes(replies[2:]) == ["235", "503", "250"]


async def test_a_stranger_may_sign_in_under_tls_alone(
    options: RelayOptions, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("missent.gates.relay.server.LOOPBACK", ())
    hop = Hop()
    away = replace(options, networks=(ip_network("192.0.2.0/24"),))
    async with proxy(away, (hop, "corp.example")) as port:
        replies = await talk(port, [EHLO, plain(), MESSAGE[0]])
    assert codes(replies[2:]) == ["502", "550"]
    secure = replace(away, listen=replace(away.listen, tls=tls))
    async with proxy(secure, (hop, "corp.example")) as port:
        replies = await talk(port, [EHLO, plain(), MESSAGE[0]])
    assert codes(replies[2:]) == ["538", "530"]
    assert hop.events == []


# The server goes away.


class Leaving(Hop):
    """Closes the connection at a command of the client."""

    def __init__(self, *at: type[Event]) -> None:
        super().__init__()
        self.at = list(at)

    async def handle(self, event: Event) -> Answer | None:
        if self.at and isinstance(event, self.at[0]):
            del self.at[0]
            return Reply(421, "4.3.2", ("going down",))
        return await super().handle(event)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (Auth, ["454", "530", "503"]),
        (Mail, ["235", "250", "421"]),
        (Rcpt, ["235", "250", "451"]),
    ],
)
async def test_the_server_leaves_at_a_command(
    options: RelayOptions, at: type[Event], expected: list[str]
) -> None:
    hop = Leaving(at)
    async with proxy(options, (hop, "corp.example")) as port:
        replies = await talk(port, [EHLO, plain(), *MESSAGE[:2]])
        assert codes(replies[2:]) == expected
        # and is there again for who connects again
        replies = await talk(port, [EHLO, plain(), *MESSAGE, "QUIT"])
        assert codes(replies[2:]) == ["235", "250", "250", "354", "250", "221"]
    assert len(hop.messages) == 1


async def test_the_server_leaves_within_a_message(options: RelayOptions) -> None:
    hop = Leaving(Begin)
    async with proxy(options, (hop, "corp.example")) as port:
        replies = await talk(port, [EHLO, plain(), *MESSAGE[:3], MESSAGE[0]])
    assert codes(replies[2:]) == ["235", "250", "250", "451", "421"]
    assert replies[-1].startswith("421 4.4.2 the connection to the mail server is over")
    assert hop.messages == []


async def test_the_server_is_gone_between_two_messages(options: RelayOptions) -> None:
    hop = Hop()
    listener = Listener(ListenOptions(port=0, grace=1), lambda _: hop)
    ((_, hop_port),) = await listener.open()
    upstream = UpstreamOptions("127.0.0.1", hop_port)
    routed = replace(options, routes=(RouteOptions(upstream, frozenset({"corp.example"})),))
    async with running(routed, MilGuard()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await reader.readline()
        await say(reader, writer, EHLO, plain(), *MESSAGE)
        await until(lambda: hop.messages)
        await listener.close()
        await asyncio.sleep(0.05)
        writer.write(MESSAGE[0].encode() + b"\r\n")
        assert b"421 4.4.2" in await reader.read()  # and then it is closed: nothing can be sent
        writer.close()
    assert len(hop.messages) == 1


async def test_a_client_that_goes_away_leaves_no_message_and_no_connection(
    options: RelayOptions,
) -> None:
    hop = Hop()
    async with proxy(options, (hop, "corp.example")) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await reader.readline()
        await say(reader, writer, EHLO, plain(), *MESSAGE[:3])
        writer.write(b"Subject: half a mess")
        await writer.drain()
        writer.transport.abort()
        await asyncio.sleep(0.2)
    assert hop.messages == []


async def test_nothing_of_a_password_is_kept_once_somebody_is_signed_in(
    options: RelayOptions,
) -> None:
    """Whatever the conversation can still reach is looked through."""
    hop, secret = Hop(Challenge(b"Password:")), b"s3same-open"
    conversations = []

    async with proxy(options, (hop, "corp.example")) as port:
        name, word = (b64encode(w).decode() for w in (b"ann@corp.example", secret))
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await reader.readline()
        await say(reader, writer, EHLO, f"AUTH LOGIN {name}", word, MESSAGE[0])
        hop.events.clear()  # the server of the test does keep it
        conversations = [
            o for o in gc.get_objects() if type(o).__name__ in {"Connection", "SMTPProtocol"}
        ]
        found = _reachable(conversations, secret, word.encode())
        writer.close()
    assert len(conversations) >= 3
    assert found == []


def _reachable(roots: list[object], *secrets: bytes) -> list[object]:
    seen: set[int] = {id(gc)}
    found, waiting = [], list(roots)
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type) or type(one).__name__ in {"module", "frame"}:
            continue
        seen.add(id(one))
        octets = one.encode() if isinstance(one, str) else one
        if isinstance(octets, bytes | bytearray) and any(s in octets for s in secrets):
            found.append(one)
        if not callable(one) or hasattr(one, "__self__"):
            waiting += gc.get_referents(one)
    return found


async def test_a_server_that_needs_tls_gets_it(
    options: RelayOptions, tls: ssl.SSLContext, cafile: Path
) -> None:
    hop = Hop()
    hop.extensions = replace(OFFERED, starttls=True)
    async with next_hop(hop, tls) as hop_port:
        upstream = UpstreamOptions("localhost", hop_port, Security.STARTTLS, cafile=cafile)
        routed = replace(options, routes=(RouteOptions(upstream, frozenset({"corp.example"})),))
        async with running(routed, MilGuard()) as port:
            replies = await talk(port, [EHLO, plain(), *MESSAGE])
            assert replies[-1].startswith("250")
        untrusting = replace(upstream, cafile=None)
        routed = replace(routed, routes=(RouteOptions(untrusting, frozenset({"corp.example"})),))
        heard = len(hop.events)
        async with running(routed, MilGuard()) as port:
            replies = await talk(port, [EHLO, plain()])
            assert replies[2].startswith("454")
    assert not any(isinstance(event, Auth) for event in hop.events[heard:])

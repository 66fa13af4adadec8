from __future__ import annotations

import asyncio
from dataclasses import replace
from ipaddress import ip_network
from typing import TYPE_CHECKING

import pytest

from missent.core.address import Address
from missent.core.errors import StoreError
from missent.core.policy import Mode, Policy, Rule
from missent.core.verdict import Action, Verdict
from missent.gates.confirm import LocalAttempts, Patience
from missent.gates.disposition import Outcome, Privacy, Show
from missent.gates.relay.server import serving
from missent.smtp.events import Data, Mail, Rcpt
from missent.smtp.replies import Reply
from missent.testing.relay import MilGuard, NextHop, between, running, talk, until

if TYPE_CHECKING:
    from structlog.typing import EventDict

    from missent.core.message import Message
    from missent.gates.dispose import OnError
    from missent.gates.relay.options import RelayOptions
    from missent.smtp.events import Answer, Event

DIALOGUE = (
    "EHLO client.example",
    "MAIL FROM:<a@corp.example>",
    "RCPT TO:<gen@army.ml>",
    "RCPT TO:<b@partner.example>",
    "DATA",
    "Subject: x\r\n\r\n..\r\n.",
    "QUIT",
)
REFUSED = (
    "550 5.7.1 <gen@army.ml>: not sent; did you mean <gen@army.mil>? "
    "`army.ml` is `army.mil` with the `i` left out. [T101]"
)


def lines_of(log: list[EventDict], event: str = "message") -> list[EventDict]:
    return [line for line in log if line["event"] == event]


async def test_one_recipient_is_refused_and_the_other_gets_the_message(
    options: RelayOptions, log: list[EventDict]
) -> None:
    hop, guard = NextHop(end=Reply(250, "2.0.0", ("queued as 4711",))), MilGuard()
    async with between(options, hop, guard) as port:
        replies = await talk(port, DIALOGUE)
    assert replies[2:] == [
        "250 2.1.0 sender ok",
        REFUSED,
        "250 2.1.5 ok",
        "354 end with a dot on a line of its own",
        "250 2.0.0 queued as 4711",
        "221 2.0.0 bye",
    ]
    assert hop.messages == [b"Subject: x\r\n\r\n.\r\n"]
    ((decided, was_sent),) = guard.decisions
    assert [(str(d.address), d.outcome) for d in decided] == [
        ("gen@army.ml", Outcome.REFUSED),
        ("b@partner.example", Outcome.ACCEPTED),
    ]
    assert was_sent
    assert [str(e.address) for e in hop.events if isinstance(e, Rcpt)] == ["b@partner.example"]
    (remembered,) = guard.remembered
    assert str(remembered.mail_from) == "a@corp.example"
    assert [str(r.address) for r in remembered.recipients] == ["b@partner.example"]
    (line,) = lines_of(log)
    assert line.pop("seconds") >= 0
    assert line == {
        "event": "message",
        "log_level": "info",
        "peer": "127.0.0.1",
        "mail_from": "a@corp.example",
        "result": "sent",
        "accepted": 1,
        "kept": 0,
        "refused": 1,
        "tempfailed": 0,
        "recipients": [
            {
                "rcpt_to": "gen@army.ml",
                "outcome": "refused",
                "action": "block",
                "codes": ["T101"],
                "reply": "550 5.7.1",
            },
            {
                "rcpt_to": "b@partner.example",
                "outcome": "accepted",
                "action": "allow",
                "codes": [],
                "reply": "250 2.1.5",
            },
        ],
        "octets": 17,
        "reply": "250 2.0.0 queued as 4711",
    }


async def test_where_all_are_refused_the_next_hop_hears_nothing(
    options: RelayOptions, log: list[EventDict]
) -> None:
    hop, guard = NextHop(), MilGuard()
    async with between(options, hop, guard) as port:
        replies = await talk(port, [*DIALOGUE[:3], "DATA", "QUIT"])
    assert replies[3] == REFUSED
    assert replies[4].startswith("554 5.5.1 no recipient was accepted")
    assert not any(isinstance(event, Mail | Rcpt) for event in hop.events)
    assert guard.remembered == []
    assert [line["result"] for line in lines_of(log)] == ["refused"]
    assert [([d.outcome for d in some], sent) for some, sent in guard.decisions] == [
        ([Outcome.REFUSED], False)
    ]


async def test_each_recipient_is_asked_about_beside_those_that_were_taken(
    options: RelayOptions,
) -> None:
    guard = MilGuard()
    recipients = ("a@partner.example", "gen@army.ml", "unknown@partner.example", "b@x.example")
    said = [*DIALOGUE[:2], *(f"RCPT TO:<{r}>" for r in recipients), "QUIT"]
    hop = NextHop(refuse={"unknown@partner.example": Reply(550, "5.1.1", ("no",))})
    async with between(options, hop, guard) as port:
        await talk(port, said)
    assert [[str(r.address) for r in asked.beside] for asked in guard.asked] == [
        [],
        *[["a@partner.example"]] * 3,
    ]


async def test_monitor_mode_lets_everything_pass_and_writes_it_down(
    options: RelayOptions, log: list[EventDict]
) -> None:
    hop = NextHop()
    async with between(options, hop, MilGuard(Policy(mode=Mode.MONITOR))) as port:
        await talk(port, DIALOGUE)
    assert len(hop.messages) == 1
    (line,) = lines_of(log)
    assert [(r["outcome"], r["action"], r["codes"]) for r in line["recipients"]] == [
        ("accepted", "block", ["T101"]),
        ("accepted", "allow", []),
    ]


@pytest.mark.parametrize(
    ("action", "code"),
    [(Action.ALLOW, "250"), (Action.WARN, "250"), (Action.HOLD, "550"), (Action.BLOCK, "550")],
)
async def test_every_action(options: RelayOptions, action: Action, code: str) -> None:
    policy = Policy((Rule("T101", 0.5, action),), Mode.ENFORCE)
    async with between(options, NextHop(), MilGuard(policy)) as port:
        replies = await talk(port, DIALOGUE[:3])
    assert replies[3][:3] == code


async def test_sending_again_confirms_a_held_recipient(
    options: RelayOptions, log: list[EventDict]
) -> None:
    policy = Policy((Rule("T101", 0.5, Action.HOLD),), Mode.ENFORCE)
    hop, guard = NextHop(), MilGuard(policy)
    hasty = replace(options, patience=Patience(least=1))
    async with between(hasty, hop, guard) as port:
        first = await talk(port, DIALOGUE[:3])
        await asyncio.sleep(2)  # the clock counts whole seconds
        second = await talk(port, DIALOGUE)
    assert "send again within 15 minutes, after 1 seconds or more" in first[3]
    assert second[3][:3] == second[4][:3] == second[6][:3] == "250"
    assert [str(e.address) for e in hop.events if isinstance(e, Rcpt)] == [
        "gen@army.ml",
        "b@partner.example",
    ]
    assert [(str(sender), str(known)) for sender, known in guard.known] == [
        ("a@corp.example", "gen@army.ml")
    ]
    assert [str(r.address) for m in guard.remembered for r in m.recipients] == [
        "gen@army.ml",
        "b@partner.example",
    ]
    outcomes = [[r["outcome"] for r in line["recipients"]] for line in lines_of(log)]
    assert outcomes == [["refused"], ["confirmed", "accepted"]]


async def test_attempts_that_cannot_be_looked_up_are_as_a_decision_that_failed(
    options: RelayOptions,
) -> None:
    class Broken(LocalAttempts):
        async def first(self, *_: object) -> int | None:
            raise StoreError("the disk is full")

    policy = Policy((Rule("T101", 0.5, Action.HOLD),), Mode.ENFORCE)
    strict = replace(options, on_error="tempfail")
    async with serving(strict, MilGuard(policy), attempts=Broken()) as names:
        replies = await talk(names[0][1], DIALOGUE[:3])
    assert replies[3].startswith("451 4.3.0")


async def test_the_next_hop_s_refusals_are_the_client_s(
    options: RelayOptions, log: list[EventDict]
) -> None:
    unknown = Reply(550, "5.1.1", ("<c@partner.example> is not known here",))
    hop = NextHop(
        refuse={"c@partner.example": unknown},
        end=Reply(554, "5.7.1", ("we do not like", "what it says")),
    )
    guard = MilGuard()
    async with between(options, hop, guard) as port:
        replies = await talk(
            port,
            [*DIALOGUE[:2], "RCPT TO:<c@partner.example>", *DIALOGUE[3:]],
        )
    assert replies[3] == "550 5.1.1 <c@partner.example> is not known here"
    assert replies[4] == "250 2.1.5 ok"
    assert replies[6] == "554-5.7.1 we do not like\n554 5.7.1 what it says"
    assert guard.remembered == []
    (line,) = lines_of(log)
    assert (line["result"], line["accepted"], line["refused"]) == ("refused", 0, 2)
    assert [r["reason"] for r in line["recipients"]] == ["next hop", "next hop"]


async def test_a_next_hop_that_refuses_the_sender_refuses_every_recipient(
    options: RelayOptions,
) -> None:
    class Strict(NextHop):
        async def handle(self, event: Event) -> Answer | None:
            if isinstance(event, Mail):
                return Reply(550, "5.7.1", ("not this sender",))
            return await super().handle(event)

    async with between(options, Strict()) as port:
        replies = await talk(port, [*DIALOGUE[:4], "RCPT TO:<c@partner.example>", "DATA"])
    assert replies[4:] == [
        "550 5.7.1 not this sender",
        "550 5.7.1 not this sender",
        "554 5.5.1 no recipient was accepted; nothing was sent",
    ]


async def test_a_next_hop_that_refuses_data(options: RelayOptions, log: list[EventDict]) -> None:
    hop = NextHop(begin=Reply(452, "4.3.1", ("disk full",)))
    async with between(options, hop) as port:
        replies = await talk(port, [*DIALOGUE[:2], *DIALOGUE[3:5], "MAIL FROM:<>", "QUIT"])
    assert replies[4:6] == ["452 4.3.1 disk full", "250 2.1.0 sender ok"]
    assert [line["result"] for line in lines_of(log)] == ["tempfailed"]


async def test_a_client_that_goes_away_leaves_no_message(
    options: RelayOptions, log: list[EventDict]
) -> None:
    hop, guard = NextHop(), MilGuard()
    async with between(options, hop, guard) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"EHLO c\r\n")
        await reader.readuntil(b"\r\n250 ")
        writer.write(b"MAIL FROM:<a@corp.example>\r\nRCPT TO:<b@partner.example>\r\nDATA\r\n")
        await reader.readuntil(b"354 ")
        writer.write(b"Subject: half a message\r\n")
        await writer.drain()
        await until(lambda: any(isinstance(event, Data) for event in hop.events))
        writer.transport.abort()
        await until(lambda: lines_of(log))
    assert hop.messages == []
    assert guard.remembered == []
    assert [line["result"] for line in lines_of(log)] == ["abandoned"]


@pytest.mark.parametrize(
    ("on_error", "reply"),
    [("accept", "250 2.1.5 ok"), ("tempfail", "451 4.3.0 could not be checked in time")],
)
async def test_no_verdict_in_time(
    options: RelayOptions, log: list[EventDict], on_error: OnError, reply: str
) -> None:
    changed = replace(options, deadline=0.05, on_error=on_error)
    async with between(changed, NextHop(), MilGuard(delay=5)) as port:
        replies = await talk(port, [*DIALOGUE[:3], "QUIT"])
    assert replies[3].startswith(reply)
    (line,) = lines_of(log)
    (recipient,) = line["recipients"]
    assert (recipient["action"], recipient["reason"]) == ("undecided", "deadline")


@pytest.mark.parametrize(("on_error", "code"), [("accept", "250"), ("tempfail", "451")])
async def test_a_guard_that_breaks(
    options: RelayOptions, log: list[EventDict], on_error: OnError, code: str
) -> None:
    class Broken(MilGuard):
        async def __call__(self, message: Message) -> Verdict:
            raise LookupError(str(message))

        async def sent(self, message: Message) -> None:
            raise LookupError(str(message))

    hop = NextHop()
    async with between(replace(options, on_error=on_error), hop, Broken()) as port:
        replies = await talk(port, DIALOGUE)
    assert replies[3][:3] == code
    assert len(hop.messages) == (1 if on_error == "accept" else 0)
    assert len(lines_of(log, "recipient not decided")) == 2
    assert len(lines_of(log, "message sent but not remembered")) == len(hop.messages)


async def test_a_verdict_about_nobody_decides_nothing(options: RelayOptions) -> None:
    class Silent(MilGuard):
        async def __call__(self, message: Message) -> Verdict:  # noqa: ARG002
            return Verdict(())

    async with between(replace(options, on_error="tempfail"), NextHop(), Silent()) as port:
        replies = await talk(port, DIALOGUE[:3])
    assert replies[3].startswith("451 4.3.0")


async def test_strangers_are_refused_at_mail_and_never_relayed(options: RelayOptions) -> None:
    away = replace(options, networks=(ip_network("192.0.2.0/24"),))
    async with running(away, MilGuard()) as port:
        replies = await talk(port, [*DIALOGUE[:3], "QUIT"])
    assert replies[2] == "550 5.7.1 this host may not send mail through here"
    assert replies[3].startswith("503 5.5.1")


@pytest.mark.parametrize("show", [Show.DOMAIN, Show.HASHED])
async def test_the_log_shows_no_more_of_an_address_than_it_may(
    options: RelayOptions, log: list[EventDict], show: Show
) -> None:
    privacy = Privacy(show, b"key")
    hop = NextHop(end=Reply(550, "5.1.1", ("<b@partner.example> unknown",)))
    async with between(replace(options, privacy=privacy), hop) as port:
        await talk(port, DIALOGUE)
    (line,) = lines_of(log)
    assert line["reply"] == "550"
    assert line["mail_from"] == privacy.show(Address.parse("a@corp.example"))
    assert line["recipients"][0]["rcpt_to"] == privacy.show(Address.parse("gen@army.ml"))
    for text in ("gen", "b@", "a@", "Subject"):
        assert text not in str(log)

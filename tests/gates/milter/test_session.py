"""Conversations written out: what the MTA says (>>), and what follows (<<)."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.address import Address
from missent.core.errors import ProtocolError
from missent.core.finding import Finding
from missent.core.verdict import Action, RecipientVerdict
from missent.gates.disposition import Disposition, Outcome
from missent.gates.keeper import Kept
from missent.gates.milter import commands as c
from missent.gates.milter import replies as r
from missent.gates.milter import reply_octets
from missent.gates.milter.events import Event, Finished, Passed, Question
from missent.gates.milter.session import Session
from missent.gates.ours import Ours
from missent.smtp.replies import Reply
from missent.testing.milter import POSTFIX_SAYS

OFFER = c.Negotiate(6, 0x1FF, 0x1FFFFF)
CLIENT = c.Connect("desk", "ipv4", 40000, "192.0.2.7")
MAIL = c.Mail("<ann@corp.example>")
EVERYBODY = Ours(networks=(ip_network("0.0.0.0/0"),))
NO = Reply(550, "5.7.1", ("not sent",))


def decided(question: Question) -> list[Disposition]:
    """Refuse `.ml`, hold `.hold`, warn about `.warn`."""
    found = []
    for recipient in question.message.recipients:
        suffix = recipient.address.domain.suffix
        outcome = {"ml": Outcome.REFUSED, "hold": Outcome.HELD, "warn": Outcome.WARNED}.get(
            suffix, Outcome.ACCEPTED
        )
        verdict = RecipientVerdict(recipient, Action.ALLOW, (Finding("T101", 0.9, "x"),))
        reply = NO if outcome is Outcome.REFUSED else None
        found.append(Disposition(recipient.address, outcome, verdict, enforced=True, reply=reply))
    return found


def talk(session: Session, *said: c.Command) -> list[Event]:
    """Everything that follows, with the questions answered by `decided`."""
    events: list[Event] = []
    for command in said:
        for event in session.hear(command):
            events.append(event)
            if isinstance(event, Question):
                events.extend(session.settle(decided(event)))
    return events


def begun(ours: Ours = EVERYBODY, *said: c.Command) -> Session:
    session = Session(ours)
    talk(session, OFFER, *(said or (CLIENT, MAIL)))
    return session


def replies(events: list[Event]) -> list[Event]:
    return [e for e in events if not isinstance(e, (Question, Finished, Passed))]


def finished(events: list[Event]) -> Finished:
    (found,) = [e for e in events if isinstance(e, Finished)]
    return found


def test_one_recipient_is_refused_and_the_other_goes_on() -> None:
    events = talk(Session(Ours()), *POSTFIX_SAYS)
    assert [type(e).__name__ for e in events] == [
        "Negotiated",
        "Question", "ReplyCode",
        "Question", "Continue",
        "Continue", "Finished",
    ]  # fmt: skip
    assert replies(events)[1] == r.ReplyCode(550, "5.7.1", ("not sent",))
    end = finished(events)
    assert [d.outcome for d in end.dispositions] == [Outcome.REFUSED, Outcome.ACCEPTED]
    assert [str(x.address) for x in end.message.recipients] == ["bob@partner.example"]
    assert (end.queued, end.held, end.queue_id) == (True, False, "4c9QyF1")
    assert end.message.message_id == "1@corp.example"


def test_little_is_asked_for() -> None:
    (agreed,) = Session(Ours()).hear(OFFER)
    assert isinstance(agreed, r.Negotiated)
    assert agreed.abilities == 0x120  # quarantine, choice of macros
    # no HELO, body, unknown commands, DATA, end of headers; headers and CONNECT without replies
    assert agreed.steps & 0x357 == 0x352
    assert agreed.steps & 0x80
    assert agreed.steps & 0x1000
    (lean,) = Session(Ours(), header=False).hear(OFFER)
    assert isinstance(lean, r.Negotiated)
    assert lean.steps & 0x20


def test_an_mta_that_offers_nothing_gets_every_reply() -> None:
    session = Session(EVERYBODY)
    assert talk(session, c.Negotiate(2, 0, 0)) == [r.Negotiated(0, 0, version=2)]
    said: list[c.Command] = [CLIENT, c.Helo("x"), MAIL, c.Data(), c.Header("a", "b")]
    said += [c.EndOfHeaders(), c.Body(b"")]
    assert talk(session, *said) == [r.Continue()] * len(said)
    with pytest.raises(ProtocolError, match="too old"):
        Session(EVERYBODY).hear(c.Negotiate(1, 0, 0))


def test_a_question_says_what_can_be_done() -> None:
    session = Session(EVERYBODY)
    talk(session, c.Negotiate(6, 0, 0), CLIENT, c.Mail("<a@corp.example>", ("SIZE=1", "SMTPUTF8")))
    (question,) = session.hear(c.Rcpt("<jörg@b.ml>"))
    assert isinstance(question, Question)
    assert (question.smtputf8, question.can_hold, question.by_smtp) == (True, False, True)
    with pytest.raises(ProtocolError, match="before the answer"):
        session.hear(c.Rcpt("<b@c.example>"))


@pytest.mark.parametrize(
    ("ours", "said", "screened"),
    [
        (Ours(), [CLIENT, MAIL], False),
        (Ours(), [CLIENT, c.Macros("M", {"{auth_authen}": "ann"}), MAIL], True),
        (Ours(authenticated=False), [CLIENT, c.Macros("M", {"{auth_authen}": "ann"}), MAIL], False),
        (Ours(), [c.Macros("C", {"{daemon_name}": "ORIGINATING"}), CLIENT, MAIL], True),
        (Ours(networks=(ip_network("192.0.2.0/24"),)), [CLIENT, MAIL], True),
        (Ours(networks=(ip_network("198.51.100.0/24"),)), [CLIENT, MAIL], False),
        (Ours(sender_domains=frozenset({"corp.example"})), [CLIENT, MAIL], True),
        (Ours(sender_domains=frozenset({"corp.example"})), [CLIENT, c.Mail("<>")], False),
        (Ours(), [c.Macros("C", {"i": "4c9"}), CLIENT, MAIL], True),
        (Ours(local=False), [c.Macros("C", {"i": "4c9"}), CLIENT, MAIL], False),
    ],
)
def test_whose_mail_is_looked_at(ours: Ours, said: list[c.Command], screened: bool) -> None:  # noqa: FBT001
    session = Session(ours)
    assert talk(session, OFFER, *said)[1:] == []
    first = session.hear(c.Rcpt("<a@b.example>"))
    if screened:
        assert isinstance(first[0], Question) or session.hear(c.EndOfMessage())
    else:
        assert first == (r.Accept(), Passed())
    # The same at an MTA that must have an answer to MAIL.
    events = talk(Session(ours), c.Negotiate(6, 0x1FF, 0x1FFFFF & ~0x4000), *said)[1:]
    assert events == ([r.Continue()] if screened else [r.Accept(), Passed()])


def test_what_is_not_ours_is_forgotten_where_it_has_no_recipients() -> None:
    session = begun(Ours(), CLIENT, MAIL, c.Abort())
    assert talk(session, c.Macros("M", {"{auth_authen}": "ann"}), MAIL) == []
    assert isinstance(session.hear(c.Rcpt("<a@b.example>"))[0], Question)


def test_a_login_is_of_one_message_only() -> None:
    session = begun(Ours(), CLIENT, c.Macros("M", {"{auth_authen}": "ann"}), MAIL, c.Abort())
    assert talk(session, MAIL, c.Rcpt("<a@b.example>")) == [r.Accept(), Passed()]


def test_a_question_names_the_recipients_that_were_taken_before() -> None:
    session = begun()
    paths = ("<a@b.example>", "<b@b.ml>", "<c@b.example>", "<d@b.example>")
    events = talk(session, *(c.Rcpt(path) for path in paths))
    asked = [e.message for e in events if isinstance(e, Question)]
    assert [[str(x.address) for x in m.recipients] for m in asked] == [[p[1:-1]] for p in paths]
    assert [[str(x.address) for x in m.beside] for m in asked] == [
        [],
        ["a@b.example"],
        ["a@b.example"],
        ["a@b.example", "c@b.example"],
    ]
    events = talk(session, c.Abort(), MAIL, c.Rcpt("<e@b.example>"))
    (next_one,) = [e.message for e in events if isinstance(e, Question)]
    assert next_one.beside == ()


def test_of_very_many_recipients_some_hundred_are_told_to_the_next() -> None:
    events = talk(begun(), *(c.Rcpt(f"<{n}@b.example>") for n in range(600)))
    asked = [e.message for e in events if isinstance(e, Question)]
    assert [len(m.beside) for m in asked] == [min(n, 500) for n in range(600)]


def test_accept_is_never_said_at_rcpt() -> None:
    events = talk(begun(), c.Rcpt("<a@b.example>"), c.Rcpt("<postmaster>"), c.Rcpt("<a@b..c>"))
    assert replies(events) == [r.Continue()] * 3


def test_a_held_message_is_quarantined_and_then_continued() -> None:
    events = talk(begun(), c.Rcpt("<a@b.hold>"), c.Rcpt("<a@b.example>"), c.EndOfMessage())
    assert [type(e) for e in replies(events)[-2:]] == [r.Quarantine, r.Continue]
    assert finished(events).held


def test_local_mail_is_decided_at_its_end() -> None:
    local: list[c.Command] = [
        c.Macros("C", {"i": "4c9"}),
        c.Connect("localhost", "ipv4", 0, "127.0.0.1"),
        c.Mail("ann@corp.example"),
    ]
    session = begun(Ours(), *local)
    assert talk(session, c.Rcpt("a@b.ml"), c.Rcpt("c@d.example")) == [r.Continue()] * 2
    events = talk(session, c.EndOfMessage())
    assert replies(events) == [r.ReplyCode(550, "5.7.1", ("not sent",))]
    end = finished(events)
    assert (end.queued, end.message.recipients, end.queue_id) == (False, (), "4c9")
    assert [d.outcome for d in end.dispositions] == [Outcome.REFUSED, Outcome.ACCEPTED]

    events = talk(begun(Ours(), *local), c.Rcpt("a@b.warn"), c.Rcpt("c@d.hold"), c.EndOfMessage())
    assert [type(e) for e in replies(events)] == [r.Continue, r.Continue, r.Quarantine, r.Continue]


def test_mail_without_a_port_is_local_though_the_mta_tells_no_queue_id() -> None:
    session = begun(Ours(), c.Connect("localhost", "ipv4", 0, "127.0.0.1"), MAIL)
    assert talk(session, c.Rcpt("<a@b.ml>")) == [r.Continue()]


def test_an_aborted_message_is_not_sent_and_the_next_begins_anew() -> None:
    session = begun()
    talk(session, c.Rcpt("<a@b.hold>"))
    end = finished(talk(session, c.Abort()))
    assert (end.queued, end.held, end.message.recipients) == (False, False, ())
    events = talk(session, MAIL, c.Rcpt("<a@b.example>"), c.EndOfMessage(), c.Abort(), c.Quit())
    assert finished(events).queued


def test_a_lost_connection_ends_its_message_unsent() -> None:
    session = begun()
    talk(session, c.Rcpt("<a@b.example>"))
    session.hear(c.Rcpt("<c@d.example>"))  # and the answer never comes
    (end,) = session.lost()
    assert (len(end.dispositions), end.queued) == (1, False)
    assert Session(EVERYBODY).lost() == ()


def test_the_socket_may_serve_the_next_connection() -> None:
    session = begun(Ours(), c.Macros("C", {"{daemon_name}": "ORIGINATING"}), CLIENT, MAIL)
    said = talk(session, c.QuitForNext(), CLIENT, MAIL, c.Rcpt("<a@b.example>"))
    assert said == [r.Accept(), Passed()]


def test_only_the_header_fields_of_use_are_kept_and_few_of_them() -> None:
    session = begun()
    talk(session, c.Rcpt("<a@b.example>"), c.Header("Subject", "secret"))
    talk(session, c.Header("LIST-ID", " <a.b> "), c.Header("Precedence", "x" * 5000))
    talk(session, *(c.Header(f"List-{n}", "x") for n in range(200)))
    header = finished(talk(session, c.EndOfMessage())).header
    assert header["list-id"] == "<a.b>"
    assert len(header["precedence"]) == 998
    assert "subject" not in header
    assert len(header) == 64


@pytest.mark.parametrize(
    "said",
    [
        [MAIL],
        [OFFER, c.Rcpt("<a@b.example>")],
        [OFFER, c.EndOfMessage()],
        [OFFER, CLIENT, MAIL, c.Abort(), c.Rcpt("<a@b.example>")],
    ],
)
def test_what_cannot_come_now_ends_the_conversation(said: list[c.Command]) -> None:
    with pytest.raises(ProtocolError):
        talk(Session(EVERYBODY), *said)


def test_an_answer_must_fit_its_question() -> None:
    session = begun()
    with pytest.raises(ProtocolError):
        session.settle([])
    (question,) = session.hear(c.Rcpt("<a@b.example>"))
    assert isinstance(question, Question)
    with pytest.raises(ProtocolError):
        session.settle(decided(question) * 2)


def test_a_long_refusal_is_folded_and_percent_signs_survive() -> None:
    session = begun()
    (question,) = session.hear(c.Rcpt("<a@b.ml>"))
    assert isinstance(question, Question)
    long = Reply(550, "5.7.1", ("100% " + "wrong " * 120 + "jörg",))
    (said,) = session.settle([replace(decided(question)[0], reply=long)])
    assert isinstance(said, r.ReplyCode)
    octets = reply_octets.encode(said)
    assert octets.startswith(b"y550-5.7.1 100%% wrong")
    assert octets.endswith(b"j\\xf6rg\0")
    assert all(len(line) <= 512 for line in octets[1:].split(b"\r\n"))


paths = st.sampled_from(["<a@b.example>", "<a@b.ml>", "<a@b.hold>", "<>", "x", "<a@[192.0.2.1]>"])
anything = st.one_of(
    st.sampled_from([OFFER, CLIENT, MAIL, c.Abort(), c.EndOfMessage(), c.QuitForNext(), c.Quit()]),
    st.builds(c.Rcpt, paths),
    st.builds(c.Mail, paths),
    st.builds(c.Macros, st.sampled_from("CMRE"), st.just({"i": "4c9", "{auth_authen}": "x"})),
    st.builds(c.Header, st.sampled_from(["List-Id", "Subject"]), st.text()),
)


@given(st.lists(anything, max_size=40))
def test_whatever_comes_no_recipient_is_accepted_behind_a_refusal(said: list[c.Command]) -> None:
    session = Session(EVERYBODY)
    try:
        events = talk(session, OFFER, *said)
    except ProtocolError:
        return
    for end in (e for e in events if isinstance(e, Finished)):
        going = [str(x.address) for x in end.message.recipients]
        assert not any(address.endswith(".ml") for address in going)
        assert end.queued or not going
        assert end.held == (end.queued and any(a.endswith(".hold") for a in going))


# Keeping.

KEEPER = c.Negotiate(6, 0x1FF, 0x1FFFFF)
FIELDS = (c.Header("Subject", " a\n b"), c.Header("X-Eight", "\tcaf\udce9"))


def keeping(*said: c.Command, offer: c.Negotiate = KEEPER) -> tuple[Session, list[Event]]:
    """The events of a session that keeps; `.hold` is kept, as `decided` holds it."""
    session, events = Session(EVERYBODY, keeps=1000), []
    for command in (offer, *said):
        for event in session.hear(command):
            events.append(event)
            if isinstance(event, Question):
                events.extend(session.settle(kept_instead(event)))
    return session, events


def kept_instead(question: Question) -> list[Disposition]:
    assert question.can_keep
    return [
        replace(d, outcome=Outcome.KEPT) if d.outcome is Outcome.HELD else d
        for d in decided(question)
    ]


def test_what_is_kept_is_kept_octet_by_octet_and_the_others_get_theirs() -> None:
    session, events = keeping(
        CLIENT,
        c.Mail("<ann@corp.example>", ("BODY=8BITMIME",)),
        c.Rcpt("<bob@partner.example>"),
        c.Rcpt("<Joe@typed.hold>"),
        c.Rcpt("<joe@typed.hold>"),
        *FIELDS,
        c.Body(b"one\r\n"),
        c.EndOfMessage(b"two\r\n"),
    )
    keep = events[-1]
    assert isinstance(keep, Kept)
    assert keep.content == b"Subject: a\r\n b\r\nX-Eight:\tcaf\xe9\r\n\r\none\r\ntwo\r\n"
    assert (keep.eight_bit, keep.smtputf8) == (True, False)
    assert [str(d.address) for d in keep.dispositions] == ["joe@typed.hold"]
    *said, finished = session.kept("ab12")
    assert said == [r.DeleteRecipient("<joe@typed.hold>"), r.Continue()]
    assert isinstance(finished, Finished)
    assert [str(x.address) for x in finished.message.recipients] == ["bob@partner.example"]
    assert (finished.queued, finished.held, finished.kept) == (True, False, "ab12")


def test_where_nobody_else_is_left_the_mta_drops_it() -> None:
    session, events = keeping(
        CLIENT, MAIL, c.Rcpt("<joe@typed.hold>"), c.Rcpt("<x@army.ml>"), c.EndOfMessage()
    )
    assert isinstance(events[-1], Kept)
    said, finished = session.kept("ab12")
    assert said == r.Discard()
    assert isinstance(finished, Finished)
    assert (finished.queued, finished.kept) == (False, "ab12")


def test_a_recipient_that_is_no_address_to_us_keeps_its_message() -> None:
    session, _ = keeping(
        CLIENT, MAIL, c.Rcpt("<joe@typed.hold>"), c.Rcpt("<local>"), c.EndOfMessage()
    )
    assert session.kept("ab12")[:2] == (r.DeleteRecipient("<joe@typed.hold>"), r.Continue())


def test_what_cannot_be_kept_is_refused_to_all_and_nothing_is_lost() -> None:
    session, _ = keeping(
        CLIENT, MAIL, c.Rcpt("<joe@typed.hold>"), c.Rcpt("<bob@partner.example>"), c.EndOfMessage()
    )
    said, finished = session.kept("", Reply(451, "4.3.0", ("later",)))
    assert said == r.ReplyCode(451, "4.3.0", ("later",))
    assert isinstance(finished, Finished)
    assert finished.message.recipients == ()
    assert [d.outcome for d in finished.dispositions] == [Outcome.TEMPFAILED, Outcome.ACCEPTED]


def test_a_message_beyond_the_limit_is_refused() -> None:
    _, events = keeping(
        CLIENT, MAIL, c.Rcpt("<joe@typed.hold>"), c.Body(b"x" * 999), c.EndOfMessage()
    )
    assert isinstance(events[-2], r.ReplyCode)
    assert events[-2].code == 552


def test_the_body_of_what_is_not_kept_is_waved_through() -> None:
    session, events = keeping(CLIENT, MAIL, c.Rcpt("<bob@partner.example>"), *FIELDS)
    assert session.hear(c.Body(b"x")) == (r.Skip(),)
    assert session.unread
    session.hear(c.EndOfMessage())
    assert not any(isinstance(event, Kept) for event in events)


def test_headers_are_read_only_while_they_are_kept() -> None:
    session, _ = keeping(CLIENT, MAIL)
    assert b"LS" in session.unread
    session.hear(c.Rcpt("<joe@typed.hold>"))
    session.settle([Disposition(Address.parse("joe@typed.hold"), Outcome.KEPT)])
    assert b"LS" not in session.unread


def test_an_mta_that_takes_no_recipient_away_keeps_nothing() -> None:
    session = Session(EVERYBODY, keeps=1000)
    talk(session, c.Negotiate(6, 0x1FF & ~0x08, 0x1FFFFF), CLIENT, MAIL)
    [question] = session.hear(c.Rcpt("<joe@typed.hold>"))
    assert isinstance(question, Question)
    assert not question.can_keep


def test_mail_that_did_not_come_by_smtp_is_kept_too() -> None:
    session, events = keeping(
        c.Macros("C", {"i": "4c9QyF1"}),
        c.Connect("localhost", "ipv4", 0, "127.0.0.1"),
        MAIL,
        c.Rcpt("joe@typed.hold"),
        c.Rcpt("bob@partner.example"),
        c.Header("Subject", " x"),
        c.EndOfMessage(b"body\r\n"),
    )
    keep = events[-1]
    assert isinstance(keep, Kept)
    assert keep.content == b"Subject: x\r\n\r\nbody\r\n"
    assert session.kept("ab12")[0] == r.DeleteRecipient("joe@typed.hold")

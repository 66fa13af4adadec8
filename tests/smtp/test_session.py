from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.smtp.events import (
    Begin,
    Data,
    End,
    Event,
    Extensions,
    Hello,
    Limits,
    Mail,
    Question,
    Reset,
    StartTls,
)
from missent.smtp.replies import Reply
from missent.smtp.session import Session
from missent.testing.smtp import SMUGGLING, Answers, perform, tidy

REFUSED = Reply(550, "5.7.1", ("<gen@army.ml>: not sent; did you mean <gen@army.mil>?",))
HELLO = """
    S: 220 relay.example ESMTP
    C: EHLO client.example
    S: 250-relay.example
    S: 250-PIPELINING
    S: 250-SIZE 36700160
    S: 250-8BITMIME
    S: 250-SMTPUTF8
    S: 250 ENHANCEDSTATUSCODES
"""
ENVELOPE = (
    HELLO
    + """
    C: MAIL FROM:<a@corp.example>
    C: RCPT TO:<b@partner.example>
    C: DATA
    S: 250 2.1.0 sender ok
    S: 250 2.1.5 ok
    S: 354 go on
"""
)


@pytest.fixture(params=[0, 1, 7], ids=["whole", "byte by byte", "by sevens"])
def step(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def check(
    script: str, answers: Answers | None = None, *, step: int = 0, limits: Limits | None = None
) -> Answers:
    answers = answers or Answers()
    said = perform(Session("relay.example", limits), script, answers, step=step)
    assert said == tidy(script)
    return answers


def test_a_message(step: int) -> None:
    answers = check(
        ENVELOPE
        + """
        C: Subject: dots
        C:
        C: ..
        C: ..hidden
        C: .
        S: 250 2.0.0 taken
        C: QUIT
        S: 221 2.0.0 bye
        -- closed
        """,
        step=step,
    )
    assert answers.messages == [b"Subject: dots\r\n\r\n.\r\n.hidden\r\n"]
    assert answers.events[-1] == End(len(answers.messages[0]))


def test_two_messages_pipelined_with_a_refused_recipient(step: int) -> None:
    answers = check(
        HELLO
        + """
        C: MAIL FROM:<a@corp.example> SIZE=20
        C: RCPT TO:<gen@army.ml>
        C: RCPT TO:<b@partner.example>
        C: DATA
        S: 250 2.1.0 sender ok
        S: 550 5.7.1 <gen@army.ml>: not sent; did you mean <gen@army.mil>?
        S: 250 2.1.5 ok
        S: 354 go on
        C: one
        C: .
        C: MAIL FROM:<>
        C: RCPT TO:<gen@army.ml>
        C: DATA
        S: 250 2.0.0 taken
        S: 250 2.1.0 sender ok
        S: 550 5.7.1 <gen@army.ml>: not sent; did you mean <gen@army.mil>?
        S: 554 5.5.1 no recipient was accepted; nothing was sent
        C: RSET
        C: QUIT
        S: 250 2.0.0 ok
        S: 221 2.0.0 bye
        -- closed
        """,
        Answers(refuse={"gen@army.ml": REFUSED}),
        step=step,
    )
    assert answers.messages == [b"one\r\n"]
    assert answers.events[-1] == Reset()


def test_an_empty_message(step: int) -> None:
    answers = check(ENVELOPE + "C: .\nS: 250 2.0.0 taken\n", step=step)
    assert answers.messages == [b""]


def test_helo_offers_nothing_and_takes_no_parameters(step: int) -> None:
    check(
        """
        S: 220 relay.example ESMTP
        C: HELO client.example
        S: 250 relay.example
        C: MAIL FROM:<a@corp.example> SIZE=5
        S: 555 5.5.4 parameters need EHLO
        C: MAIL FROM:<a@corp.example>
        S: 250 2.1.0 sender ok
        """,
        step=step,
    )


def test_the_small_commands(step: int) -> None:
    check(
        """
        S: 220 relay.example ESMTP
        C: NOOP anything
        S: 250 2.0.0 ok
        C: help
        S: 214 2.0.0 HELO EHLO MAIL RCPT DATA RSET NOOP VRFY QUIT HELP
        C: VRFY somebody
        S: 252 2.5.2 not verified; send to it and see
        C: rset
        S: 250 2.0.0 ok
        C: EXPN list
        S: 502 5.5.1 not offered here
        C: AUTH PLAIN AGEAYg==
        S: 502 5.5.1 not offered here
        C: STARTTLS
        S: 502 5.5.1 not offered here
        C: WHAT
        S: 500 5.5.2 unknown command
        C:
        S: 500 5.5.2 unknown command
        R: N\\xffOP\\r\\n
        S: 500 5.5.2 neither ASCII nor UTF-8
        R: NOOP \\x00\\r\\n
        S: 500 5.5.2 a control character in a command
        C: QUIT
        S: 221 2.0.0 bye
        -- closed
        """,
        step=step,
    )


def test_commands_out_of_order(step: int) -> None:
    check(
        """
        S: 220 relay.example ESMTP
        C: MAIL FROM:<a@corp.example>
        S: 503 5.5.1 say EHLO first
        C: RCPT TO:<b@partner.example>
        S: 503 5.5.1 say MAIL first
        C: DATA
        S: 503 5.5.1 say MAIL first
        C: EHLO
        S: 501 5.5.4 say who you are, EHLO name
        C: HELO client.example
        S: 250 relay.example
        C: MAIL FROM:<a@corp.example>
        S: 250 2.1.0 sender ok
        C: MAIL FROM:<a@corp.example>
        S: 503 5.5.1 a message is begun already; say RSET
        C: DATA
        S: 554 5.5.1 no recipient was accepted; nothing was sent
        C: DATA now
        S: 501 5.5.4 DATA takes no argument
        C: RSET now
        S: 501 5.5.4 RSET takes no argument
        C: HELO again.example
        S: 250 relay.example
        C: RCPT TO:<b@partner.example>
        S: 503 5.5.1 say MAIL first
        """,
        step=step,
    )


def test_replies_are_utf8_for_those_who_asked(step: int) -> None:
    refused = Reply(550, "5.7.1", ("<\u0430@army.ml>",))
    check(
        HELLO
        + """
        C: MAIL FROM:<a@corp.example> SMTPUTF8
        C: RCPT TO:<\u0430@army.ml>
        S: 250 2.1.0 sender ok
        S: 550 5.7.1 <\u0430@army.ml>
        C: RSET
        C: MAIL FROM:<a@corp.example>
        C: RCPT TO:<\u0430@army.ml>
        S: 250 2.0.0 ok
        S: 250 2.1.0 sender ok
        S: 553 5.6.7 an address like this needs SMTPUTF8; not sent
        """,
        Answers(refuse={"\u0430@army.ml": refused}),
        step=step,
    )


def test_what_is_offered_is_the_handler_s(step: int) -> None:
    check(
        """
        S: 220 relay.example ESMTP
        C: EHLO client.example
        S: 250-relay.example
        S: 250-PIPELINING
        S: 250-SIZE 1000
        S: 250-STARTTLS
        S: 250 ENHANCEDSTATUSCODES
        C: MAIL FROM:<a@corp.example> SIZE=1001
        S: 552 5.3.4 the message is too large; not sent
        C: MAIL FROM:<a@corp.example> SMTPUTF8
        S: 555 5.5.4 SMTPUTF8 is not understood here
        """,
        Answers(Extensions(size=1000, eight_bit=False, smtputf8=False, starttls=True)),
        step=step,
    )


def test_a_refused_data_ends_the_transaction(step: int) -> None:
    check(
        HELLO
        + """
        C: MAIL FROM:<a@corp.example>
        C: RCPT TO:<b@partner.example>
        C: DATA
        S: 250 2.1.0 sender ok
        S: 250 2.1.5 ok
        S: 451 4.4.1 down
        C: RCPT TO:<c@partner.example>
        S: 503 5.5.1 say MAIL first
        """,
        Answers(begin=Reply(451, "4.4.1", ("down",))),
        step=step,
    )


@pytest.mark.parametrize("ending", [repr(ending)[2:-1] for ending in SMUGGLING])
def test_no_second_message_is_smuggled_in(ending: str, step: int) -> None:
    script = tidy(
        ENVELOPE
        + f"""
        R: Subject: one\\r\\n\\r\\nx{ending}MAIL FROM:<evil@corp.example>\\r\\n
        S: 550 5.5.2 bare
        -- closed
        """
    ).splitlines()
    answers = Answers()
    said = perform(Session("relay.example"), "\n".join(script), answers, step=step).splitlines()
    assert said[:-2] == script[:-2]
    assert said[-2].startswith(script[-2])
    assert said[-1] == script[-1]
    assert answers.messages == []
    assert sum(isinstance(event, Mail) for event in answers.events) == 1


@pytest.mark.parametrize(
    "line", [r"NOOP\n", r"NOOP\r", r"NO\nOP\r\n", r"NO\rOP\r\n", r"NOOP\r\r\n"]
)
def test_a_bare_cr_or_lf_in_a_command_ends_the_session(line: str, step: int) -> None:
    session = Session("relay.example")
    said = perform(session, f"R: {line}QUIT\\r\\n\n", Answers(), step=step)
    assert said.splitlines()[-2].startswith("S: 500 5.5.2 bare ")
    assert session.closed


def test_who_speaks_before_the_greeting_is_turned_away() -> None:
    session = Session("relay.example")
    session.receive(b"EHLO client.example\r\n")
    session.greet()
    assert session.take().startswith(b"554 5.5.0 ")
    assert session.closed
    assert session.next_event() is None


@pytest.mark.parametrize("verb", ["EHLO client.example", "HELO client.example", "VRFY a", "NOOP"])
def test_nothing_follows_a_command_that_ends_its_group(verb: str) -> None:
    answers = check(
        f"""
        S: 220 relay.example ESMTP
        C: {verb}
        C: MAIL FROM:<a@corp.example>
        S: 503 5.5.1 wait for the reply to {verb[:4]} before you go on (RFC 2920); nothing was sent
        -- closed
        """
    )
    assert answers.events == []


def test_a_message_does_not_begin_before_354() -> None:
    answers = check(
        HELLO
        + """
        C: MAIL FROM:<a@corp.example>
        C: RCPT TO:<b@partner.example>
        C: DATA
        C: Subject: too early
        S: 250 2.1.0 sender ok
        S: 250 2.1.5 ok
        S: 503 5.5.1 wait for the reply to DATA before you go on (RFC 2920); nothing was sent
        -- closed
        """
    )
    assert answers.messages == []


@pytest.mark.parametrize("question", [Hello, Begin, StartTls])
def test_what_comes_while_the_answer_is_sought_comes_too_early(question: type[Question]) -> None:
    session = Session("relay.example")
    answers = Answers(Extensions(starttls=True))
    session.greet()
    lines = [b"EHLO c", b"MAIL FROM:<>", b"RCPT TO:<b@partner.example>"]
    lines.append(b"STARTTLS" if question is StartTls else b"DATA")
    for line in lines:
        session.receive(line + b"\r\n")
        event = session.next_event()
        assert event is not None
        if isinstance(event, question):
            session.receive(b"RCPT TO:<gen@army.ml>\r\n")
        answer = answers(event)
        assert answer is not None
        session.answer(answer)
        if isinstance(event, question):
            break
    assert session.closed
    assert b"\r\n503 5.5.1 wait for the reply to " in session.take()
    assert session.next_event() is None


def test_without_ehlo_there_is_no_pipelining() -> None:
    check(
        """
        S: 220 relay.example ESMTP
        C: HELO client.example
        S: 250 relay.example
        C: MAIL FROM:<a@corp.example>
        C: RCPT TO:<b@partner.example>
        S: 503 5.5.1 wait for the reply to a command before you go on (RFC 2920); nothing was sent
        -- closed
        """
    )


def test_after_starttls_everything_begins_anew(step: int) -> None:
    session = Session("relay.example")
    answers = Answers(Extensions(size=9, eight_bit=False, smtputf8=False, starttls=True))
    perform(session, "C: EHLO c\nS:\nC: MAIL FROM:<>\nS:\nC: STARTTLS\n", answers, step=step)
    assert answers.events[-1] == StartTls()
    session.secured()
    said = perform(
        session,
        "C: RCPT TO:<b@partner.example>\nS:\nC: EHLO c\nS:\nC: STARTTLS",
        answers,
        step=step,
    )
    assert said.splitlines()[1:] == [
        "C: RCPT TO:<b@partner.example>",
        "S: 503 5.5.1 say MAIL first",
        "C: EHLO c",
        "S: 250-relay.example",
        "S: 250-PIPELINING",
        "S: 250-SIZE 9",
        "S: 250 ENHANCEDSTATUSCODES",
        "C: STARTTLS",
        "S: 502 5.5.1 not offered here",
    ]


@pytest.mark.parametrize("verb", ["BDAT 5 LAST", "GET / HTTP/1.1", "POST /", "XCLIENT ADDR=::1"])
def test_what_carries_content_is_not_read_on(verb: str, step: int) -> None:
    check(
        f"""
        S: 220 relay.example ESMTP
        C: {verb}
        S: 502 5.5.1 not offered here; closing
        -- closed
        """,
        step=step,
    )


def test_a_message_over_the_limit_is_read_to_its_end_and_refused(step: int) -> None:
    answers = check(
        """
        S: 220 relay.example ESMTP
        C: HELO c
        S: 250 relay.example
        C: MAIL FROM:<>
        S: 250 2.1.0 sender ok
        C: RCPT TO:<b@partner.example>
        S: 250 2.1.5 ok
        C: DATA
        S: 354 go on
        C: 1234567890
        C: 1234567890
        C: 1234567890
        C: .
        S: 552 5.3.4 the message is too large; not sent
        C: MAIL FROM:<>
        S: 250 2.1.0 sender ok
        """,
        step=step,
        limits=Limits(size=20),
    )
    assert answers.messages == []
    resets = [event for event in answers.events if isinstance(event, Reset)]
    assert [str(reset.reply) for reset in resets] == [
        "552 5.3.4 the message is too large; not sent"
    ]


def test_a_message_at_the_limit_is_taken(step: int) -> None:
    answers = check(
        """
        S: 220 relay.example ESMTP
        C: HELO c
        S: 250 relay.example
        C: MAIL FROM:<>
        S: 250 2.1.0 sender ok
        C: RCPT TO:<b@partner.example>
        S: 250 2.1.5 ok
        C: DATA
        S: 354 go on
        C: 123456789012345678
        C: .
        S: 250 2.0.0 taken
        """,
        step=step,
        limits=Limits(size=20),
    )
    assert answers.messages == [b"123456789012345678\r\n"]


def test_too_many_recipients(step: int) -> None:
    check(
        HELLO
        + """
        C: MAIL FROM:<>
        C: RCPT TO:<a@partner.example>
        C: RCPT TO:<gen@army.ml>
        C: RCPT TO:<b@partner.example>
        C: RCPT TO:<c@partner.example>
        S: 250 2.1.0 sender ok
        S: 250 2.1.5 ok
        S: 550 5.7.1 <gen@army.ml>: not sent; did you mean <gen@army.mil>?
        S: 250 2.1.5 ok
        S: 452 4.5.3 too many recipients; send the rest in another message
        """,
        Answers(refuse={"gen@army.ml": REFUSED}),
        step=step,
        limits=Limits(recipients=2),
    )


def test_too_many_errors(step: int) -> None:
    check(
        """
        S: 220 relay.example ESMTP
        C: WHAT
        S: 500 5.5.2 unknown command
        C: WHAT
        S: 500 5.5.2 unknown command
        C: WHAT
        S: 421 4.7.0 too many errors; closing
        -- closed
        """,
        step=step,
        limits=Limits(errors=2),
    )


def test_too_many_commands_without_a_message(step: int) -> None:
    check(
        """
        S: 220 relay.example ESMTP
        C: RSET
        S: 250 2.0.0 ok
        C: RSET
        S: 250 2.0.0 ok
        C: RSET
        S: 421 4.7.0 too many commands without a message; closing
        -- closed
        """,
        step=step,
        limits=Limits(commands=2),
    )


def test_a_line_too_long(step: int) -> None:
    said = perform(Session("r", Limits(line=100)), "C: NOOP " + "x" * 200, Answers(), step=step)
    assert said.splitlines()[-2:] == ["S: 500 5.5.2 line too long; nothing was sent", "-- closed"]


def test_deadlines_and_stopping_are_said() -> None:
    for end, code in ((Session.timed_out, b"421 4.4.2"), (Session.shut_down, b"421 4.3.2")):
        session = Session("r")
        end(session)
        end(session)
        assert session.take().startswith(code)
        assert session.last_words is not None
        session.receive(b"NOOP\r\n")
        assert session.next_event() is None
        assert session.take() == b""


def test_an_answer_to_a_session_that_timed_out_is_dropped() -> None:
    session = Session("r")
    session.receive(b"EHLO c\r\n")
    assert session.next_event() == Hello("c", extended=True)
    session.timed_out()
    session.take()
    session.answer(Extensions())
    assert session.take() == b""


def test_misuse_is_told() -> None:
    session = Session("r")
    with pytest.raises(RuntimeError, match="nothing was asked"):
        session.answer(REFUSED)
    session.receive(b"EHLO c\r\n")
    session.next_event()
    with pytest.raises(RuntimeError, match="answer"):
        session.next_event()
    session.answer(Extensions())
    session.receive(b"MAIL FROM:<>\r\n")
    session.next_event()
    with pytest.raises(RuntimeError, match="no answer"):
        session.answer(Extensions())


_words = st.sampled_from(
    [
        b"EHLO c",
        b"MAIL FROM:<a@corp.example>",
        b"RCPT TO:<b@partner.example>",
        b"RCPT TO:<gen@army.ml>",
        b"DATA",
        b"RSET",
        b"QUIT",
        b"STARTTLS",
        b".",
        b"..",
        b"\r\n",
        b"\r\n.\r\n",
        b"\r",
        b"\n",
        b"\x00",
        b"\xff",
        b"x" * 60,
    ]
)
_garbage = st.lists(st.one_of(_words, _words.map(lambda w: w + b"\r\n"), st.binary(max_size=5)))


@given(st.lists(_garbage.map(b"".join), max_size=8))
def test_garbage_never_breaks_the_session(parts: list[bytes]) -> None:
    session = Session("relay.example", Limits(line=50, size=100, errors=5))
    answers = Answers(Extensions(size=100, starttls=True), refuse={"gen@army.ml": REFUSED})
    session.greet()
    for part in parts:
        session.receive(part)
        before: Event | None = None
        while (event := session.next_event()) is not None:
            answer = answers(event)
            assert (answer is not None) == isinstance(event, Question)
            if answer is not None:
                session.answer(answer)
            if isinstance(event, StartTls) and not session.closed:
                session.secured()
            if isinstance(event, Data):
                assert isinstance(before, Begin | Data | None)
            before = event
        assert session.pending <= 51
        for line in session.take().split(b"\r\n")[:-1]:
            assert line[:3].isdigit()
            assert len(line) <= 510
        if session.closed:
            assert session.pending == 0


@given(_garbage.map(b"".join))
def test_content_never_holds_a_bare_cr_or_lf(content: bytes) -> None:
    answers = Answers()
    session = Session("relay.example")
    perform(session, ENVELOPE, answers)
    session.receive(content + b"\r\n.\r\n")
    while (event := session.next_event()) is not None:
        answer = answers(event)
        if answer is not None:
            session.answer(answer)
    for message in answers.messages:
        assert message.count(b"\r") == message.count(b"\n") == message.count(b"\r\n")
    assert len(answers.messages) <= 1 + content.count(b"\r\n.\r\n")

"""AUTH at the server, in written-out dialogues and in general (RFC 4954)."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.smtp.auth import LINE_OCTETS
from missent.smtp.events import (
    Auth,
    AuthAbandoned,
    AuthResponse,
    Event,
    Extensions,
    Limits,
    Mail,
)
from missent.smtp.replies import Challenge, Reply
from missent.smtp.session import Session
from missent.testing.smtp import Answers, perform, tidy

OFFERED = Extensions(auth=("PLAIN", "LOGIN", "XOAUTH2"))
WRONG = Reply(535, "5.7.8", ("wrong password",))
LATER = Reply(454, "4.7.0", ("not now",))
PLAIN = b64encode(b"\0ann@corp.example\0sesame").decode()
HELLO = """
    S: 220 relay.example ESMTP
    C: EHLO client.example
    S: 250-relay.example
    S: 250-PIPELINING
    S: 250-SIZE 36700160
    S: 250-8BITMIME
    S: 250-SMTPUTF8
    S: 250-AUTH PLAIN LOGIN XOAUTH2
    S: 250 ENHANCEDSTATUSCODES
"""
AFTER = HELLO.replace("S: 220 relay.example ESMTP", "").replace(
    "S: 250-AUTH PLAIN LOGIN XOAUTH2", ""
)


@pytest.fixture(params=[0, 1, 7], ids=["whole", "byte by byte", "by sevens"])
def step(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def check(
    script: str,
    *auth: Reply | Challenge,
    step: int = 0,
    offered: Extensions = OFFERED,
    limits: Limits | None = None,
) -> Answers:
    answers = Answers(offered, auth=auth)
    said = perform(Session("relay.example", limits), script, answers, step=step)
    assert said == tidy(script)
    return answers


def heard(answers: Answers) -> list[Event]:
    return [e for e in answers.events if isinstance(e, Auth | AuthResponse | AuthAbandoned)]


def test_with_the_response_in_the_command(step: int) -> None:
    answers = check(
        HELLO
        + f"""
        C: auth plain {PLAIN}
        S: 235 2.7.0 welcome
        """,
        step=step,
    )
    assert heard(answers) == [Auth("PLAIN", b"\0ann@corp.example\0sesame")]


def test_with_challenges(step: int) -> None:
    answers = check(
        HELLO
        + """
        C: AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        C: YW5u
        S: 334
        C:
        S: 235 2.7.0 welcome
        """,
        Challenge(b"Username:"),
        Challenge(),
        step=step,
    )
    assert heard(answers) == [Auth("LOGIN"), AuthResponse(b"ann"), AuthResponse(b"")]


def test_an_empty_response_in_the_command_is_written_as_an_equals_sign() -> None:
    answers = check(HELLO + "C: AUTH XOAUTH2 =\nS: 235 2.7.0 welcome\n")
    assert heard(answers) == [Auth("XOAUTH2", b"")]


def test_the_json_challenge_of_xoauth2_is_passed_on_and_answered(step: int) -> None:
    said = b'{"status":"401","schemes":"bearer","scope":"https://mail.example/"}'
    answers = check(
        HELLO
        + f"""
        C: AUTH XOAUTH2 {b64encode(b"user=ann").decode()}
        S: 334 {b64encode(said).decode()}
        C:
        S: 535 5.7.8 wrong password
        C: NOOP
        S: 250 2.0.0 ok
        """,
        Challenge(said),
        WRONG,
        step=step,
    )
    assert heard(answers) == [Auth("XOAUTH2", b"user=ann"), AuthResponse(b"")]


def test_a_long_challenge_is_not_folded() -> None:
    said = b"x" * 3000
    check(
        HELLO
        + f"""
        C: AUTH XOAUTH2 dXNlcj1hbm4=
        S: 334 {b64encode(said).decode()}
        C:
        S: 235 2.7.0 welcome
        """,
        Challenge(said),
    )


def test_a_star_cancels(step: int) -> None:
    answers = check(
        HELLO
        + """
        C: AUTH PLAIN
        S: 334
        C: *
        S: 501 5.7.0 cancelled, as you wished
        C: MAIL FROM:<a@corp.example>
        S: 250 2.1.0 sender ok
        """,
        Challenge(),
        step=step,
    )
    assert heard(answers) == [Auth("PLAIN"), AuthAbandoned()]


@pytest.mark.parametrize("nonsense", ["!", "YQ", "YQ=", "YQ==YQ==", "=", "Y Q==", "Y\tQ=", "\xe9"])
def test_what_is_no_base64_ends_the_exchange(nonsense: str) -> None:
    answers = check(
        HELLO
        + f"""
        C: AUTH PLAIN
        S: 334
        C: {nonsense}
        S: 501 5.5.2 this is no base64
        C: NOOP
        S: 250 2.0.0 ok
        """,
        Challenge(),
    )
    assert heard(answers) == [Auth("PLAIN"), AuthAbandoned()]


@pytest.mark.parametrize(
    ("argument", "reply"),
    [
        ("", "501 5.5.4 write AUTH and a mechanism, perhaps with a response in base64"),
        (
            " PLAIN YQ== YQ==",
            "501 5.5.4 write AUTH and a mechanism, perhaps with a response in base64",
        ),
        (" PLAIN  YQ==", "501 5.5.4 write AUTH and a mechanism, perhaps with a response in base64"),
        (" PLAIN hunter2", "501 5.5.2 this is no base64"),
        (" CRAM-MD5", "504 5.5.4 not offered here; offered are PLAIN LOGIN XOAUTH2"),
    ],
)
def test_ill_formed_commands_reach_nobody_and_are_not_repeated(argument: str, reply: str) -> None:
    answers = check(HELLO + f"C: AUTH{argument}\nS: {reply}\n")
    assert heard(answers) == []


def test_who_is_signed_in_stays_so_and_is_offered_no_more() -> None:
    answers = check(
        HELLO
        + f"""
        C: AUTH PLAIN {PLAIN}
        S: 235 2.7.0 welcome
        C: AUTH PLAIN {PLAIN}
        S: 503 5.5.1 you are signed in already
        C: RSET
        S: 250 2.0.0 ok
        """
        + AFTER
        + f"""
        C: AUTH PLAIN {PLAIN}
        S: 503 5.5.1 you are signed in already
        """
    )
    assert len(heard(answers)) == 1


def test_not_before_ehlo_nor_after_helo_nor_within_a_message() -> None:
    answers = check(
        """
        S: 220 relay.example ESMTP
        C: AUTH PLAIN YQ==
        S: 502 5.5.1 not offered here
        C: HELO c
        S: 250 relay.example
        C: AUTH PLAIN YQ==
        S: 502 5.5.1 not offered here
        """
        + HELLO.replace("S: 220 relay.example ESMTP", "")
        + """
        C: MAIL FROM:<a@corp.example>
        S: 250 2.1.0 sender ok
        C: AUTH PLAIN YQ==
        S: 503 5.5.1 not within a message; say RSET
        """
    )
    assert heard(answers) == []


def test_where_it_needs_tls_that_is_said() -> None:
    answers = check(
        HELLO.replace("AUTH PLAIN LOGIN XOAUTH2", "STARTTLS")
        + """
        C: AUTH PLAIN YQ==
        S: 538 5.7.11 say STARTTLS first: a password needs TLS
        """,
        offered=Extensions(starttls=True),
    )
    assert heard(answers) == []


def test_starttls_after_signing_in_is_refused() -> None:
    check(
        HELLO.replace("S: 250-AUTH", "S: 250-STARTTLS\n    S: 250-AUTH")
        + f"""
        C: AUTH PLAIN {PLAIN}
        S: 235 2.7.0 welcome
        C: STARTTLS
        S: 503 5.5.1 you are signed in already
        """,
        offered=Extensions(starttls=True, auth=OFFERED.auth),
    )


@pytest.mark.parametrize("early", ["NOOP", "MAIL FROM:<evil@corp.example>", PLAIN])
def test_what_is_said_before_the_answer_is_never_run(early: str) -> None:
    closed = "S: 503 5.5.1 wait for the reply to AUTH before you go on (RFC 2920); nothing was sent"
    answers = check(HELLO + f"C: AUTH PLAIN {PLAIN}\nC: {early}\n{closed}\n-- closed")
    assert heard(answers) == []
    answers = check(
        HELLO + f"C: AUTH PLAIN\nS: 334\nC: {PLAIN}\nC: {early}\nS: 235 2.7.0 welcome\n{closed}\n"
        "-- closed",
        Challenge(),
    )
    assert not any(isinstance(event, Mail) for event in answers.events)


def test_failures_are_counted() -> None:
    refused = f"C: AUTH PLAIN {PLAIN}\nS: 535 5.7.8 wrong password\n"
    answers = check(
        HELLO
        + f"C: AUTH PLAIN {PLAIN}\nS: 454 4.7.0 not now\n"
        + 3 * refused
        + "S: 421 4.7.0 too many failed sign-ins; closing\n-- closed",
        *(LATER, WRONG, WRONG, WRONG),
    )
    assert len(heard(answers)) == 4


def test_nobody_asks_for_ever() -> None:
    session = Session("relay.example", Limits(errors=5))
    answers = Answers(OFFERED, auth=[Challenge()] * 100)
    rounds = "C: AUTH PLAIN\nS: x\nC: *\nS: x\n" * 50
    said = perform(session, "C: EHLO c\nS: x\n" + rounds, answers)
    assert "S: 421 4.7.0 too many errors; closing\n-- closed" in said
    assert sum(isinstance(event, Auth) for event in answers.events) == 6


@pytest.mark.parametrize("inside", ["command", "response"])
def test_lines_of_the_exchange_may_be_longer_but_not_without_end(inside: str) -> None:
    lead = "AUTH PLAIN " if inside == "command" else ""
    room = (LINE_OCTETS - 2 - len(lead)) // 4 * 4
    fits = b64encode(b"x" * (room // 4 * 3)).decode()
    before = "" if inside == "command" else "C: AUTH PLAIN\nS: 334\n"
    challenges = () if inside == "command" else (Challenge(),)
    check(HELLO + before + f"C: {lead}{fits}\nS: 235 2.7.0 welcome\n", *challenges)
    enhanced = "5.5.2" if inside == "command" else "5.5.6"
    too_long = f"S: 500 {enhanced} line too long; nothing was sent\n-- closed"
    answers = check(HELLO + before + f"R: {lead}{fits}{'A' * 24}\n{too_long}", *challenges)
    assert len(heard(answers)) == (inside == "response")


def test_where_nobody_can_sign_in_no_line_may_be_longer() -> None:
    script = HELLO.replace("    S: 250-AUTH PLAIN LOGIN XOAUTH2\n", "")
    check(
        script
        + f"R: AUTH PLAIN {'A' * 2100}\nS: 500 5.5.2 line too long; nothing was sent\n-- closed",
        offered=Extensions(),
    )


def test_the_parameter_of_mail_is_taken_and_not_believed() -> None:
    answers = check(
        HELLO + "C: MAIL FROM:<a@corp.example> AUTH=<> SIZE=5\nS: 250 2.1.0 sender ok\n"
    )
    (mail,) = (event for event in answers.events if isinstance(event, Mail))
    assert mail == Mail(mail.address, 5)
    script = HELLO.replace("    S: 250-AUTH PLAIN LOGIN XOAUTH2\n", "")
    refused = "S: 555 5.5.4 AUTH is not understood here\n"
    check(script + f"C: MAIL FROM:<> AUTH=<>\n{refused}", offered=Extensions())


def test_a_secret_is_not_shown() -> None:
    for event in (Auth("PLAIN", b"sesame"), AuthResponse(b"sesame"), Challenge(b"sesame")):
        assert "sesame" not in repr(event)


def test_a_challenge_answers_nothing_else() -> None:
    session = Session("relay.example")
    session.receive(b"EHLO c\r\n")
    session.next_event()
    with pytest.raises(RuntimeError, match="a challenge is no answer"):
        session.answer(Challenge())


LINES = st.one_of(
    st.sampled_from(
        ["EHLO c", "AUTH PLAIN", "AUTH LOGIN", f"AUTH PLAIN {PLAIN}", "AUTH XOAUTH2 =", "*", ""]
    ),
    st.sampled_from(["MAIL FROM:<>", "RSET", "NOOP", "STARTTLS", "QUIT", PLAIN, "YQ==", "YQ="]),
    st.binary(max_size=40).map(lambda octets: b64encode(octets).decode()),
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=20),
)
REPLIES = st.lists(st.sampled_from([Challenge(), Challenge(b"?"), WRONG, LATER]), max_size=12)


@given(st.lists(LINES, max_size=25), REPLIES, st.integers(1, 50))
def test_whatever_is_said_every_step_is_answered_once(
    lines: list[str], auth: list[Reply | Challenge], size: int
) -> None:
    """Alternating client: nobody is asked out of turn, and nothing is signed in without 235."""
    session = Session("relay.example", Limits(refusals=100, errors=100))
    answers = Answers(OFFERED, auth=auth)
    session.greet()
    session.take()
    for line in lines:
        octets = line.encode() + b"\r\n"
        before, exchanging = len(answers.events), session._exchanging
        for start in range(0, len(octets), size):
            session.receive(octets[start : start + size])
            while (event := session.next_event()) is not None:
                reply = answers(event)
                if reply is not None:
                    session.answer(reply)
        events = answers.events[before:]
        if exchanging:
            assert len(events) == 1
            assert isinstance(events[0], AuthResponse | AuthAbandoned)
        else:
            assert not any(isinstance(e, AuthResponse | AuthAbandoned) for e in events)
        if session.closed:
            break
        assert session.take().endswith(b"\r\n")
    if session.signed_in:
        assert answers.auth == []

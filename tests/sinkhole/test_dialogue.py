from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import missent.sinkhole
from missent.sinkhole.terms import Terms
from missent.testing.sinkhole import Talk

HELLO = b"EHLO mx.corp.example\r\n"
MAIL = b"MAIL FROM:<jane@corp.example>\r\n"
RCPT = b"RCPT TO:<gen@army.ml>\r\n"
REFUSED = (
    "550 5.1.2 did you mean <gen@army.mil>? There is no <gen@army.ml>: .ml is Mali. "
    "Your message was not received; nobody has read it.\r\n"
)
SOURCES = sorted(Path(missent.sinkhole.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("step", [0, 1, 7])
def test_a_person_is_told_what_was_meant(step: int) -> None:
    talk = Talk()
    talk.say(HELLO, step)
    assert talk.say(MAIL + RCPT + RCPT, step) == "250 2.1.0 ok\r\n" + 2 * REFUSED
    assert talk.say(b"QUIT\r\n", step) == "221 2.0.0 bye\r\n"
    assert talk.dialogue.polite
    (told,) = talk.book.knocks
    assert told.refused == {"army.ml": 2}
    assert (told.helo, told.sender) == (b"mx.corp.example", b"corp.example")
    assert not talk.book.faults


@pytest.mark.parametrize(
    "path",
    [
        b"<gen@army.ml> NOTIFY=NEVER ORCPT=rfc822;gen@army.ml",
        b" <gen@army.ml>",
        b"<GEN@Army.ML>",
        b'<"a b"@army.ml>',
        b"<a+b/c=d@army.ml>",
    ],
)
def test_forms_of_an_address(path: bytes) -> None:
    talk = Talk()
    talk.say(HELLO + MAIL)
    said = talk.say(b"rcpt to:" + path + b"\r\n")
    local = path.split(b"<")[1].rpartition(b"@")[0].decode()
    local = "gen" if "ORCPT" in path.decode() else local
    assert said.startswith(f"550 5.1.2 did you mean <{local}@army.mil>? ")


def test_an_address_beyond_ascii_is_answered_in_kind() -> None:
    talk = Talk()
    talk.say(HELLO + b"MAIL FROM:<jane@corp.example> SMTPUTF8\r\n")
    assert "did you mean <jürgen@army.mil>?" in talk.say("RCPT TO:<jürgen@army.ml>\r\n".encode())
    talk.say(b"MAIL FROM:<jane@corp.example>\r\n")
    assert talk.say("RCPT TO:<jürgen@army.ml>\r\n".encode()).startswith("553 5.6.7 ")


def test_other_domains_are_refused_and_not_counted() -> None:
    talk = Talk()
    talk.say(HELLO + MAIL)
    assert talk.say(b"RCPT TO:<a@gmail.com>\r\n").startswith("550 5.7.1 ")
    talk.say(b"QUIT\r\n")
    assert not talk.book.knocks


def test_the_postmaster_is_elsewhere() -> None:
    talk = Talk(Terms("sink.example", "abuse@registry.example"))
    talk.say(HELLO + MAIL)
    assert "abuse@registry.example" in talk.say(b"RCPT TO:<postmaster>\r\n")


@pytest.mark.parametrize("before", [b"", HELLO, HELLO + MAIL, HELLO + MAIL + RCPT])
def test_content_is_taken_in_no_state(before: bytes) -> None:
    talk = Talk()
    talk.say(before)
    assert talk.say(b"DATA\r\n").startswith("554 5.5.1 ")
    assert talk.book.faults["DATA"] == 1
    said = talk.say(b"Subject: the hotel\r\n\r\nroom 12\r\n.\r\n")
    assert {line[:3] for line in said.splitlines()} <= {"500"}


@pytest.mark.parametrize(
    "verb", [b"BDAT 6 LAST", b"BURL imap://x LAST", b"GET / HTTP/1.1", b"XCLIENT"]
)
def test_what_would_bring_other_octets_ends_it(verb: bytes) -> None:
    talk = Talk()
    talk.say(HELLO + MAIL + RCPT)
    said = talk.say(verb + b"\r\nQUIT\r\n")
    assert said.startswith("502 5.5.1 ")
    assert said.count("\r\n") == 1
    assert talk.dialogue.closing
    assert not talk.dialogue.polite
    assert len(talk.book.knocks) == 1


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [
                    HELLO, MAIL, RCPT, b"DATA\r\n", b"RSET\r\n", b"HELO x\r\n", b"STARTTLS\r\n",
                    b"\r\n.\r\n", b"AUTH PLAIN\r\n", b"MAIL FROM:<>\r\n", b"VRFY x\r\n",
                ]
            ),
            st.binary(max_size=40),
        ),
        max_size=30,
    ),
    st.integers(0, 9),
)  # fmt: skip
def test_nothing_that_is_said_makes_it_ask_for_content(said: list[bytes], step: int) -> None:
    talk = Talk(Terms("sink.example", starttls=True))
    for one in said:
        heard = talk.say(one, step)
        assert all(line[:1] in "245" for line in heard.splitlines())
        assert not any(line.startswith("354") for line in heard.splitlines())
        if talk.dialogue.starting_tls:
            talk.dialogue.secured()
        if talk.dialogue.closing:
            break


def test_no_source_of_the_room_can_ask_for_content_or_read_it() -> None:
    assert len(SOURCES) > 10
    for source in SOURCES:
        tree = ast.parse(source.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, bytes):
                assert not node.value.startswith(b"3"), f"{source}: a reply that asks to go on"
            if isinstance(node, ast.ImportFrom):
                names = {alias.name for alias in node.names}
                assert node.module not in {"missent.smtp.session", "missent.smtp.wire", "email"}
                assert not names & {"DataDecoder", "Session", "Data", "Begin", "End"}, source


def test_no_source_of_the_conversation_writes_to_a_file_or_a_log() -> None:
    for name in (
        "dialogue", "envelope", "refusing", "connection", "outlet", "grammar", "phrases", "answers",
        "scratch", "tls",
    ):  # fmt: skip
        (source,) = [path for path in SOURCES if path.stem == name]
        tree = ast.parse(source.read_text("utf-8"))
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        called = {
            func.id if isinstance(func, ast.Name) else getattr(func, "attr", "") for func in calls
        }
        assert not called & {"open", "print", "get_logger", "info", "warning", "error", "debug"}
        assert "structlog" not in source.read_text("utf-8")


def test_faults_of_form_are_bounded() -> None:
    talk = Talk(Terms("sink.example", errors=3))
    said = talk.say(b"X\r\n" * 10)
    assert said.splitlines()[-1].startswith("421 4.7.0 too many errors")
    assert len(said.splitlines()) == 4
    assert talk.book.faults["too many errors"] == 1


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"NOOP\n", "bare CR or LF"),
        (b"NO\rOP\r\n", "bare CR or LF"),
        (b"MAIL FROM:<a@b>\r\r\n", "bare CR or LF"),
        (b"NOOP " + b"x" * 1100 + b"\r\n", "line too long"),
        (b"x" * 1100, "line too long"),
        (b"RCPT TO:<a@army.ml> " + b"x" * 1100 + b"\r\n", "line too long"),
    ],
)
def test_smuggled_and_endless_lines_end_it(line: bytes, fault: str) -> None:
    talk = Talk()
    talk.say(HELLO + MAIL)
    assert talk.say(line + HELLO).startswith("500 5.5.2 ")
    assert talk.dialogue.closing
    assert talk.book.faults[fault] == 1


def test_recipients_and_commands_are_bounded() -> None:
    talk = Talk(Terms("sink.example", recipients=5))
    talk.say(HELLO + MAIL)
    said = talk.say(RCPT * 8).splitlines()
    assert [line[:3] for line in said] == ["550"] * 5 + ["421"]
    assert talk.book.knocks[0].refused == {"army.ml": 5}
    talk = Talk(Terms("sink.example", commands=5))
    assert talk.say(b"NOOP\r\n" * 9).splitlines()[-1].startswith("421 4.7.0 too many commands")


def test_whoever_does_not_wait_is_noted_once() -> None:
    talk = Talk()
    talk.say(HELLO + MAIL + RCPT)
    talk.say(b"DATA\r\nNOOP\r\n")
    assert talk.book.faults["early talker"] == 1
    assert talk.dialogue.early


def test_what_comes_before_a_handshake_does_not_count() -> None:
    talk = Talk(Terms("sink.example", starttls=True))
    assert "250-STARTTLS" in talk.say(HELLO)
    assert talk.say(b"STARTTLS\r\n") == "220 2.0.0 go ahead\r\n"
    talk.dialogue.secured()
    assert talk.say(MAIL).startswith("503 ")
    assert "STARTTLS" not in talk.say(HELLO)
    injected = Talk(Terms("sink.example", starttls=True))
    injected.say(HELLO)
    assert injected.say(b"STARTTLS\r\n" + MAIL).startswith("503 5.5.1 ")
    assert injected.dialogue.closing


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"RCPT TO:gen@army.ml\r\n", "501"),
        (b"RCPT TO:<gen>\r\n", "501"),
        (b"RCPT TO:<" + b"x" * 65 + b"@army.ml>\r\n", "501"),
        (b"RCPT TO:<a@b@army.ml>\r\n", "501"),
        (b"MAIL FROM:jane\r\n", "501"),
        (b"MAIL FROM:<>\r\n", "250"),
        (b"VRFY gen\r\n", "252"),
        (b"HELP\r\n", "214"),
        (b"AUTH PLAIN AGEAYg==\r\n", "502"),
        (b"STARTTLS\r\n", "502"),
        (b"RSET\r\n", "250"),
    ],
)
def test_other_commands(line: bytes, code: str) -> None:
    talk = Talk()
    talk.say(HELLO + MAIL)
    assert talk.say(line)[:3] == code

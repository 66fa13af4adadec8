"""A burst is answered as its lines would be, one after the other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from missent.sinkhole.terms import Terms
from missent.testing.sinkhole import Talk

BEFORE = b"EHLO mx.corp.example\r\nMAIL FROM:<jane@corp.example>\r\n"
LINES = [
    b"RCPT TO:<gen@army.ml>\r\n",
    b"RCPT TO:<a.b+c@army.ml>\r\n",
    b"rcpt to: <x@army.ml>\r\n",
    b"RCPT TO:<x@Army.ml>\r\n",
    b"RCPT TO:<x@navy.ml>\r\n",
    b"RCPT TO:<x@army.ml.ml>\r\n",
    b"RCPT TO:<x@army.mli>\r\n",
    b"RCPT TO:<x@gmail.com>\r\n",
    b'RCPT TO:<"a b"@army.ml>\r\n',
    b"RCPT TO:<x@army.ml> NOTIFY=NEVER\r\n",
    b"RCPT TO:<" + b"l" * 64 + b"@army.ml>\r\n",
    b"RCPT TO:<" + b"l" * 65 + b"@army.ml>\r\n",
    b"RCPT TO:<x@" + b"l." * 110 + b"ml>\r\n",
    b"RCPT TO:<>\r\n",
    b"RCPT TO:<@army.ml>\r\n",
    b"NOOP\r\n",
    b"RSET\r\n",
    b"MAIL FROM:<joe@corp.example>\r\n",
    b"DATA\r\n",
]


def burst_of(line: bytes, count: int) -> bytes:
    return line * count


bursts = st.lists(st.builds(burst_of, st.sampled_from(LINES), st.integers(1, 9)), max_size=12)


@given(bursts, st.integers(0, 40))
def test_a_burst_is_answered_like_its_lines(said: list[bytes], recipients: int) -> None:
    terms = Terms("sink.example", recipients=recipients, errors=30)
    whole, apart = Talk(terms), Talk(terms)
    heard = whole.say(BEFORE + b"".join(said) + b"QUIT\r\n")
    lines = (BEFORE + b"".join(said) + b"QUIT\r\n").splitlines(keepends=True)
    assert heard == "".join(apart.say(line) for line in lines if not apart.dialogue.closing)
    assert whole.book.knocks == apart.book.knocks
    whole.book.faults.pop("early talker", None)  # the one thing that tells them apart
    assert whole.book.faults == apart.book.faults


def test_each_of_a_burst_reads_its_own_address() -> None:
    talk = Talk(Terms("sink.example"))
    talk.say(BEFORE)
    said = talk.say(b"".join(b"RCPT TO:<gen%d@army.ml>\r\n" % number for number in range(500)))
    for number, line in enumerate(said.splitlines()):
        assert f"did you mean <gen{number}@army.mil>? There is no <gen{number}@army.ml>" in line
    talk.say(b"QUIT\r\n")
    assert talk.book.knocks[0].refused == {"army.ml": 500}

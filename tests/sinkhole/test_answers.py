from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from missent.sinkhole.answers import Answers, refusal
from missent.sinkhole.mapping import Lookalike, Target
from missent.testing.sinkhole import LOOKALIKES

LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True)
NAME = st.lists(LABEL, min_size=1, max_size=3).map(".".join).filter(lambda name: len(name) < 240)


def _text(target: Target, local: bytes) -> bytes:
    answer = refusal(target)
    again = local + answer.after if answer.between else answer.after
    return answer.before + local + answer.between + again


@given(NAME, st.text("abcxyz.", min_size=1, max_size=64), st.text("a", max_size=60))
def test_the_meant_address_comes_first_and_the_line_is_short(
    name: str, local: str, note: str
) -> None:
    pair = Lookalike("*.ml", "*.mil", note)
    text = _text(Target(f"{name}.ml", f"{name}.mil", pair), local.encode())
    assert len(text) <= 512
    assert text.endswith(b"\r\n")
    assert text.count(b"\r\n") == 1
    meant = f"<{local}@{name}.mil>".encode()
    assert text.startswith(b"550 5.1.2 did you mean " + meant)
    if len(meant) <= 77:
        assert text.index(meant) + len(meant) <= 100


def test_what_the_sender_reads() -> None:
    answer = Answers(LOOKALIKES)(b"Army.ML")
    assert answer.target is not None
    assert _text(answer.target, b"gen") == (
        b"550 5.1.2 did you mean <gen@army.mil>? There is no <gen@army.ml>: .ml is Mali. "
        b"Your message was not received; nobody has read it.\r\n"
    )


def test_a_domain_that_is_none_of_ours_is_no_open_relay() -> None:
    for name in (b"gmail.com", b"[192.0.2.1]", b"..", b"\xff\xfe", b"xn--a.com"):
        answer = Answers(LOOKALIKES)(name)
        assert answer.target is None
        assert answer.before.startswith(b"550 5.7.1 ")


def test_names_without_end_do_not_fill_the_memory() -> None:
    answers = Answers(LOOKALIKES)
    for number in range(45_000):
        answers(b"a%d.ml" % number)
    assert len(answers._known) <= 20_000

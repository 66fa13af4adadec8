from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.address import Address
from missent.core.errors import AddressError
from missent.core.finding import Finding
from missent.core.message import Recipient
from missent.core.verdict import Action, RecipientVerdict
from missent.gates.reply import refusal

GEN = Address.parse("gen@army.mil")


def verdict(recipient: str, *findings: Finding) -> RecipientVerdict:
    return RecipientVerdict(Recipient(Address.parse(recipient)), Action.BLOCK, findings)


def finding(code: str, *meant: Address, probability: float = 0.99, summary: str = "") -> Finding:
    return Finding(code, probability, summary or "It is so.", meant)


def test_it_says_what_was_meant_and_why() -> None:
    why = "`army.ml` is `army.mil` with the `i` left out; nobody here has written to `army.ml`."
    reply = refusal(verdict("gen@army.ml", finding("T101", GEN, summary=why)))
    assert str(reply) == (
        f"550 5.7.1 <gen@army.ml>: not sent; did you mean <gen@army.mil>? {why} [T101]"
    )


@pytest.mark.parametrize(
    ("codes", "status"),
    [
        (["T101"], "550 5.7.1"),
        (["T103"], "550 5.7.1"),
        (["X901"], "550 5.7.1"),
        (["T102"], "550 5.1.2"),
        (["R302"], "550 5.1.2"),
        (["R301"], "556 5.1.10"),
        (["T101", "R301"], "556 5.1.10"),
        (["R302", "T101"], "550 5.1.2"),
        (["R301", "X901"], "550 5.7.1"),
        ([], "550 5.7.1"),
    ],
)
def test_the_codes(codes: list[str], status: str) -> None:
    findings = [finding(code) for code in codes]
    assert str(refusal(verdict("a@partner.example", *findings))).startswith(f"{status} ")


def test_a_finding_that_is_not_sure_does_not_choose_the_code() -> None:
    doubtful = finding("R302", probability=0.3)
    reply = refusal(verdict("gen@army.ml", finding("T101", GEN), doubtful))
    assert str(reply).startswith("550 5.7.1 ")


def test_the_finding_that_knows_better_is_told() -> None:
    null_mx = finding("R301", probability=1.0, summary="It takes no mail.")
    lookalike = finding("T101", GEN, summary="The `i` is missing.")
    assert str(refusal(verdict("gen@army.ml", null_mx, lookalike))) == (
        "556 5.1.10 <gen@army.ml>: not sent; did you mean <gen@army.mil>? "
        "The `i` is missing. [T101]"
    )


def test_without_a_better_address_the_reason_stands_alone() -> None:
    reply = refusal(verdict("a@partner.example", finding("R302", summary="No mail route.")))
    assert str(reply) == "550 5.1.2 <a@partner.example>: not sent; No mail route. [R302]"


def test_two_candidates_are_both_named() -> None:
    other = Address.parse("gen@navy.mil")
    reply = refusal(verdict("gen@avy.ml", finding("T101", GEN, other)))
    assert "did you mean <gen@army.mil> or <gen@navy.mil>?" in str(reply)


def test_a_long_recipient_makes_room_for_what_was_meant() -> None:
    local = "somebody.with.a.rather.long.name.and.title"
    meant = Address.parse(f"{local}@army.mil")
    text = str(refusal(verdict(f"{local}@army.ml", finding("T101", meant))))
    assert text.index(f"<{meant}>") + len(f"<{meant}>") <= 100
    short = Address.parse("g@army.mil")
    domain = "a-very-long-label-indeed." * 4 + "army.ml"
    text = str(refusal(verdict(f"g@{domain}", finding("T101", short))))
    assert text.index("<g@army.mil>") <= 88
    assert "army.ml>: not sent" in text


def test_a_labels_unless_the_client_reads_utf8() -> None:
    meant = Address.parse("gen@b\u00fccher.example")
    answer = verdict("gen@bucher.example", finding("T103", meant, summary="\u00fc is not u."))
    plain = refusal(answer)
    assert "<gen@xn--bcher-kva.example>" in str(plain)
    assert str(plain).isascii()
    utf8 = refusal(answer, smtputf8=True)
    assert "<gen@b\u00fccher.example>? \u00fc is not u." in str(utf8)


def test_what_is_too_long_is_cut_from_the_summary_only() -> None:
    long = "because of this and that " * 40
    reply = refusal(verdict("gen@army.ml", finding("T101", GEN, summary=long)))
    encoded = reply.encode()
    assert len(encoded.splitlines()) == 1
    assert encoded.endswith(b"... [T101]\r\n")
    assert 400 < len(encoded) <= 512


_addresses = st.builds(
    lambda local, domain: f"{local}@{domain}",
    st.text(min_size=1, max_size=30),
    st.sampled_from(["army.ml", "b\u00fccher.example", "[192.0.2.1]", ".".join(["label"] * 40)]),
)


@given(
    _addresses,
    st.lists(_addresses, max_size=4),
    st.text(max_size=700),
    st.booleans(),
    st.sampled_from(["T101", "T102", "R301", "X901"]),
)
def test_it_is_always_one_line_that_fits(
    recipient: str,
    meant: list[str],
    summary: str,
    smtputf8: bool,  # noqa: FBT001  drawn by Hypothesis
    code: str,
) -> None:
    try:
        answer = verdict(
            recipient, Finding(code, 0.9, summary, tuple(Address.parse(m) for m in meant))
        )
    except AddressError:
        return
    reply = refusal(answer, smtputf8=smtputf8)
    encoded = reply.encode(utf8=smtputf8)
    assert encoded.count(b"\n") == encoded.count(b"\r") == 1
    assert len(encoded) <= 512
    assert encoded.endswith(f"[{code}]\r\n".encode())
    assert b"not sent" in encoded
    if not smtputf8:
        encoded.decode("ascii")
        assert str(reply).isascii()

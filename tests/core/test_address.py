# ruff: noqa: RUF001  characters that look alike are what is tested
from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.address import Address, Domain
from missent.core.errors import AddressError


@pytest.mark.parametrize(
    ("text", "local", "domain"),
    [
        ("gen@army.mil", "gen", "army.mil"),
        ("Gen.O'Neill+x@Army.MIL", "Gen.O'Neill+x", "army.mil"),
        ("  gen@army.mil\t", "gen", "army.mil"),
        ("gen@army.mil.", "gen", "army.mil"),
        ("root@localhost", "root", "localhost"),
        ("!#$%&'*+-/=?^_`{|}~@x.example", "!#$%&'*+-/=?^_`{|}~", "x.example"),
        ('"a b"@x.example', "a b", "x.example"),
        ('"a@b"@x.example', "a@b", "x.example"),
        (r'"a\"b\\"@x.example', 'a"b\\', "x.example"),
        ('""@x.example', "", "x.example"),
        ('"plain"@x.example', "plain", "x.example"),
        ("a@b_c.example", "a", "b_c.example"),
        ("a@[192.0.2.1]", "a", "[192.0.2.1]"),
        ("a@[IPv6:2001:DB8:0:0::1]", "a", "[IPv6:2001:db8::1]"),
        ("a@[ipv6:::FFFF:192.0.2.1]", "a", "[IPv6:::ffff:192.0.2.1]"),
        ("a@[X-Tag:b@c]", "a", "[x-tag:b@c]"),
        ("ж@пример.рф", "ж", "xn--e1afmkfd.xn--p1ai"),
        ("a@MÜNCHEN.de", "a", "xn--mnchen-3ya.de"),
        ("a@straße.de", "a", "xn--strae-oqa.de"),
        ("a@ｆｕｌｌ。ｅｘａｍｐｌｅ", "a", "full.example"),
        ("a@ar\u00admy.mil", "a", "army.mil"),
        ("a@xn--e28h.example", "a", "xn--e28h.example"),  # an emoji: not IDNA 2008, but it exists
        ("e\u0301@x.example", "\u00e9", "x.example"),
    ],
)
def test_reads_every_spelling(text: str, local: str, domain: str) -> None:
    address = Address.parse(text)
    assert (address.local, address.domain.name) == (local, domain)


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("", 0, "it is empty"),
        ("  ", 0, "it is empty"),
        ("gen", 3, "there is no '@'"),
        ("@army.mil", 0, "the local part is missing"),
        ("gen@", 4, "the domain is missing"),
        (" gen@", 5, "the domain is missing"),
        ("gen@.mil", 4, "the domain starts with a dot"),
        ("gen@.", 4, "the domain starts with a dot"),
        ("gen@army..mil", 9, "two dots in a row in the domain"),
        ("gen@army.mil..", 13, "two dots in a row in the domain"),
        ("gen@ar my.mil", 6, "' ' cannot stand in a domain"),
        ("gen@army.mil>", 12, "'>' cannot stand in a domain"),
        ("gen@-army.mil", 4, "a label neither starts nor ends with '-'"),
        ("gen@army-.mil", 8, "a label neither starts nor ends with '-'"),
        ("gen@x.army-", 10, "a label neither starts nor ends with '-'"),
        ("g en@army.mil", 1, "' ' needs quotes in a local part"),
        ("  g en@army.mil", 3, "' ' needs quotes in a local part"),
        ("a@b@army.mil", 1, "'@' needs quotes in a local part"),
        (".gen@army.mil", 0, "the local part starts with a dot"),
        ("gen.@army.mil", 3, "the local part ends with a dot"),
        ("g..n@army.mil", 2, "two dots in a row in the local part"),
        ("g\x85n@army.mil", 1, "a control character in the local part"),
        ("g\u2028n@army.mil", 1, "a control character in the local part"),
        ("g\ud800@army.mil", 1, "a control character in the local part"),
        ('"g\nn"@army.mil', 2, "a control character in the local part"),
        ('"g\\\nn"@army.mil', 3, "a control character in the local part"),
        ('"gen@army.mil', 13, "the quote is not closed"),
        ('"gen\\', 5, "the quote is not closed"),
        ('"g"en@army.mil', 3, "an '@' must follow the quoted local part"),
        ("x" * 65 + "@army.mil", 64, "the local part is longer than 64 octets"),
        ("é" * 33 + "@army.mil", 33, "the local part is longer than 64 octets"),
        ("gen@" + "x" * 64 + ".mil", 67, "a label is longer than 63 octets"),
        ("gen@" + "x." * 127 + "mil", 257, "the domain is longer than 253 octets"),
        ("gen@" + "x" * 9999, 1024, "it is longer than any address can be"),
        ("gen@[192.0.2.1", 14, "an address literal ends with ']'"),
        ("gen@[192.0.2.256]", 5, "no IP address in the literal"),
        ("gen@[]", 5, "no IP address in the literal"),
        ("gen@[IPv6:fe80::1%eth0]", 5, "no address literal of RFC 5321 4.1.3"),
        ("gen@[tag:]", 5, "no address literal of RFC 5321 4.1.3"),
        ("gen@[tag-:x]", 5, "no address literal of RFC 5321 4.1.3"),
        ("gen@[tag:a b]", 10, "' ' in a literal"),
        ("gen@a.\u00ad.mil", 6, "a label of characters that are ignored"),
        ("gen@a\u2100.mil", 4, "'/' cannot stand in a domain"),
    ],
)
def test_refuses_with_the_place_and_the_reason(text: str, position: int, reason: str) -> None:
    with pytest.raises(AddressError) as caught:
        Address.parse(text)
    assert (caught.value.text, caught.value.position, caught.value.reason) == (
        text,
        position,
        reason,
    )


@pytest.mark.parametrize("label", ["😀", "a\u200db", "١a", "\u05d0a", "a\ud800", "\u0301a"])
def test_refuses_what_is_no_u_label_at_its_start(label: str) -> None:
    with pytest.raises(AddressError, match=r"no valid U-label") as caught:
        Address.parse(f"gen@x.{label}.mil")
    assert caught.value.position == 6


def test_old_mail_may_have_dots_anywhere_in_the_local_part() -> None:
    for text in (".gen@army.mil", "gen.@army.mil", "g..n@army.mil"):
        address = Address.parse(text, lenient=True)
        assert str(address) == '"{}"@{}'.format(*text.split("@"))
        assert Address.parse(str(address)) == address


def test_spellings_of_one_mailbox_share_a_key() -> None:
    keys = {
        Address.parse(text).key
        for text in ("Jürgen@München.DE", '"Jürgen"@xn--mnchen-3ya.de.', "JU\u0308RGEN@münchen.de")
    }
    assert keys == {"jürgen@xn--mnchen-3ya.de"}


def test_an_error_shows_a_long_text_cut_and_can_be_pickled() -> None:
    with pytest.raises(AddressError) as caught:
        Address.parse("x" * 500)
    assert len(str(caught.value)) < 200
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301  our own


def test_shows_u_labels_and_keeps_a_labels_that_are_none() -> None:
    assert Domain.parse("xn--mnchen-3ya.de").unicode == "münchen.de"
    assert Domain.parse("xn--e28h.de").unicode == "xn--e28h.de"
    assert Domain.parse("a_b.xn--p1ai").unicode == "a_b.рф"


def test_parts_by_the_public_suffix_list() -> None:
    domain = Domain.parse("mail.us.af.mil")
    assert (domain.suffix, domain.registrable) == ("mil", "af.mil")
    assert Domain.parse("x.co.uk").registrable == "x.co.uk"
    literal = Domain.parse("[192.0.2.1]")
    assert (literal.suffix, literal.registrable, literal.parts.known) == ("[192.0.2.1]", "", False)


def test_moves_to_another_domain() -> None:
    moved = Address.parse('"A b"@army.ml').at("army.mil")
    assert moved == Address.parse('"A b"@army.mil')


domains = st.from_regex(
    r"[a-z0-9]([a-z0-9-]{0,9}[a-z0-9])?(\.[a-z]([a-z-]{0,4}[a-z])?){0,3}", fullmatch=True
)
ascii_locals = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=30)
any_locals = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=15)


@given(ascii_locals | any_locals, domains)
def test_what_is_written_is_read_back_the_same(local: str, domain: str) -> None:
    quoted = local.replace("\\", "\\\\").replace('"', '\\"')
    address = Address.parse(f'"{quoted}"@{domain}')
    assert Address.parse(str(address)) == address
    assert Address.of(address.local, address.domain.name) == address


@given(st.text(max_size=80) | st.text(alphabet='a@."\\[]:- \u00e9\u0430\u200d\uff0e', max_size=30))
def test_anything_is_an_address_or_an_address_error(text: str) -> None:
    refused = None
    try:
        address = Address.parse(text)
    except AddressError as error:
        refused = error
    if refused is not None:
        assert refused.text == text
        assert 0 <= refused.position <= len(text)
        assert refused.reason
    else:
        assert Address.parse(str(address)) == address
        assert Domain.parse(address.domain.unicode) == address.domain


labels = st.text(
    st.characters(categories=["Ll", "Lo"], max_codepoint=0x2000), min_size=1, max_size=8
)


@given(labels)
def test_u_label_and_a_label_are_one_domain(label: str) -> None:
    try:
        domain = Domain.parse(f"{label}.example")
    except AddressError:
        return  # no U-label
    assert Domain.parse(domain.name) == domain
    assert Domain.parse(domain.name.upper()) == domain
    assert Domain.parse(domain.unicode) == domain


@given(ascii_locals.filter(str.isalnum), domains)
def test_case_makes_no_other_mailbox(local: str, domain: str) -> None:
    address = Address.parse(f"{local}@{domain}")
    assert Address.parse(f"{local}@{domain}".swapcase()).key == address.key

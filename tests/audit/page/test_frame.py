from __future__ import annotations

from tests.audit.page.outline import outline

from missent.audit.page.frame import counted, marked, page, quoted, sure


def test_it_is_well_formed_and_fetches_nothing() -> None:
    text = page("<b>&", 'logs of "x"', "<p>body</p>")
    found = outline(text)
    assert not found.attributes.keys() & {"src", "href", "action", "onload", "style"}
    assert not any(mark in text for mark in ("url(", "http:", "https:", "<script", "<b>&"))
    assert "default-src 'none'" in text


def test_the_difference_is_marked_on_both_sides() -> None:
    assert marked("a@partmer.example", "a@partner.example") == (
        "a@part<mark>m</mark>er.example",
        "a@part<mark>n</mark>er.example",
    )
    assert marked("a&b", "a&bc") == ("a&amp;b", "a&amp;b<mark>c</mark>")


def test_what_stands_in_backticks_is_code_unless_a_name_has_one() -> None:
    assert quoted("`a<b` is `c`.") == "<code>a&lt;b</code> is <code>c</code>."
    assert quoted("`a` is `b`c`.") == "`a` is `b`c`."


def test_things_are_counted_in_words_and_nothing_is_certain() -> None:
    assert [counted(n, "address") for n in (0, 1, 2000)] == [
        "0 addresses",
        "1 address",
        "2,000 addresses",
    ]
    assert (counted(2, "sender"), counted(2, "delivery")) == ("2 senders", "2 deliveries")
    assert sure(1.0) == "99%"

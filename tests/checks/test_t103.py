# ruff: noqa: RUF001  characters that look alike are what is tested
from __future__ import annotations

import pytest

from missent.checks.t103 import Confusable
from missent.core.address import Address
from missent.core.facts import Facts
from missent.testing.checks import heard, look, suggested, wrote

CHECK = Confusable()


@pytest.mark.parametrize(
    ("typed", "meant", "probability"),
    [
        ("аpple.com", "apple.com", 0.99),  # one Cyrillic letter
        ("аррӏе.com", "apple.com", 0.99),  # all Cyrillic, which no script check sees
        ("аrmy.mil", "army.mil", 0.99),
        ("us.аf.mil", "us.af.mil", 0.99),
        ("paypa1.com", "paypal.com", 0.93),
        ("rnicrosoft.com", "microsoft.com", 0.93),
        ("g00gle.com", "google.com", 0.93),
        ("hotrnail.com", "hotmail.com", 0.93),
        ("arrny.mil", "army.mil", 0.93),
        ("gmaíl.com", "gmail.com", 0.93),
        ("gmaii.com", "gmail.com", 0.4),  # alike in some typefaces only
        ("harvarcl.edu", "harvard.edu", 0.4),  # merely listed
    ],
)
def test_a_likeness_to_a_known_domain(typed: str, meant: str, probability: float) -> None:
    (finding,) = look(CHECK, f"jo@{typed}")
    assert [str(a) for a in finding.did_you_mean] == [f"jo@{meant}"]
    assert finding.probability == probability
    assert f"`{meant}`" in finding.summary


def test_the_evidence_in_words() -> None:
    (finding,) = look(CHECK, "jo@аrmy.mil")
    assert finding.summary == (
        "`аrmy.mil` only looks like `army.mil`: its `а` is U+0430 CYRILLIC SMALL LETTER A; "
        "`army.mil` is the US Army."
    )
    assert finding.protected
    (finding,) = look(CHECK, "jo@hotrnail.com")
    assert finding.summary == (
        "`hotrnail.com` only looks like `hotmail.com`: it has `rn` for `m`; "
        "`hotmail.com` is a popular mail provider."
    )
    assert not finding.protected


def test_the_u_label_and_the_a_label_are_answered_alike() -> None:
    name = Address.parse("jo@аpple.com").domain.name
    assert name.startswith("xn--")
    assert look(CHECK, "jo@аpple.com") == look(CHECK, f"jo@{name}")


def test_a_likeness_to_what_was_written_to_and_to_your_own() -> None:
    assert look(CHECK, "jo@smithcorner.example") == []
    assert suggested(CHECK, "jo@srnithcorner.example", heard("jo@smithcorner.example")) == [
        "jo@smithcorner.example"
    ]
    own = Facts(own_domains=frozenset({"xn--e1afmkfd.example"}))
    assert look(CHECK, "jo@пример.example", own) == []
    assert suggested(CHECK, "jo@примep.example", own) == ["jo@xn--e1afmkfd.example"]


@pytest.mark.parametrize(
    ("domain", "probability"),
    [("abcде.com", 0.92), ("ελabc.gr", 0.92), ("カタ한국.jp", 0.6), ("xn--abc-pddf.com", 0.92)],
)
def test_scripts_that_nobody_writes_together(domain: str, probability: float) -> None:
    (finding,) = look(CHECK, f"jo@{domain}")
    assert finding.probability == probability
    assert "mixes the scripts" in finding.summary
    assert finding.did_you_mean == ()


@pytest.mark.parametrize(
    "recipient",
    [
        "jo@apple.com",
        "jo@microsoft.com",
        "jo@münchen.de",
        "jo@пример.рф",
        "jo@日本ごカタabc.jp",
        "jo@xn--e28h.com",  # an emoji
        "jo@101.com",
        "jo@l0l.com",  # too short to tell
        "jo@bumblebee.example",
        "jo@[192.0.2.1]",
        "иван@пример.рф",
        "用户@例子.中国",
        "کتاب\u200cخانه@x.ir",
        "иван.smith@x.example",  # two words, two scripts
        "jo@orange.ml",
        "jo@technion.ac.il",
    ],
)
def test_silent_for_what_is_what_it_looks_like(recipient: str) -> None:
    assert look(CHECK, recipient) == []


@pytest.mark.parametrize(
    ("local", "meant"),
    [
        ("jo\u200bhn", "john"),
        ("jo\u00adhn", "john"),
        ("\u202ejohn", "john"),
        ("jo\u200dhn", "john"),
    ],
)
def test_hidden_characters_in_a_local_part(local: str, meant: str) -> None:
    (finding,) = look(CHECK, f"{local}@gmail.com")
    assert [str(a) for a in finding.did_you_mean] == [f"{meant}@gmail.com"]
    assert finding.probability == 0.95


def test_a_local_part_of_hidden_characters_means_nobody() -> None:
    (finding,) = look(CHECK, "\u200b@gmail.com")
    assert finding.did_you_mean == ()


def test_mixed_scripts_in_a_local_part() -> None:
    (finding,) = look(CHECK, "johnсmith@gmail.com")
    assert "mixes the scripts Cyrillic and Latin" in finding.summary


@pytest.mark.parametrize(
    ("typed", "known"),
    [("jоhn", "john"), ("josé", "jose")],
)
def test_a_local_part_like_one_that_is_known_there(typed: str, known: str) -> None:
    facts = wrote(f"{known}@gmail.com")
    (finding,) = look(CHECK, f"{typed}@gmail.com", facts)
    assert [str(a) for a in finding.did_you_mean] == [f"{known}@gmail.com"]
    assert look(CHECK, f"{typed}@gmail.com", heard(f"{typed}@gmail.com")) == []


def test_i_and_l_are_different_people() -> None:
    assert look(CHECK, "all@gmail.com", wrote("ali@gmail.com")) == []


def test_whatever_wrote_here_is_itself_known() -> None:
    for recipient in ("jo@paypa1.com", "jo\u200bhn@gmail.com", "jo@аpple.com"):
        assert look(CHECK, recipient)
        assert look(CHECK, recipient, heard(recipient)) == []

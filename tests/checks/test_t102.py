from __future__ import annotations

import pytest

from missent.checks.t102 import MistypedSuffix
from missent.core.facts import DomainFacts, Facts, Unknown
from missent.memory.ledger import Ledger
from missent.testing.checks import look, suggested, wrote

CHECK = MistypedSuffix()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hotmail.con", "hotmail.com"),
        ("hotmail.cmo", "hotmail.com"),
        ("gmail.vom", "gmail.com"),
        ("gmail.comm", "gmail.com"),
        ("gmail.c", "gmail.com"),
        ("gmail.com.con", "gmail.com"),
        ("gmailcom", "gmail.com"),
        ("gmail", "gmail.com"),
        ("gmial.con", "gmail.com"),
        ("hotmail.zzz", "hotmail.com"),
        ("comcast.nte", "comcast.net"),
        ("yahoo.couk", "yahoo.co.uk"),
        ("yahoo.co.ku", "yahoo.co.uk"),
        ("bbc.co.uj", "bbc.co.uk"),
        ("web.dee", "web.de"),
        ("navy.mli", "navy.mil"),
        ("us.af.mli", "us.af.mil"),
        ("x.army.mill", "x.army.mil"),
        ("state.gv", "state.gov"),
        ("harvard.eud", "harvard.edu"),
        ("mindef.nll", "mindef.nl"),
        ("nowhere.mli", "nowhere.mil"),  # of no list, but in the zone
    ],
)
def test_the_known_name_is_suggested_first(typed: str, meant: str) -> None:
    (finding,) = look(CHECK, f"Jo@{typed}")
    assert str(finding.did_you_mean[0]) == f"Jo@{meant}"
    assert finding.probability >= 0.95
    assert f"`{meant}`" in finding.summary
    assert finding.evidence["meant"] == meant


def test_the_evidence_in_words() -> None:
    (finding,) = look(CHECK, "joe@navy.mli")
    assert finding.summary == (
        "No domain ends like `navy.mli`, which is `navy.mil` with `il` typed as `li`; "
        "`navy.mil` is the US Navy."
    )
    assert finding.protected
    assert not look(CHECK, "joe@hotmail.con")[0].protected


def test_no_unknown_name_is_suggested_but_the_suffix_is_said() -> None:
    (finding,) = look(CHECK, "joe@smithsons.con")
    assert finding.did_you_mean == ()
    assert finding.probability == 0.95
    assert finding.summary == (
        "There is no suffix `.con`, so `smithsons.con` does not exist. Perhaps `.com` was meant."
    )


def test_a_suffix_like_no_other_is_still_impossible() -> None:
    (finding,) = look(CHECK, "joe@smithsons.zzzzz")
    assert finding.summary == "There is no suffix `.zzzzz`, so `smithsons.zzzzz` does not exist."


def test_an_address_without_brackets_is_told_so() -> None:
    (finding,) = look(CHECK, "joe@192.0.2.1")
    assert "brackets" in finding.summary


@pytest.mark.parametrize(
    "recipient",
    [
        "joe@army.ml",  # T101's: the suffix exists
        "joe@hotmail.co",
        "joe@gmail.com",
        "joe@x.co.uk",
        "joe@una.an",  # a suffix of the past, and a listed university
        "joe@[192.0.2.1]",
        "joe@xn--e1afmkfd.xn--p1ai",
    ],
)
def test_silent_for_what_exists(recipient: str) -> None:
    assert look(CHECK, recipient) == []


@pytest.mark.parametrize(
    "recipient", ["root@localhost", "joe@fileserver", "joe@mail.corp", "a@x.lan", "a@x.test"]
)
def test_names_for_use_inside_are_hardly_questioned(recipient: str) -> None:
    (finding,) = look(CHECK, recipient)
    assert finding.probability < 0.5
    assert finding.did_you_mean == ()


def test_silent_for_your_own_names_inside() -> None:
    own = Facts(own_domains=frozenset({"corp", "fileserver"}))
    assert look(CHECK, "joe@mail.corp", own) == []
    assert look(CHECK, "joe@fileserver", own) == []


def test_silent_for_what_wrote_here_but_not_for_what_was_written_to_once() -> None:
    assert look(CHECK, "bob@smithsons.con", wrote("joe@smithsons.con"))
    history = Ledger()
    history.receive("joe@smithsons.con", None)
    assert look(CHECK, "bob@smithsons.con", Facts(at=1, history=history)) == []


def test_history_gives_names_to_suggest() -> None:
    facts = wrote("joe@smithsons.com")
    assert suggested(CHECK, "joe@smithsons.con", facts) == ["joe@smithsons.com"]
    assert suggested(CHECK, "bob@smithsonscom", facts) == ["bob@smithsons.com"]
    assert suggested(CHECK, "joe@smithsons", facts) == ["joe@smithsons.com"]


def test_the_mailbox_that_is_known_decides_between_two() -> None:
    facts = wrote("joe@acme-widgets.com", "ann@acme-widgets.con.com", "bob@acme-widgets.org")
    assert suggested(CHECK, "joe@acme-widgets.con", facts)[0] == "joe@acme-widgets.com"


def test_two_that_are_equally_near_are_both_said() -> None:
    facts = wrote("bob@widgets-z.com", "bob@widgets-c.com", "bob@widgets-qq.com")
    assert suggested(CHECK, "joe@widgets-x.con", facts) == [
        "joe@widgets-c.com",
        "joe@widgets-z.com",
    ]


@pytest.mark.parametrize("recipient", ["joe@navy.mli", "joe@nowhere.mli", "joe@army.mlil"])
def test_never_the_less_trusted_of_two(recipient: str) -> None:
    assert all(not meant.endswith(".ml") for meant in suggested(CHECK, recipient))


def test_the_dns_overrules_the_list() -> None:
    exists = Facts(domains={"x.newtld": DomainFacts(exists=True)})
    assert look(CHECK, "a@x.newtld", exists) == []
    for answer in (DomainFacts(exists=False), Unknown("deadline")):
        assert len(look(CHECK, "a@x.newtld", Facts(domains={"x.newtld": answer}))) == 1


def test_a_slip_that_came_back_makes_no_acquaintance() -> None:
    history = Ledger()
    history.send("ann@corp.example", "joe@hotmail.con", at=0)
    history.bounce("ann@corp.example", "joe@hotmail.con")
    facts = Facts(at=1, history=history)
    assert suggested(CHECK, "joe@hotmail.con", facts) == ["joe@hotmail.com"]
    history.receive("joe@hotmail.con", None)
    assert look(CHECK, "joe@hotmail.con", facts) == []

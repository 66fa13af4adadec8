from __future__ import annotations

from math import log1p
from typing import TYPE_CHECKING

from missent.core import slips
from missent.core.evidence import of_local
from missent.testing.checks import Story, as_case

if TYPE_CHECKING:
    from missent.core.facts import Facts

BOB = "bob@corp.example"


def told(typed: str, meant: str, facts: Facts) -> dict[str, float]:
    case = as_case(typed, facts)
    slip = slips.local(case.address.key.rpartition("@")[0], meant)
    assert slip is not None
    row = of_local.Evidence(case, 1).numbers(meant, slip)
    return dict(zip(of_local.NAMES, row, strict=True))


def test_by_use_and_by_the_slip() -> None:
    facts = (
        Story()
        .wrote("kenneth.lay@enron.com", times=4)
        .wrote("jeff.skilling@enron.com", sender=BOB)
        .wrote("keneth.lay@enron.com", sender=BOB)
        .bounced("keneth.lay@enron.com", sender=BOB)
        .facts()
    )
    row = told("keneth.lay@enron.com", "kenneth.lay", facts)
    assert row["undoubling"] == row["last_part_same"] == row["parts_equal"] == 1
    assert row["first_part_same"] == row["digits_differ"] == row["cut"] == 0
    assert row["meant_sent"] == row["meant_sender_sent"] == log1p(4)
    assert row["typed_sent"] == row["typed_bounced"] == log1p(1)
    assert row["domain_sent"] == log1p(6)
    assert row["domain_locals"] == log1p(3)


def test_what_is_meant_counts_for_less_where_much_is_known() -> None:
    story = Story().wrote("jon.smith@acme.example", times=3)
    few = told("jon.smit@acme.example", "jon.smith", story.facts())
    for number in range(50):
        story.wrote(f"info@{number}.example")
    many = told("jon.smit@acme.example", "jon.smith", story.facts())
    assert few["domains_known"] == log1p(1)
    assert many["domains_known"] == log1p(51)
    assert few["meant_share"] == log1p(3) - log1p(1) > many["meant_share"]


def test_numbered_accounts_are_told() -> None:
    facts = Story().wrote("jsmith@acme.example").facts()
    row = told("jsmith2@acme.example", "jsmith", facts)
    assert row["digits_differ"] == row["only_digits_differ"] == 1

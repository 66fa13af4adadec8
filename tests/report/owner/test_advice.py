from __future__ import annotations

import re

from missent.report.owner.advice import advice

PAIRS = [("army.ml", "army.mil"), ("*.ml", "*.mil")]


def example(system: str) -> str:
    return next(one.example for one in advice(PAIRS) if one.system.startswith(system))


def test_what_stands_for_every_name_below_is_written_as_each_system_has_it() -> None:
    assert example("Postfix").splitlines() == [
        "army.ml REJECT 5.1.2 did you mean army.mil?",
        "ml REJECT 5.1.2 did you mean *.mil?",
    ]
    first, second = example("Exchange").splitlines()
    assert "-RecipientDomainIs 'army.ml'" in first
    assert r"-RecipientAddressMatchesPatterns '@[^@]+\.ml$'" in second
    assert 'pattern = "*.ml"' in example("missent")
    assert "*" not in example("registration")  # a suffix cannot be registered


def test_the_expression_is_one() -> None:
    matches = re.compile(example("Google")).search
    assert matches("gen@army.ml")
    assert matches("gen@us.af.ml")
    assert not matches("gen@army.mil")
    assert not matches("gen@arm-ml")

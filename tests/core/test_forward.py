"""The slip model run forwards: a falling distribution that the reverse channel agrees with."""

from __future__ import annotations

from itertools import islice, pairwise
from math import log
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core import forward, slips
from missent.core.address import Domain
from missent.core.tables import protected

NAMES = (
    "navy.mil",
    "corp.example",
    "mail.great-company.co.uk",
    "university.edu",
    "xn--mnchen-3ya.de",
)
LABEL = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,5})?", fullmatch=True)
DOMAINS = st.builds(
    lambda labels, suffix: ".".join([*labels, suffix]),
    st.lists(LABEL, min_size=1, max_size=2),
    st.sampled_from(["com", "net", "mil", "co.uk", "de", "org.au"]),
)


def test_what_leaked_for_ten_years_comes_first() -> None:
    assert next(forward.typed("navy.mil")).name == "navy.ml"


def test_so_it_is_for_other_names_under_mil() -> None:
    names = sorted(name for name in protected.names("military") if name.endswith(".mil"))[::200]
    typed = {name: next(forward.typed(name)).name for name in names}
    assert typed == {name: f"{name.removesuffix('.mil')}.ml" for name in names}


@given(DOMAINS)
def test_probabilities_fall_and_sum_to_less_than_one(meant: str) -> None:
    found = list(islice(forward.typed(meant), 250))
    shares = [one.probability for one in found]
    assert all(a >= b for a, b in pairwise(shares))
    assert 0.4 < sum(shares) < 1
    assert len({one.name for one in found}) == len(found)


@given(DOMAINS)
def test_every_candidate_is_another_name_that_can_be_looked_up(meant: str) -> None:
    for one in islice(forward.typed(meant), 300):
        assert one.name != meant
        assert Domain.parse(one.name).name == one.name


@pytest.mark.parametrize("meant", NAMES)
def test_the_reverse_channel_explains_what_one_slip_makes(meant: str) -> None:
    apart = []
    single = (one for one in forward.typed(meant) if one.kind != "several")
    for one in islice(single, 200):
        slip = slips.domain(one.name, meant)
        assert slip is not None, one
        apart.append(abs(slip.cost + log(one.probability)))
    assert median(apart) < log(5)
    assert sum(nats < log(30) for nats in apart) / len(apart) > 0.9


def test_it_does_not_end_with_single_slips() -> None:
    kinds = [one.kind for one in islice(forward.typed("navy.mil"), 1500)]
    assert kinds.count("several") > 500


def test_names_are_typed_in_u_labels() -> None:
    typed = {Domain(one.name).unicode for one in islice(forward.typed("xn--mnchen-3ya.de"), 100)}
    assert {"müchen.de", "münchen.com", "mnchen.de"} <= typed

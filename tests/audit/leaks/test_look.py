"""Where names crowd together, the first pass stays quick and still finds what stands out."""

from __future__ import annotations

import random
import time

import pytest

from missent.audit.leaks.look import look
from missent.audit.leaks.past import Past
from missent.core.facts import Use

ONCE, OFTEN = Use(1, 1, 1), Use(900, 1, 9)
NOBODY: frozenset[str] = frozenset()


def past(*names: str) -> Past:
    made = Past()
    for name in names:
        made.add_domain(name, Use(3, 1, 2), 2)
    return made


def words(count: int, ending: str) -> list[str]:
    pick = random.Random(1)  # noqa: S311  no secret
    made: dict[str, None] = {}
    while len(made) < count:
        made["".join(pick.choice(part) for part in ("bdfgkmprt", "aeiou") * 4) + ending] = None
    return list(made)


def test_a_numbered_series_is_no_heap_of_slips_and_hides_none() -> None:
    log = past(*(f"branch{number}.example.org" for number in range(100)))
    log.add_domain("harbour-linen12.com", OFTEN, 50)
    log.add_domain("harbour-linne12.com", ONCE, 1)
    log.add_domain("brnach42.example.org", ONCE, 1)
    found = {name: near for name in log.domains if (near := look(name, log, NOBODY, 9))}
    assert found.keys() == {"harbour-linne12.com", "brnach42.example.org"}
    assert found["harbour-linne12.com"] == ["harbour-linen12.com"]
    assert "branch42.example.org" in found["brnach42.example.org"]
    assert log.numbered == 100


def test_a_few_numbered_names_are_compared() -> None:
    log = past("harbour1.com")
    log.add_domain("harbour11.com", OFTEN, 50)
    assert look("harbour1.com", log, NOBODY, 9) == ["harbour11.com"]
    assert not log.numbered


@pytest.mark.slow
@pytest.mark.parametrize("crowd", ["partner{}.com", "shop-{}.example.net", "word"])
def test_a_crowd_costs_time_in_proportion(crowd: str) -> None:
    count = 5_000
    names = words(count, "shop.com") if crowd == "word" else map(crowd.format, range(count))
    log = past(*names)
    begun = time.process_time()
    for name in log.domains:
        look(name, log, NOBODY, 9)
    assert time.process_time() - begun < count * 0.004

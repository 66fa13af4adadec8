from __future__ import annotations

from bench.fit import coincidences


def test_twins_are_counted_by_the_slip_that_would_explain_them() -> None:
    found = coincidences.twins(
        ["alpine.gov", "alpines.gov", "b.a.mil", "a.b.mil", "ih5.com", "ihs.com", "lonely.gov"]
    )
    assert found["labels_swapped"] == 2
    assert found["omission"] == 1
    assert found["insertion"] == 1
    assert found["look_alike, a digit for a letter, short names"] == 2
    assert sum(found.values()) == 6

from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from missent.core import moment


@given(st.integers(0, 1 << 33))
def test_a_moment_is_read_back(at: int) -> None:
    text = moment.iso(at)
    assert len(text) == len("2026-11-25T14:05:09Z")
    assert datetime.fromisoformat(text).timestamp() == at

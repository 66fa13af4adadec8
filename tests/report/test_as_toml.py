from __future__ import annotations

import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from missent.report.as_toml import dumps

KEYS = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.dates()
    | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
TABLES = st.dictionaries(KEYS, VALUES, max_size=4)
ARRAYS = st.lists(TABLES, min_size=1, max_size=3)


@given(st.dictionaries(KEYS, TABLES | ARRAYS, max_size=4))
def test_what_is_written_reads_back(tables: dict[str, object]) -> None:
    assert tomllib.loads(dumps(tables)) == tables


def test_what_is_none_is_left_out() -> None:
    assert dumps({"a": {"b": None, "c": 1}, "d": None}) == "[a]\nc = 1\n"


def test_a_path_is_written_as_text() -> None:
    assert dumps({"a": {"b": Path("/x/y")}}) == '[a]\nb = "/x/y"\n'

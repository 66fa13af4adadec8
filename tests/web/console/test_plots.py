from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from missent.web.console import plots

COUNTS = st.dictionaries(st.sampled_from(plots.ACTIONS), st.integers(0, 1000))
EVIL = '"><script>alert(1)</script>'


def read(picture: str) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314  our own


@given(st.lists(COUNTS, max_size=40))
def test_bars_lie_within_the_picture_and_are_told(days: list[dict[str, int]]) -> None:
    picture = read(plots.bars("Prompts", "All of them.", [("1 Nov", day) for day in days]))
    assert picture.findtext("title") == "Prompts"
    assert picture.findtext("desc") == "All of them."
    bars = [one for one in picture.iter("rect") if one.get("class") in plots.ACTIONS]
    assert len(bars) == sum(1 for day in days for count in day.values() if count)
    assert all(float(one.get("y", "-1")) >= -5 for one in bars)
    labels = [one.findtext("title") for one in picture.iter("rect") if one.findtext("title")]
    assert len(labels) == len(days)


def test_a_line_has_gaps_where_nothing_is_known() -> None:
    values = [("a", 1.0), ("b", None), ("c", 2.0), ("d", 4.0)]
    picture = read(plots.line("Rate", "It rises.", values))
    assert len(list(picture.iter("polyline"))) == 2
    assert [t.text for t in picture.iter("title")] == ["Rate", "a: 1.0", "c: 2.0", "d: 4.0"]


def test_nothing_of_a_label_is_markup() -> None:
    for picture in (
        plots.bars("A", EVIL, [(EVIL, {"hold": 1})]),
        plots.line("A", EVIL, [(EVIL, 1.0)]),
    ):
        assert "<script" not in picture
        read(picture)


def test_a_bar_ends_with_the_whole() -> None:
    widths = [list(read(plots.bar(share)))[1].get("width") for share in (-1.0, 0.25, 7.0)]
    assert widths == ["0.0", "25.0", "100.0"]

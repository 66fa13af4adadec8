"""What a review changes in the count, and that its file is what it says it is."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING

from bench.accuracy import review
from bench.accuracy.labels import Labels, Slip
from bench.accuracy.measure import Sighting

if TYPE_CHECKING:
    import pytest

    from bench.accuracy.labels import Kind

FILE = Path(review.__file__).with_name("reviewed.csv")
PAIR = "ann@a.example", "x@parter.example"
OTHER = "ann@a.example", "y@gmial.com"


def _labels() -> Labels:
    kinds: frozenset[Kind] = frozenset({"domain"})
    slip = Slip(10, *OTHER, "y@gmail.com", kinds, kinds, proved=False)
    return Labels((slip,), frozenset({OTHER}), frozenset(), frozenset())


def _says(monkeypatch: pytest.MonkeyPatch, **verdicts: dict[str, str]) -> None:
    monkeypatch.setattr(review, "verdicts", lambda of: verdicts.get(of, {}))


def test_a_prompt_that_is_a_slip_is_no_longer_needless_and_not_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _says(monkeypatch, prompt={review.digest(*PAIR): "slip"})
    labels = review.after(_labels(), [Sighting(5, *PAIR, 0.9, "")])
    assert labels.pairs == {PAIR, OTHER}
    assert labels.slips == _labels().slips


def test_a_prompt_about_a_genuine_address_remains_needless(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for verdict in ("genuine", "undecided"):
        _says(monkeypatch, prompt={review.digest(*PAIR): verdict})
        assert review.after(_labels(), [Sighting(5, *PAIR, 0.9, "")]) == _labels()


def test_a_label_that_is_wrong_makes_its_prompt_needless(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _says(monkeypatch, label={review.digest(*OTHER): "genuine"})
    labels = review.without_wrong(_labels())
    assert not labels.slips
    assert not labels.pairs


def test_the_file_keeps_to_its_vocabulary_and_holds_no_address() -> None:
    reasons: dict[str, set[str]] = {}
    parts = re.split(
        r"Of a slip:|Of a genuine address:|Where it is undecided:", review.__doc__ or ""
    )
    for verdict, part in zip(("slip", "genuine", "undecided"), parts[1:], strict=True):
        reasons[verdict] = set(re.findall(r"^- `(\w+)`", part, re.MULTILINE))
    with FILE.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        assert row["of"] in {"prompt", "label"}
        assert re.fullmatch(r"[0-9a-f]{16}", row["pair"])
        assert row["reason"] in reasons[row["verdict"]]
    assert len({(row["of"], row["pair"]) for row in rows}) == len(rows)

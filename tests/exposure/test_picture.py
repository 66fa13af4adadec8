"""The picture: one file, nothing to be fetched, nothing that a name could break out of."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from missent.exposure.candidates import candidates
from missent.exposure.lookalike import Lookalike, State
from missent.exposure.picture import page


def test_every_name_is_a_square_that_tells_what_it_does() -> None:
    found = list(candidates("navy.mil", ["navy.mil"], limit=50))
    text = page(found)
    svg = ET.fromstring(  # noqa: S314  we wrote it
        text[text.index("<svg") : text.index("</svg>") + 6]
    )
    told = [title.text or "" for title in svg.iter("title")]
    assert len(told) == 50
    assert any(one.startswith("navy.ml: ") for one in told)
    assert "http" not in text
    assert "<script" not in text


def test_what_the_dns_says_stays_text() -> None:
    one = Lookalike(
        "a.com", "b.com", 0.1, "omission", State.MX, operator="<script>alert(1)</script>"
    )
    assert "<script" not in page([one])

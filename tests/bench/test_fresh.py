from __future__ import annotations

from bench.accuracy import fresh, mail
from bench.accuracy.fresh import Start
from bench.accuracy.labels import Labels, Slip
from bench.accuracy.mail import Span
from bench.accuracy.measure import Sighting
from bench.accuracy.ours import Ours

SPAN = Span("2001-04-01", "2001-07-01")
SENDER, TYPED, MEANT = "a@corp.example", "b@dynergy.com", "b@dynegy.com"


def slip(at: int, typed: str = TYPED) -> Slip:
    domain = frozenset({"domain"})
    return Slip(at, SENDER, typed, MEANT, domain, domain, proved=False)  # type: ignore[arg-type]


def test_a_span_ends_before_the_next_begins() -> None:
    since, until = SPAN.moments
    assert until == Span(SPAN.until).moments[0]
    assert until - since == (30 + 31 + 30) * 86_400
    assert mail.WHOLE.moments[0] == 0


def test_only_slips_of_the_span_count() -> None:
    at = SPAN.moments[0] + 60
    ours = Ours(messages=[(at, SENDER)] * 10)
    ours.findings["domain"] = [Sighting(at, SENDER, TYPED, 0.9, MEANT)]
    earlier = slip(at - 86_400, "b@dyneggy.com")
    labels = Labels((earlier, slip(at)), frozenset(), frozenset(), frozenset())
    lines = list(fresh.table([Start(SPAN, ours)], labels, "domain"))
    assert "| needless per 1,000 | 2001-04-01 to 2001-07-01 |" in lines
    assert "| knowable slips, by all of the mail | 1 |" in lines
    assert "| messages | 10 |" in lines
    assert "| 0.15 | 1.00 / 1.00 |" in lines
    assert any(line.startswith("| default policy | 0.00 ") for line in lines)

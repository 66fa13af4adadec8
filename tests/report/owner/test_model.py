"""The report as the sinkhole makes it, against its schema and against what must not stand in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema

from missent.report.owner import page, schema, signing, text

if TYPE_CHECKING:
    from missent.report.owner.model import Report


def test_the_published_schema_is_that_of_the_types() -> None:
    assert schema.FILE.read_text("utf-8") == schema.dumps(), "write schema.dumps() to it"
    jsonschema.Draft202012Validator.check_schema(schema.make())


def test_a_report_validates(report: Report) -> None:
    validator = jsonschema.Draft202012Validator(schema.make())
    said = json.loads(json.dumps(signing.as_json(report)))
    validator.validate(said)
    said["body"] = "room 12"
    assert not validator.is_valid(said)


def test_it_adds_up_for_its_owner_alone(report: Report) -> None:
    totals = report.totals
    assert (totals.people, totals.unclear, totals.bulk) == (73, 6, 9000)
    assert totals.recipients == 158
    assert [(name.typed, name.messages) for name in report.typed] == [
        ("army.ml", 72),
        ("navy.ml", 6),
    ]
    (one,) = report.organisations
    assert (one.organisation, one.messages) == ("contractor.example", 76)
    assert abs(one.senders - 40) <= 3  # the most on one day


def test_what_is_too_little_is_told_nowhere(report: Report) -> None:
    assert (report.suppressed.organisations, report.suppressed.names) == (1, 1)
    assert [day.messages for day in report.trend] == [48, 30, None]
    for shown in (json.dumps(signing.as_json(report)), text.render(report), page.render(report)):
        assert "jane-doe" not in shown
        assert "secret-unit" not in shown
        assert "examp1e" not in shown


def test_the_pages_for_people_say_the_same(report: Report) -> None:
    plain, html = text.render(report), page.render(report)
    for shown in (plain, html):
        assert "contractor.example" in shown
        assert "army.ml" in shown
        assert "v=spf1 -all" in shown
        assert "New-TransportRule" in shown
    assert "<script" not in html
    assert "http" not in html.replace("http-equiv", "")


def test_names_that_are_markup_are_shown_as_text(report: Report) -> None:
    evil = report.receiver.model_copy(update={"organisation": "<img src=x onerror=alert(1)>"})
    html = page.render(report.model_copy(update={"receiver": evil}))
    assert "<img" not in html

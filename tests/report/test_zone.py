from __future__ import annotations

import pytest

from missent.core.errors import ConfigError
from missent.report.zone import records


def _data(text: str) -> list[tuple[str, str, str]]:
    lines = [line.split(maxsplit=4) for line in text.splitlines() if not line.startswith(";")]
    return [(owner, kind, data) for owner, _, _, kind, data in lines]


def test_a_null_mx_and_no_right_to_send() -> None:
    assert _data(records("Army.ML")) == [
        ("army.ml.", "MX", "0 ."),
        ("*.army.ml.", "MX", "0 ."),
        ("army.ml.", "TXT", '"v=spf1 -all"'),
        ("*.army.ml.", "TXT", '"v=spf1 -all"'),
        ("_dmarc.army.ml.", "TXT", '"v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s"'),
    ]


def test_a_sinkhole_instead() -> None:
    data = _data(records("army.ml", "sink.registry.example", "dmarc@registry.example"))
    assert data[0] == ("army.ml.", "MX", "10 sink.registry.example.")
    assert data[-2][2].endswith('; rua=mailto:dmarc@registry.example"')


@pytest.mark.parametrize(
    ("name", "reports", "wanted"),
    [
        ("army.ml", "d@sub.registry.example", "army.ml._report._dmarc.sub.registry.example."),
        ("x.co.uk", "d@y.co.uk", "x.co.uk._report._dmarc.y.co.uk."),
        ("ml", "d@registry.ml", "ml._report._dmarc.registry.ml."),
        ("examp1e.org", "d@examp1e.org", ""),
        ("a.examp1e.org", "d@mail.examp1e.org", ""),
        ("examp1e.org", "", ""),
    ],
)
def test_another_organisation_must_say_that_it_wants_reports(
    name: str, reports: str, wanted: str
) -> None:
    text = records(name, reports=reports)
    asked = [row for row in _data(text) if "_report" in row[0]]
    assert asked == ([(wanted, "TXT", '"v=DMARC1"')] if wanted else [])
    assert ("RFC 7489 7.1" in text) is bool(wanted)


def test_a_bad_name_is_told() -> None:
    with pytest.raises(ConfigError, match="no domain"):
        records("army ml")


def test_where_reports_go_is_an_address_and_cannot_leave_its_quotes() -> None:
    assert "; rua=mailto:d%21x@corp.example" in records("army.ml", reports="d!x@corp.example")
    for wrong in ("nobody", "d@[192.0.2.1]", '"x" @y', 'd@corp.example"; p=none'):
        with pytest.raises(ConfigError, match=r"write d@corp\.example"):
            records("army.ml", reports=wrong)

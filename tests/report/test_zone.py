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
    assert data[-1][2].endswith('; rua=mailto:dmarc@registry.example"')


def test_a_bad_name_is_told() -> None:
    with pytest.raises(ConfigError, match="no domain"):
        records("army ml")


def test_where_reports_go_is_an_address_and_cannot_leave_its_quotes() -> None:
    assert "; rua=mailto:d%21x@corp.example" in records("army.ml", reports="d!x@corp.example")
    for wrong in ("nobody", '"x" @y', 'd@corp.example"; p=none'):
        with pytest.raises(ConfigError, match="is no address"):
            records("army.ml", reports=wrong)

"""`missent dnslog` reads what name servers write that really run: BIND, Knot, NSD, PowerDNS."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dns.message
import dns.query
import dns.rcode
import pytest
from click.testing import CliRunner

from missent.cli import FINDINGS
from missent.cli.root import cli
from missent.testing.nameservers import serving, why_not

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

ASKED = [
    ("army.ml", "MX"),
    ("army.ml", "MX"),
    ("Navy.ML", "A"),
    ("usmc.ml", "MX"),  # exists
    ("army.ml", "TXT"),
    ("unrelated-name.ml", "MX"),
]


def ask(port: int) -> list[dns.rcode.Rcode]:
    """As a resolver asks: without the wish for recursion."""
    questions = [dns.message.make_query(*one, flags=0) for one in ASKED]
    return [
        dns.query.udp(question, "127.0.0.1", port=port, timeout=10).rcode()
        for question in questions
    ]


def read(log: Path, *options: str) -> list[dict[str, object]]:
    arguments = ["dnslog", "--format", "json", *options, str(log)]
    result = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert result.return_value == FINDINGS, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("name", ["BIND", "Knot", "NSD", "PowerDNS"])
def test_the_logs_of_a_server_that_runs(name: str, tmp_path: Path) -> None:
    if reason := why_not():
        pytest.skip(reason)
    days = {datetime.now(UTC).date().isoformat()}
    with serving(name, tmp_path, "ml", "usmc A 192.0.2.5\n") as server:
        codes = ask(server.port)
    days.add(datetime.now(UTC).date().isoformat())
    assert codes == [3, 3, 3, 0, 3, 3]
    exists = tmp_path / "exists"
    exists.write_text("usmc.ml\n")
    for log in server.logs:
        if log.name != "tap":  # text tells of no answers
            assert {row["typed"] for row in read(log)} == {"army.ml", "navy.ml", "usmc.ml"}
        first, second = read(log, *(("--exists", str(exists)) if log.name != "tap" else ()))
        assert first.pop("days") in [{day: 2} for day in days]
        networks = {"127.0.0.0/24": 2}
        assert first == {
            "typed": "army.ml", "meant": "army.mil", "kinds": {"MX": 2}, "networks": networks
        }  # fmt: skip
        assert (second["typed"], second["meant"], second["kinds"]) == (
            "navy.ml", "navy.mil", {"A": 1}
        )  # fmt: skip

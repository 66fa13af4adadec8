"""Logs that real mail servers write, read by `missent audit`."""

from __future__ import annotations

import json
import re
import smtplib
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller

from missent.testing import exim
from missent.testing.postfix import Postfix, free_port, until, why_not

if TYPE_CHECKING:
    from pathlib import Path

    from aiosmtpd.smtp import Envelope

pytestmark = pytest.mark.e2e
_FORWARDED = """
virtual_alias_maps = inline:{ {boss@corp.example=jo@gmai.com}, {team@corp.example=a@corp.example} }
transport_maps = inline:{ {gone.example=error:5.1.1} {slow.example=smtp:[127.0.0.1]:1} }
"""
_DELIVERIES = 11
_ENDED = 4


def audited(*arguments: str | Path) -> dict[str, Any]:
    command = (sys.executable, "-m", "missent", "audit", "--no-cache", "--format", "json")
    done = subprocess.run((*command, *arguments), capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.skipif(bool(why_not()), reason=why_not())
@pytest.mark.parametrize("long_ids", ["yes", "no"])
def test_what_a_running_postfix_logged(tmp_path: Path, long_ids: str) -> None:
    with Postfix(main=f"{_FORWARDED}enable_long_queue_ids = {long_ids}\n") as server:
        with smtplib.SMTP("127.0.0.1", server.port) as client:
            for number in range(3):
                client.sendmail(
                    "ann@corp.example",
                    ["gen@army.ml", "boss@corp.example", f"u{number}@partner.example"],
                    f"Message-ID: <{number}@corp.example>\r\nSubject: x\r\n\r\nbody\r\n",
                )
            client.sendmail("ann@corp.example", ["x@gmial.com", "y@gone.example"], "\r\nbody\r\n")
            client.sendmail("ann@corp.example", ["z@slow.example"], "\r\nbody\r\n")
        until(lambda: server.log.count(" status=") >= _DELIVERIES, what=f"the end\n{server.log}")
        until(lambda: server.log.count(": removed") >= _ENDED, what=f"the end\n{server.log}")
        log = tmp_path / "maillog"
        log.write_text(server.log)
    identity = re.search(r"qmgr\[\d+\]: (\w+): from=", log.read_text())
    assert identity
    assert (len(identity[1]) > 11) is (long_ids == "yes")
    told = audited("--own", "corp.example", log)
    leaks = {leak["domain"]: leak for leak in told["leaks"]}
    assert set(leaks) == {"army.ml", "gmai.com", "gmial.com"}
    assert (leaks["army.ml"]["messages"], leaks["army.ml"]["delivered"]) == (3, 3)
    assert leaks["gmai.com"]["habit"] == "standing forward"
    assert leaks["gmai.com"]["pairs"][0]["via"] == "boss@corp.example"
    assert (told["refused"], told["deferred"], told["delivered"]) == (1, 1, 10)
    assert not told["sources"][0]["malformed"]


class Hop:
    """A next hop that knows nobody at gone.example and has no time for slow.example."""

    async def handle_RCPT(  # noqa: N802  aiosmtpd calls it so
        self, _server: object, _session: object, envelope: Envelope, address: str, _options: object
    ) -> str:
        if address.endswith("@gone.example"):
            return "550 5.1.1 there is nobody of that name"
        if address.endswith("@slow.example"):
            return "451 4.3.2 later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  likewise
        self, _server: object, _session: object, _envelope: object
    ) -> str:
        return "250 2.0.0 queued"


_ALIAS = """\
alias:
  driver = redirect
  domains = +local
  local_parts = boss
  data = jo@gmai.com
"""


@pytest.mark.skipif(bool(exim.why_not()), reason=exim.why_not())
def test_a_log_that_exim_writes(tmp_path: Path) -> None:
    port = free_port()
    hop = Controller(Hop(), hostname="127.0.0.1", port=port)
    hop.start()
    try:
        with exim.Exim(port, _ALIAS) as server:
            others = ("boss@corp.example", "x@slow.example", "y@gone.example", "z@partner.example")
            for number in range(3):
                message = f"Message-ID: <{number}@corp.example>\nSubject: x\n\nbody\n"
                server.send("ann@corp.example", "gen@army.ml", message, *others)
            server.send("bob@corp.example", "gen@army.ml", "Subject: x\n\nbody\n")
            log = tmp_path / "mainlog"
            log.write_text(server.log)
    finally:
        hop.stop()
    told = audited("--own", "corp.example", log)
    (source,) = told["sources"]
    assert (source["format"], source["malformed"]) == ("exim", 0), log.read_text()
    leaks = {leak["domain"]: leak for leak in told["leaks"]}
    assert set(leaks) == {"army.ml", "gmai.com"}, log.read_text()
    assert (leaks["army.ml"]["messages"], leaks["army.ml"]["senders"]) == (4, 2)
    assert leaks["gmai.com"]["pairs"][0]["via"] == "boss@corp.example"
    # The notices of what came back are delivered to the senders' own mailboxes.
    assert (told["bounced"], told["deferred"], told["notices"]) == (3, 3, 3)
    assert told["delivered"] == 4 + 3 + 3 + told["notices"]

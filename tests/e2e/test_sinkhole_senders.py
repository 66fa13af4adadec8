"""What people see who mistyped: real mail servers send to the sinkhole."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from missent.testing import exim, postfix
from missent.testing.exim import Exim
from missent.testing.postfix import Postfix, until
from missent.testing.sinkhole import Process
from missent.testing.tls import certificate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e
MESSAGE = "From: jane@corp.example\nTo: gen@army.ml\nSubject: the hotel\n\nroom 12\n"
TEXT = (
    "550 5.1.2 did you mean <gen@army.mil>? There is no <gen@army.ml>: .ml is Mali. "
    "Your message was not received; nobody has read it."
)


@pytest.fixture
def sinkhole(tmp_path: Path) -> Iterator[Process]:
    file = certificate(tmp_path)
    with Process(tmp_path, f'tls_certificate = "{file}"') as running:
        yield running


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("security", ["none", "encrypt"])
def test_a_user_of_postfix_gets_a_bounce_that_names_the_right_address(
    sinkhole: Process, security: str
) -> None:
    if reason := postfix.why_not():
        pytest.skip(reason)
    main = (
        f"relayhost = [127.0.0.1]:{sinkhole.port}\n"
        "virtual_mailbox_domains = corp.example\n"
        f"smtp_tls_security_level = {security}\n"
    )
    with Postfix(main) as sender:
        sender.tool("sendmail", "-f", "jane@corp.example", "gen@army.ml", stdin=MESSAGE)
        until(lambda: bool(sender.delivered()), what="the bounce")
        (bounce,) = sender.delivered()
        sender.settle()
    assert bounce["To"] == "jane@corp.example"
    first = bounce.get_payload(0).get_payload()  # type: ignore[union-attr]
    told = _one_line(str(first)).partition("said: ")[2]
    assert told.startswith(TEXT)
    report = str(bounce.get_payload(1))
    assert f"Diagnostic-Code: smtp; {TEXT}" in _one_line(report)
    until(lambda: bool(sinkhole.rows()), what="the count")
    ((meant, typed, organisation, _, messages, _),) = sinkhole.rows()
    assert (meant, typed, messages) == ("army.mil", "army.ml", 1)
    assert organisation in {"", "corp.example"}


def test_a_user_of_exim_gets_one_too(sinkhole: Process) -> None:
    if reason := exim.why_not():
        pytest.skip(reason)
    with Exim(sinkhole.port) as sender:
        sender.send("jane@corp.example", "gen@army.ml", MESSAGE)
        until(lambda: "nobody has read it" in sender.box, what="the bounce")
        told = sender.box.partition("after RCPT TO:<gen@army.ml>:")[2]
    first_line = told.strip().splitlines()[0]
    assert "did you mean <gen@army.mil>?" in first_line
    assert _one_line(told).strip().startswith(TEXT)


def test_swaks_is_refused_in_the_clear_and_under_tls(
    sinkhole: Process, requires: Callable[[str], str]
) -> None:
    swaks = requires("swaks")
    for more in ([], ["--tls"]):
        done = subprocess.run(
            [swaks, "--server", f"127.0.0.1:{sinkhole.port}", "--from", "jane@corp.example",
             "--to", "gen@army.ml", "--body", "room 12", *more],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert TEXT in done.stdout
        assert "354" not in done.stdout
        assert "room 12" not in done.stdout

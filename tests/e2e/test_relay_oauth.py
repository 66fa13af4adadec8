"""Signing in with a token: curl, `missent serve`, and an aiosmtpd as the mail provider."""

from __future__ import annotations

import smtplib
import subprocess
from base64 import b64decode, b64encode
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, SMTP, AuthResult

from missent.testing.postfix import free_port
from missent.testing.serve import Serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from aiosmtpd.smtp import Envelope, Session

pytestmark = [
    pytest.mark.e2e,
    # aiosmtpd's, about the loopback of this test
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]
ANN, TOKEN = "ann@corp.example", "ya29." + "t0ken" * 110  # longer than a command may be
SETTINGS = """
[policy]
mode = "enforce"
[relay]
listen = "127.0.0.1:0"
[[relay.route]]
domains = ["corp.example"]
upstream = "smtp://127.0.0.1:{port}"
"""


class Provider:
    """An aiosmtpd handler that knows one token, and says what large providers say of others."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.taken: list[Envelope] = []

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802  theirs
        """Hear what is said; a wrong token is answered with a challenge first."""
        said = args[1] if len(args) > 1 else ""
        response = await server.challenge_auth("") if not said else b64decode(said)
        if response is MISSING:
            return AuthResult(success=False, handled=True)
        self.heard.append(bytes(response))
        if response == f"user={ANN}\x01auth=Bearer {TOKEN}\x01\x01".encode():
            return AuthResult(success=True)
        await server.challenge_auth('{"status":"400","schemes":"Bearer","scope":"mail"}')
        return AuthResult(success=False, handled=False)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  theirs
        """Take a message."""
        self.taken.append(envelope)
        return "250 2.0.0 taken"


@contextmanager
def provider() -> Iterator[tuple[Provider, int]]:
    handler = Provider()
    controller: Any = Controller(  # untyped
        handler,
        hostname="127.0.0.1",
        port=(port := free_port()),
        auth_required=True,
        auth_require_tls=False,
        auth_exclude_mechanism=["LOGIN", "PLAIN"],
    )
    controller.start()
    try:
        yield handler, port
    finally:
        controller.stop()


def send(program: str, port: int, mail: Path, token: str, recipient: str, *more: str) -> str:
    words = (
        f"--verbose --silent --show-error --url smtp://127.0.0.1:{port} --login-options "
        f"AUTH=XOAUTH2 --user {ANN} --oauth2-bearer {token} --mail-from {ANN} "
        f"--mail-rcpt {recipient} --upload-file {mail} --max-time 20"
    )
    done = subprocess.run(
        [program, *words.split(), *more], capture_output=True, text=True, check=False
    )
    return f"{done.returncode} {done.stderr}"


@pytest.mark.parametrize("first", [[], ["--sasl-ir"]], ids=["challenge", "initial"])
def test_curl_with_a_token(
    tmp_path: Path, requires: Callable[[str], str], first: list[str]
) -> None:
    program, mail = requires("curl"), tmp_path / "mail.eml"
    mail.write_bytes(b"Subject: x\r\n\r\nroom 12\r\n")
    with provider() as (handler, port):
        settings = SETTINGS.replace("{port}", str(port))
        with Serve.with_settings(tmp_path, settings) as missent:
            at = missent.ports[0]
            said = send(program, at, mail, TOKEN, "b@partner.example", *first)
            assert said.startswith("0 "), said
            assert "AUTH XOAUTH2" in said
            said = send(program, at, mail, TOKEN, "gen@army.ml", *first)
            assert "did you mean <gen@army.mil>?" in said
            said = send(program, at, mail, "expired", "b@partner.example", *first)
            assert "334 eyJzdGF0dXMiOiI0MDAi" in said  # the server's reasons reach the client
            with smtplib.SMTP("127.0.0.1", at, timeout=20) as client:  # curl has heard enough
                client.ehlo()
                word = b64encode(f"user={ANN}\x01auth=Bearer old\x01\x01".encode()).decode()
                assert client.docmd("AUTH", f"XOAUTH2 {word}")[0] == 334
                assert client.docmd("")[0] == 535
            assert TOKEN not in missent.log
    assert len(handler.taken) == 1
    assert handler.taken[0].rcpt_tos == ["b@partner.example"]
    assert len(handler.heard) == 4

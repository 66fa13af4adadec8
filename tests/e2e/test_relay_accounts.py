"""Real clients with accounts at a real Postfix, and `missent serve` between them."""

from __future__ import annotations

import json
import re
import shutil
import smtplib
import ssl
import subprocess
import time
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from missent.testing.postfix import until, why_not
from missent.testing.sasl import SubmissionPostfix
from missent.testing.sasl import why_not as why_no_sasl
from missent.testing.serve import Serve
from missent.testing.tls import certificate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOT_HERE = why_not() or why_no_sasl()
pytestmark = [pytest.mark.e2e, pytest.mark.skipif(bool(NOT_HERE), reason=NOT_HERE or "-")]

ANN, RIGHT, WRONG, TYPED = (
    "ann@corp.example",
    "b@partner.example",
    "gen@army.ml",
    "joe@gmial.com",
)
SAID = "550 5.7.1 <gen@army.ml>: not sent; did you mean <gen@army.mil>?"
# Postfix's own words about two recipients, to be seen through missent.
RECIPIENTS = (
    "check_recipient_access inline:{{no@partner.example = 550 5.1.1 unknown here}, "
    "{later@partner.example = 450 4.2.1 mailbox busy}}, "
)
SETTINGS = """
[policy]
mode = "enforce"
[serve]
workers = 2
[store]
url = "sqlite:///{base}/missent.db"
[relay]
listen = "127.0.0.1:0"
listen_tls = "127.0.0.1:0"
tls_certificate = "{base}/ours.pem"
confirm_after = 2
[[relay.route]]
domains = ["corp.example"]
upstream = "{upstream}"
cafile = "{chain}"
[[relay.route]]
domains = ["other.example"]
upstream = "smtp://127.0.0.1:1"
"""


class Place:
    """Everything that runs."""

    def __init__(self, folder: Path, postfix: SubmissionPostfix, missent: Serve) -> None:
        self.folder = folder
        self.postfix = postfix
        self.missent = missent
        self.plain, self.tls = missent.ports
        self.begin()

    @property
    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.folder / "localhost.pem")

    def begin(self) -> None:
        """Let what was delivered and logged before be forgotten."""
        shutil.rmtree(self.postfix.base / "mail/box", ignore_errors=True)
        self._mark = len(self.missent.log)

    @property
    def log(self) -> str:
        return self.missent.log[self._mark :]

    def events(self, name: str) -> list[dict[str, Any]]:
        lines = (json.loads(line) for line in self.log.splitlines())
        return [line for line in lines if line["event"] == name]

    def login(self, *, implicit: bool = False, password: str = "sesame") -> smtplib.SMTP:  # noqa: S107
        if implicit:
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                "localhost", self.tls, timeout=20, context=self.context
            )
        else:
            client = smtplib.SMTP("localhost", self.plain, timeout=20)
            client.starttls(context=self.context)
        try:
            client.login(ANN, password)
        except smtplib.SMTPException:
            client.close()
            raise
        return client

    def arrived(self, count: int = 1) -> list[str]:
        until(lambda: len(self.postfix.delivered()) >= count, what="the mail")
        assert len(self.postfix.delivered()) == count
        return [str(message) for message in self.postfix.delivered()]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("theirs"))


def run(folder: Path, chain: Path, scheme: str = "smtp+starttls") -> Iterator[Place]:
    (folder / "ours.pem").touch(0o600)
    (folder / "ours.pem").write_bytes(certificate(folder).read_bytes())
    with SubmissionPostfix(chain, RECIPIENTS) as postfix:
        port = postfix.tls_port if scheme == "smtps" else postfix.port
        text = SETTINGS.replace("{upstream}", f"{scheme}://localhost:{port}")
        with Serve.with_settings(folder, text.replace("{chain}", str(chain))) as missent:
            yield Place(folder, postfix, missent)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, chain: Path) -> Iterator[Place]:
    yield from run(tmp_path_factory.mktemp("place"), chain)


@pytest.fixture
def place(running: Place) -> Place:
    running.begin()
    return running


@pytest.fixture
def over_tls(tmp_path: Path, chain: Path) -> Iterator[Place]:
    yield from run(tmp_path, chain, "smtps")


@pytest.mark.parametrize("fixture", ["place", "over_tls"])
def test_smtplib_with_each_kind_of_tls_on_either_side(
    fixture: str, request: pytest.FixtureRequest
) -> None:
    place: Place = request.getfixturevalue(fixture)
    for implicit in (False, True, True, True):
        with place.login(implicit=implicit) as client:
            refused = client.sendmail(ANN, [RIGHT, WRONG], "Subject: x\n\nroom 12\n")
        assert list(refused) == [WRONG]
        assert refused[WRONG][1].decode().startswith(SAID[4:])
    for message in place.arrived(4):
        assert "(Authenticated sender: ann@corp.example)" in message
        assert message.count("Received:") == 1  # Postfix's own: we add nothing
        assert "army" not in message


def test_a_wrong_password_gets_the_server_s_own_words_and_stands_in_no_log(place: Place) -> None:
    with pytest.raises(smtplib.SMTPAuthenticationError) as error:
        place.login(password="hunter2-guess")
    assert error.value.smtp_code == 535
    assert b"5.7.8 Error: authentication failed" in error.value.smtp_error
    log = place.log
    for word in ("hunter2", b64encode(b"hunter2-guess").decode(), "sesame", ANN):
        assert word not in log
    assert place.events("sign-in refused")[0]["reply"] == "535 5.7.8"


def test_the_server_refuses_defers_and_goes_away(place: Place) -> None:
    client = place.login()
    client.mail(ANN)
    assert client.rcpt("no@partner.example")[0] == 550
    assert client.rcpt("later@partner.example") == (
        450,
        b"4.2.1 <later@partner.example>: Recipient address rejected: mailbox busy",
    )
    assert client.rcpt(RIGHT)[0] == 250
    assert client.docmd("DATA")[0] == 354
    client.send(b"Subject: half a message\r\n")
    place.postfix.command("abort")
    try:
        client.send(b"\r\nx\r\n.\r\n")
        assert client.getreply()[0] == 451
        assert client.docmd("MAIL", f"FROM:<{ANN}>")[0] == 421  # nothing to sign in again with
        client.close()
        with pytest.raises(smtplib.SMTPAuthenticationError) as error:
            place.login()
        assert error.value.smtp_code == 454
    finally:
        place.postfix.command("start")
    until(lambda: _logs_in(place), what="Postfix to be back")
    with place.login() as client:
        client.sendmail(ANN, [RIGHT], "Subject: x\n\nx\n")
    place.arrived(1)  # and the one before was neither taken nor lost: its sender was told


def _logs_in(place: Place) -> bool:
    try:
        place.login().close()
    except smtplib.SMTPException:
        return False
    return True


def test_sending_again_confirms_and_is_remembered(place: Place) -> None:
    for attempt in range(4):
        with place.login() as client:
            client.mail(ANN)
            code, said = client.rcpt(TYPED)
            if code == 250:
                assert client.data(b"Subject: x\r\n\r\nx\r\n")[0] == 250
        if attempt == 0:
            assert said.startswith(
                b"5.7.1 <joe@gmial.com>: not sent; did you mean <joe@gmail.com>?"
            )
            assert b"send again within 15 minutes, after 2 seconds or more" in said
        assert code == (550 if attempt < 2 else 250), attempt  # the second comes too early
        time.sleep(3 if attempt else 0)
    outcomes = [line["recipients"][0]["outcome"] for line in place.events("message")]
    assert outcomes == ["refused", "refused", "confirmed", "accepted"]
    place.arrived(2)


def test_an_account_sends_nothing_of_another_route(place: Place) -> None:
    with place.login() as client, pytest.raises(smtplib.SMTPSenderRefused) as error:
        client.sendmail("ann@other.example", [RIGHT], "Subject: x\n\nx\n")
    assert error.value.smtp_code == 550
    assert b"mail of <ann@other.example> goes by 127.0.0.1" in error.value.smtp_error


def swaks(program: str, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [program, "--from", ANN, "--au", ANN, "--ap", "sesame", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_swaks(place: Place, requires: Callable[[str], str], mechanism: str) -> None:
    program = requires("swaks")
    how: tuple[list[str], ...] = (
        ["--tls"],
        ["--tlsc"],
        ["--tls", "--pipeline"],
        [],
    )  # the last in the clear: loopback
    for options in how:
        port = place.tls if "--tlsc" in options else place.plain
        code, said = swaks(
            program,
            *("--server", f"127.0.0.1:{port}", "--auth", mechanism, "--to", f"{WRONG},{RIGHT}"),
            *options,
        )
        assert code == 0, said
        assert f"* {SAID}" in said
    place.arrived(len(how))


@pytest.mark.parametrize("first", [[], ["--sasl-ir"]], ids=["challenge", "initial"])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_curl(
    place: Place, requires: Callable[[str], str], mechanism: str, first: list[str]
) -> None:
    program, mail = requires("curl"), place.folder / "mail.eml"
    mail.write_bytes(b"Subject: x\r\n\r\nroom 12\r\n.\r\nend\r\n")
    for url in (f"smtp://localhost:{place.plain}", f"smtps://localhost:{place.tls}"):
        for recipient in (RIGHT, WRONG):
            words = (
                f"--silent --show-error --ssl-reqd --url {url} --cacert {place.folder}/ours.pem "
                f"--user {ANN}:sesame --login-options AUTH={mechanism} --mail-from {ANN} "
                f"--mail-rcpt {recipient} --upload-file {mail} --max-time 20"
            )
            done = subprocess.run(
                [program, *words.split(), *first], capture_output=True, text=True, check=False
            )
            assert (done.returncode == 0) is (recipient == RIGHT), done.stderr
    assert all("\nroom 12\n.\nend" in message for message in place.arrived(2))


@pytest.mark.parametrize("mechanism", ["plain", "login"])
def test_msmtp(place: Place, requires: Callable[[str], str], mechanism: str) -> None:
    program, config = requires("msmtp"), place.folder / "msmtprc"
    for port, starttls in ((place.plain, "on"), (place.tls, "off")):
        config.write_text(
            f"account default\nhost localhost\nport {port}\nfrom {ANN}\nauth {mechanism}\n"
            f"user {ANN}\npassword sesame\ntls on\ntls_starttls {starttls}\n"
            f"tls_trust_file {place.folder}/ours.pem\n"
        )
        config.chmod(0o600)
        for recipient in (RIGHT, WRONG):
            done = subprocess.run(
                [program, "-C", config, recipient],
                input=b"Subject: x\n\nroom 12\n",
                capture_output=True,
                timeout=30,
                check=False,
            )
            assert (done.returncode == 0) is (recipient == RIGHT), done.stderr
        assert b"did you mean <gen@army.mil>?" in done.stderr
    place.arrived(2)


def test_what_thunderbird_says(place: Place) -> None:
    """At set-up it probes and leaves; then it sends with the extensions that it was offered."""
    word = b64encode(f"\0{ANN}\0sesame".encode()).decode()

    def greet(client: smtplib.SMTP) -> None:
        assert client.docmd("EHLO", "[127.0.0.1]")[0] == 250
        assert client.starttls(context=place.context) == (220, b"2.0.0 go ahead")
        code, said = client.docmd("EHLO", "[127.0.0.1]")
        assert code == 250
        offered = said.decode().splitlines()[1:]
        assert "AUTH PLAIN LOGIN" in offered
        assert "8BITMIME" in offered
        assert not {"STARTTLS", "CHUNKING", "DSN", "VRFY"} & set(offered)

    probe = smtplib.SMTP("localhost", place.plain, timeout=20)
    greet(probe)
    assert probe.quit()[0] == 221
    client = smtplib.SMTP("localhost", place.plain, timeout=20)
    greet(client)
    assert client.docmd("AUTH", f"PLAIN {word}") == (235, b"2.7.0 Authentication successful")
    for _ in range(2):
        assert client.docmd("MAIL", f"FROM:<{ANN}> BODY=8BITMIME SIZE=400")[0] == 250
        assert client.docmd("RCPT", f"TO:<{RIGHT}>")[0] == 250
        assert client.data("Subject: Gr\u00fc\u00dfe\r\n\r\nroom 12\r\n".encode())[0] == 250
    assert client.quit()[0] == 221
    place.arrived(2)


def test_a_reload_brings_the_new_certificate_and_a_bad_one_changes_nothing(place: Place) -> None:
    def seen() -> str:
        return ssl.get_server_certificate(("127.0.0.1", place.tls))

    def has_changed() -> bool:
        try:
            return seen() != first
        except OSError:  # a worker that ends drops the handshakes under way
            return False

    ours = place.folder / "ours.pem"
    first = seen()
    assert first.strip() in ours.read_text()
    ours.write_bytes(certificate(place.folder).read_bytes())
    place.missent.reload()
    until(has_changed, what="the new certificate")
    second = seen()
    assert second.strip() in ours.read_text()
    ours.write_text("this is no certificate")
    place.missent.reload()
    assert "must hold a certificate" in place.events("configuration")[-1]["reason"]
    assert seen() == second
    with place.login() as client:  # what was served before goes on
        client.sendmail(ANN, [RIGHT], "Subject: x\n\nx\n")
    place.arrived(1)


def test_commands_before_the_handshake_are_never_run(place: Place) -> None:
    client = smtplib.SMTP("localhost", place.plain, timeout=20)
    client.ehlo()
    client.send(f"STARTTLS\r\nMAIL FROM:<{ANN}>\r\nRCPT TO:<{RIGHT}>\r\n".encode())
    code, said = client.getreply()
    client.close()
    assert code == 503
    assert b"wait for the reply to STARTTLS" in said
    assert "sender" not in place.log


def test_one_line_a_message_and_no_secret_in_it(place: Place) -> None:
    with place.login() as client:
        client.sendmail(ANN, [RIGHT, WRONG], "Subject: secret plan\n\nroom 12\n")
    until(lambda: bool(place.events("message")), what="the line")
    (line,) = place.events("message")
    assert (line["result"], line["accepted"], line["refused"]) == ("sent", 1, 1)
    assert re.fullmatch(r"250 2\.0\.0 Ok: queued as \w+", line["reply"])
    for word in ("sesame", b64encode(b"sesame").decode()[:6], "secret plan", "room 12"):
        assert word not in place.log

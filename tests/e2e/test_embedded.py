"""What `make run` serves, with deploy/embedded.toml as it stands: only its ports are others."""

from __future__ import annotations

import smtplib
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from missent.testing.console_site import sign_in
from missent.testing.postfix import answers, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).parents[2]
MISSENT = (sys.executable, "-m", "missent", "--config", "embedded.toml")
SENDER = "me@corp.example"
BODY = "Subject: room\n\nroom 12"


@pytest.fixture
def served(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[tuple[int, str]]:
    """The port of the relay, and the link that opens the console."""
    mail, web = free_port(), free_port()
    settings = (ROOT / "deploy/embedded.toml").read_text("utf-8")
    settings = settings.replace(":2525", f":{mail}").replace(":8025", f":{web}")
    (tmp_path / "embedded.toml").write_text(settings, "utf-8")
    (tmp_path / "var").mkdir()

    def said(*words: str) -> str:
        command = [*MISSENT, *words]
        return subprocess.run(
            command, cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout

    said("hold", "key", "var/hold.key")
    said("sample", "add")
    link = said("sample", "link").strip()
    with (tmp_path / "log").open("w") as log:
        running = subprocess.Popen([*MISSENT, "serve"], cwd=tmp_path, stderr=log)
        try:
            until(lambda: answers(mail) and answers(web), 90, "missent to listen")
            yield mail, link
        finally:
            running.terminate()
            running.wait(30)


def test_the_surest_slip_is_refused_another_held_and_the_rest_kept(
    served: tuple[int, str], tmp_path: Path
) -> None:
    mail, link = served
    with smtplib.SMTP("127.0.0.1", mail) as client:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            client.sendmail(SENDER, ["james.mcconville@army.ml"], BODY)
        code, text = refused.value.recipients["james.mcconville@army.ml"]
        assert code == 550
        assert b"did you mean <james.mcconville@army.mil>?" in text
        client.sendmail(SENDER, ["james.mcconville@army.mil"], BODY)
        client.sendmail(SENDER, ["jane@gmail.con"], BODY)
    assert "Delivered-To: james.mcconville@army.mil" in _kept(tmp_path)
    assert "Delivered-To: jane@gmail.con" not in _kept(tmp_path)
    with httpx.Client(follow_redirects=True) as browser:
        assert "Overview" in sign_in(browser, link).text
        held = browser.get(link.partition("/signin")[0] + "/held").text
    assert SENDER in held
    assert "kestrel.example" in held


def _kept(folder: Path) -> str:
    return "".join(file.read_text() for file in (folder / "var/outbox/new").iterdir())

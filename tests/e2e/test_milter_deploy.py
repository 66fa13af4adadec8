"""The snippets of deploy/postfix, each as it stands, and what `missent doctor` says of them."""

from __future__ import annotations

import json
import os
import shutil
import smtplib
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from missent.testing.milter import Missent
from missent.testing.postfix import Postfix, until, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(bool(why_not()), reason=why_not())]

SNIPPETS = Path(__file__).parents[2] / "deploy/postfix"
RUN = Path("/run/missent")
ANN, GOOD, BLOCKED = "ann@corp.example", "bob@partner.example", "gen@army.ml"


def settings(base: Path, mode: str = "enforce") -> Path:
    """missent.toml as it stands, but with a store, a mode and a way to hold of the test's own."""
    text = (SNIPPETS / "missent.toml").read_text()
    text = text.replace("/var/lib/missent/", f"{base}/store/")
    path = base / "missent.toml"
    text = text.replace('mode = "monitor"', f'mode = "{mode}"')
    path.write_text(f'{text}hold_by = "refuse-once"\n')
    return path


@contextmanager
def site(main: str, master: str = "", mode: str = "enforce") -> Iterator[tuple[Postfix, Path]]:
    postfix = Postfix(main, master)
    config = settings(postfix.base, mode)
    made = not RUN.exists()
    RUN.mkdir(exist_ok=True)
    try:
        with Missent(config), postfix:
            yield postfix, config
    finally:
        if made:
            shutil.rmtree(RUN, ignore_errors=True)


def doctor(config: Path, postfix: Postfix) -> tuple[int, list[dict[str, Any]]]:
    program = Path(sys.executable).with_name("missent")
    done = subprocess.run(
        [program, "--config", config, "doctor", "--postfix", postfix.etc, "--format", "json"],
        check=False, capture_output=True, text=True, timeout=60,
        env={**os.environ, "PATH": f"/usr/sbin:{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


def enforcing(snippet: str) -> str:
    """What the comment in the snippet says to write when the policy is enforced."""
    text = (SNIPPETS / snippet).read_text()
    assert "milter_default_action = accept" in text
    return text.replace("milter_default_action = accept", "milter_default_action = tempfail")


def test_each_setting_of_the_example_is_one() -> None:
    program = Path(sys.executable).with_name("missent")
    subprocess.run(
        [program, "--config", SNIPPETS / "missent.toml", "config", "check"], check=True, timeout=60
    )


def test_submission() -> None:
    master = (SNIPPETS / "submission.master.cf").read_text()
    with site((SNIPPETS / "submission.main.cf").read_text(), master, "monitor") as (
        postfix,
        config,
    ):
        assert doctor(config, postfix) == (0, [])
        with smtplib.SMTP("127.0.0.1", 587, timeout=20) as client:
            assert client.sendmail(ANN, [GOOD, BLOCKED], "Subject: x\n\nx") == {}
        until(lambda: len(postfix.delivered()) == 2, what="the mail")
    with site(enforcing("submission.main.cf"), master) as (postfix, config):
        assert doctor(config, postfix) == (0, [])
        with smtplib.SMTP("127.0.0.1", 587, timeout=20) as client:
            refused = client.sendmail(ANN, [GOOD, BLOCKED], "Subject: x\n\nx")
        assert refused[BLOCKED][0] == 550
        # port 25 is not the gate's
        with smtplib.SMTP("127.0.0.1", postfix.port, timeout=20) as client:
            assert client.sendmail(ANN, [BLOCKED], "Subject: x\n\nx") == {}
        until(lambda: len(postfix.delivered()) == 2, what="the mail")
        assert sorted(str(m["Delivered-To"]) for m in postfix.delivered()) == [GOOD, BLOCKED]


def test_smarthost() -> None:
    with site(enforcing("smarthost.main.cf")) as (postfix, config):
        assert doctor(config, postfix) == (0, [])
        with smtplib.SMTP("127.0.0.1", postfix.port, timeout=20) as client:
            refused = client.sendmail(ANN, [GOOD, BLOCKED], "Subject: x\n\nx")
        assert list(refused) == [BLOCKED]
        until(lambda: len(postfix.delivered()) == 1, what="the mail")


def chrooted(postfix: Postfix) -> None:
    """Run smtpd and cleanup in a chroot, as Debian does."""
    master = postfix.etc / "master.cf"
    text = master.read_text().replace("inet n - n - - smtpd", "inet n - y - - smtpd")
    master.write_text(text.replace("cleanup unix n - n -", "cleanup unix n - y -"))
    (postfix.base / "queue/dev").mkdir(exist_ok=True)
    postfix.command("reload")


def test_in_a_chroot_missent_is_not_asked_and_the_doctor_knows_how_to_mend_it() -> None:
    with site(enforcing("smarthost.main.cf")) as (postfix, config):
        chrooted(postfix)
        code, advice = doctor(config, postfix)
        assert code == 1
        assert [one["name"] for one in advice] == ["chroot", "chroot"]
        with (
            smtplib.SMTP("127.0.0.1", postfix.port, timeout=20) as client,
            pytest.raises(smtplib.SMTPException),
        ):
            client.sendmail(ANN, [GOOD, BLOCKED], "Subject: x\n\nx")
        for one in advice:
            mend = one["mend"].partition(",")[0].split()
            subprocess.run([mend[0], "-c", postfix.etc, *mend[1:]], check=True, timeout=60)
        postfix.command("reload")
        assert doctor(config, postfix) == (0, [])
        with smtplib.SMTP("127.0.0.1", postfix.port, timeout=20) as client:
            assert list(client.sendmail(ANN, [GOOD, BLOCKED], "Subject: x\n\nx")) == [BLOCKED]


def test_null_client_and_what_the_doctor_finds_wrong() -> None:
    with site(enforcing("null-client.main.cf")) as (postfix, config):
        code, advice = doctor(config, postfix)
        # its smtpd is one that a null client would not have
        assert [one["name"] for one in advice] == ["not-listed"]
        postfix.tool("sendmail", "-f", ANN, GOOD, BLOCKED, stdin="Subject: x\n\nx\n")
        until(lambda: len(postfix.delivered()) == 1, what="the bounce")
        assert postfix.delivered()[0]["Delivered-To"] == ANN

        postfix.configure(
            "smtpd_milters = inet:127.0.0.1:8891 { unix:/run/missent/milter.sock,"
            " command_timeout=3s }\n"
            "milter_default_action = reject\nmilter_protocol = 2\n"
            "milter_connect_timeout = 10s\n",
            (SNIPPETS / "submission.master.cf").read_text(),
        )
        code, advice = doctor(config, postfix)
        assert code == 1
        found = {(one["name"], one["where"]) for one in advice}
        assert ("protocol", "main.cf") in found
        assert ("local-mail", "main.cf") in found
        assert ("default-action", "submission/inet") in found
        assert ("timeout", f"127.0.0.1:{postfix.port}/inet") in found
    with Postfix() as postfix:
        code, advice = doctor(SNIPPETS / "missent.toml", postfix)
    assert code == 1
    assert "no-answer" in [one["name"] for one in advice]

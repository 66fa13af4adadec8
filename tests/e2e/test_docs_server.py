"""An administrator's week, page by page, under a real systemd and with Debian's Postfix."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from tests.e2e.machine import ROOT, Machine, why_not
from tests.e2e.walk import Walk

from missent.testing import postfix


def _lacks() -> str:
    """What the server of the page would have and this machine has not; "" where it has all."""
    if not Path("/lib/systemd/systemd").exists():
        return "systemd is not installed: sh deploy/test-packages.sh"
    asked = ("/usr/bin/python3", "-c", "import ensurepip, sys; print(*sys.version_info[:2])")
    told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
    ours = [str(part) for part in sys.version_info[:2]]
    return "" if told == ours else f"Debian's python3, with venv, is not {'.'.join(ours)}"


WHY_NOT = why_not() or postfix.why_not() or _lacks()
pytestmark = [pytest.mark.e2e, pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)]

MAIN = """\
compatibility_level = 3.6
myhostname = mx.corp.example
mydestination = corp.example
mynetworks = 127.0.0.0/8
alias_maps =
inet_protocols = ipv4
"""
SEND = """\
python3 -c 'import smtplib; smtplib.SMTP("127.0.0.1", 587).sendmail("ann@corp.example",
    ["bob@corp.example", "{}"], "Subject: room\\n\\nroom 12")'
"""


def install(machine: Machine, folder: Path) -> None:
    """Do what `pip install` does in the page, with what is installed here and no registry."""
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")
    offline = ("--no-deps", "--no-index", "--no-build-isolation", "--quiet")
    subprocess.run([*pip, "wheel", *offline, "--wheel-dir", folder, ROOT], check=True)
    (wheel,) = folder.glob("missent-*.whl")
    locked = (ROOT / "requirements/run.txt").read_text("utf-8")
    names = re.findall(r"^([\w.-]+)==", locked, re.MULTILINE)
    files = [
        file for name in names for file in metadata.files(name) or () if ".." not in file.parts
    ]
    home = metadata.distribution("click").locate_file("")
    listed = "\n".join(str(file) for file in files if Path(str(home), file).is_file())
    packed = subprocess.run(
        ["tar", "--create", "--files-from=-"], cwd=str(home), check=True, input=listed.encode(),
        stdout=subprocess.PIPE,
    ).stdout  # fmt: skip
    machine.run("tar --extract --directory /opt/missent/lib/python3*/site-packages", given=packed)
    machine.run(f"cat > /tmp/{wheel.name}", given=wheel.read_bytes())
    machine.run(f"/opt/missent/bin/pip install --no-deps --no-index /tmp/{wheel.name}")


def test_from_nothing_to_enforcing_and_back(tmp_path: Path) -> None:
    with (
        Machine(systemd=True, own=False) as machine,
        Walk(machine, "docs/how-to/install.md", "~/missent") as installing,
        Walk(machine, "docs/how-to/postfix.md", "~/missent") as guarding,
        Walk(machine, "docs/how-to/hold.md", "~/missent") as holding,
        Walk(machine, "docs/tutorials/first-week.md") as week,
    ):
        machine.clone()
        machine.write("/etc/postfix/main.cf", MAIN)
        machine.run("systemctl daemon-reload; systemctl start postfix@-; useradd bob; useradd ann")

        installing.passes_over("sh", "for oneself: the same with other folders")
        installing.run(without="pip install")  # which needs a registry
        install(machine, tmp_path)
        assert "good" in installing.run()
        assert guarding.run().endswith("nothing to mend\n")

        machine.run(SEND.format("gen@army.ml"))
        machine.run("until missent decisions 2>&1 | grep -q army.mil; do sleep 0.1; done")
        assert "accepted (monitor)" in guarding.run()

        holding.run()
        settings = machine.run("cat /etc/missent/missent.toml")
        settings = settings.replace('mode = "monitor"', 'mode = "enforce"')
        holding.save("new.toml", before=settings)
        machine.run("cat new.toml > /etc/missent/missent.toml")
        machine.run("cat missent/deploy/postfix/hold.master.cf >> /etc/postfix/master.cf")
        machine.run("cat missent/deploy/postfix/hold.main.cf >> /etc/postfix/main.cf")
        machine.run(guarding.says("postconf -e milter_default_action=tempfail"))
        machine.run("postfix reload; missent config check; systemctl restart missent")
        assert machine.run("missent doctor") == "nothing to mend\n"

        machine.run(SEND.format("jane@gmail.con"))
        machine.run("until missent held list | grep jane@gmail.con; do sleep 0.1; done")
        held = machine.run("missent held list").split()[0]
        holding.passes_over("toml", "tests/e2e/test_hold_milter.py has a reviewer")
        listing, show, release, *_ = holding.block("sh").splitlines()
        machine.run(listing)
        machine.run(show.replace("4f2a90c1d7e8b365", held))
        assert "released" in machine.run(release.replace("4f2a90c1d7e8b365", held))
        machine.run(f"until missent held show {held} | grep 'delivered$'; do sleep 0.1; done")
        holding.passes_over("toml", "tests/e2e/test_hold_hosts.py has a journal")

        for language in ("sh", "sh", "toml"):
            week.passes_over(language, "test_docs_walk.py has `make run`; [web] stands by [hold]")
        you, carol, restart = week.block("sh").splitlines()
        for line in (you, carol):
            assert "may sign in" in machine.run(line, given=b"correct horse battery\n" * 2)
        machine.run(restart)
        week.run()
        assert set(machine.run("stat -c %U /var/lib/missent/*").split()) == {"missent"}

        assert "army.ml" in installing.run()
        installing.run()
        installing.passes_over("sh", "an upgrade needs a registry")
        installing.run()
        assert "missent" not in machine.run("systemctl list-units --no-pager")
        installing.run()
        machine.run("id missent", code=1)

"""README, tutorials and how-to pages, followed to the letter on a newcomer's machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.e2e.machine import ROOT, Machine, why_not
from tests.e2e.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(bool(why_not()), reason=why_not())]

REFUSED = "did you mean <james.mcconville@army.mil>?"
STORE = '[store]\nurl = "sqlite:///missent.db"\n'
LETTER = """\
From ann@corp.example
Date: Sat, 1 Feb 2025 10:00:00 +0000
From: ann@corp.example
To: bob@partner.example

x
"""
MAIL = [
    ("2025-02-01", "ann@corp.example", "jane@gmail.com"),
    ("2025-03-01", "ann@corp.example", "jane@gmail.con"),
    ("2025-07-02", "ann@corp.example", "gen@army.ml"),
]


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with Machine() as made:
        made.clone()
        # What `make run` installs: it is there.
        made.run(f"cd missent; ln -s {ROOT}/.venv; touch .venv/build.stamp; touch .venv/run.stamp")
        yield made


@pytest.fixture
def fresh(machine: Machine, request: pytest.FixtureRequest) -> str:
    """A folder of the test's own."""
    folder = f"~/{request.node.name}"
    machine.run(f"mkdir {folder}")
    return folder


def jsonl(*rows: tuple[str, str, str]) -> str:
    said = [
        {
            "id": f"{day}.{n}@corp.example",
            "date": f"{day}T10:00:00Z",
            "from": sender,
            "to": [recipient],
        }
        for n, (day, sender, recipient) in enumerate(rows)
    ]
    return "".join(json.dumps(one) + "\n" for one in said)


def test_readme(machine: Machine) -> None:
    with Walk(machine, "README.md", "~/missent") as page:
        page.passes_over("console", "tests/test_docs.py runs it, and compares each line")
        assert page.block("sh").startswith("make run ")  # and `make test`, which this is a part of
        with machine.serving("cd missent; make run", 2525, 8025):
            assert REFUSED in page.run(code=1)
            assert "/signin/link/" in machine.run("cat serving.log")
        program = page.block("python")
        machine.write("missent/example.py", program)
        assert "gen@army.mil" in machine.run("cd missent; .venv/bin/python example.py")


def test_first_slip(machine: Machine) -> None:
    with Walk(machine, "docs/tutorials/first-slip.md", "~/missent") as page:
        assert page.block("sh").splitlines()[-1] == "make run"
        with machine.serving("cd missent; rm -rf var; make run", 2525, 8025):
            assert len(page.run().split()) == 1
            assert REFUSED in page.run(code=1)
            page.run()
            notice = "grep -l 'Held: your message' missent/var/outbox/new/*"
            machine.run(f"until {notice}; do sleep 0.1; done")
        page.passes_over("console", "tests/test_docs.py runs it, and compares each line")
        explained = machine.run(f"cd missent; {page.says('.venv/bin/missent explain T101')}")
        assert explained.startswith("# T101")
        page.save("missent/missent.toml")
        told = page.run(code=1)
        assert told.startswith("block  anybody@sotelma.ml")
        assert "\nallow  someone@orange.ml" in told
        machine.run("cd missent; sed -i s/^mode/mod/ missent.toml")
        check = f"cd missent; {page.says('.venv/bin/missent config check')}"
        assert "did you mean policy.mode?" in machine.run(check, code=2)
        machine.run("rm missent/missent.toml")


def test_first_sinkhole(machine: Machine, fresh: str) -> None:
    with Walk(machine, "docs/tutorials/first-sinkhole.md", fresh) as page:
        machine.write("sinkhole.toml", page.block("toml"))
        machine.run(f"mv sinkhole.toml {fresh}")
        with machine.serving(f"cd {fresh}; {page.block('sh')}", 2527):
            told = page.run(code=1)
            for line in page.block("text").splitlines():
                assert line.removeprefix("550 ") in told
            machine.run("until grep -q messages=1 serving.log; do sleep 0.1; done")
            counted = page.run()
        assert "1  army.ml for army.mil" in counted
        assert "1  that may be of people" in counted
        assert counted.rstrip().splitlines()[-1].split() == ["1", "example.org", "army.ml"]


def test_personal_account(machine: Machine) -> None:
    with Walk(machine, "docs/tutorials/personal-account.md", "~/missent") as page:
        *prepare, serve = page.block("sh").splitlines()
        assert "good" in machine.run("cd missent\n" + "\n".join(prepare))
        with machine.serving(f"cd ~/.config/missent; {serve}", 2525):
            log = (
                "until grep -q 'server not found' serving.log; do sleep 0.1; done; cat serving.log"
            )
            assert page.says("`relay ready` in its log").split("`")[1] in machine.run(log)
        page.passes_over(
            "sh", "a user's systemd; tests/e2e/test_units.py has systemd read the unit"
        )
        page.passes_over("toml", "tests/test_docs_samples.py loads it")


def test_learn(machine: Machine, fresh: str) -> None:
    with Walk(machine, "docs/how-to/learn.md", fresh) as page:
        page.save("learn.toml")
        machine.run(
            f"mv learn.toml {fresh}/missent.toml; mkdir -p Maildir/new Maildir/cur Maildir/tmp"
        )
        machine.run(f"cp {ROOT}/tests/e2e/postfix.log /var/log/mail.log")
        machine.write(
            "letter",
            LETTER,
        )
        machine.run(f"mv letter {fresh}/archive.mbox")
        machine.write("sent", jsonl(*MAIL))
        machine.run(f"gzip -c sent > {fresh}/sent-2024.jsonl.gz")
        log, mail = page.each()
    assert "uses of contacts are new" in log
    assert "jsonl, 3 messages" in mail
    assert machine.run("ls /var/lib/missent/missent.db")


def test_replay(machine: Machine, fresh: str) -> None:
    machine.write("sent", jsonl(*MAIL))
    machine.run(f"gzip -c sent > {fresh}/sent-2025.jsonl.gz")
    machine.write("sent", jsonl(("2024-02-01", "ann@corp.example", "jane@gmail.com")))
    machine.run(f"gzip -c sent > {fresh}/sent-2024.jsonl.gz")
    machine.run(f"cp {ROOT}/tests/e2e/postfix.log /var/log/mail.log")
    with Walk(machine, "docs/how-to/replay.md", fresh) as page:
        log, mail = page.each(code=1)
        assert "army.ml did you mean" in log
        assert "prompts      2" in mail
        page.save("replay.toml")
        machine.run(f"mv replay.toml {fresh}/missent.toml")
        for told in page.each(code=1):
            assert "did you mean" in told
        assert "too few for one prompt" in page.run()
        assert machine.run(f"ls {fresh}/report.html")
        assert page.run().split()  # the Message-IDs that jq finds


def test_audit(machine: Machine, fresh: str) -> None:
    machine.run(f"mkdir -p /srv/logs; cp {ROOT}/tests/e2e/postfix.log /var/log/mail.log")
    machine.run("cp /var/log/mail.log /srv/logs")
    with Walk(machine, "docs/how-to/audit.md", fresh) as page:
        assert "army.ml, probably army.mil" in page.run(code=1)
        page.passes_over("sh", "exports as their makers write them: tests/audit/events/formats")
        html, pairs, jq = page.block("sh").splitlines()
        machine.run(f"cd {fresh}; {html}", code=1)
        machine.run(f"cd {fresh}; {pairs}", code=1)
        assert "gen@army.ml" in machine.run(f"cd {fresh}; cat pairs.csv; ls report.html")
        assert '"army.ml"' in machine.run(f"cd {fresh}; {jq}")
        machine.run("echo 'root: gen@army.ml' > /etc/aliases; touch /etc/postfix/virtual")
        machine.write("contacts.csv", "Name,E-mail\nGen,gen@army.ml\n")
        machine.run(f"mv contacts.csv {fresh}")
        assert "/etc/aliases" in page.run(code=1)
        page.passes_over("sh", "Spark needs Java: make test-spark")


def test_accounts_and_web_server(machine: Machine, fresh: str) -> None:
    with Walk(machine, "docs/how-to/console.md", fresh) as page:
        page.save("console.toml", before=STORE)
        machine.run(f"mv console.toml {fresh}/missent.toml")
        password = "correct horse battery\n" * 2
        assert "administrator" in page.run(given=password)
        told = page.each(given=password)
        assert "carol" in told[1]
        assert "/signin/link/" in told[7]
        for _ in range(4):
            page.passes_over("toml", "tests/test_docs_samples.py loads it; test_signin.py signs in")
        page.passes_over("nginx", "its own syntax")
        page.passes_over("caddy", "its own syntax")
        page.passes_over("toml", "tests/test_docs_samples.py loads it")
        assert "are as they were written" in page.run()


def test_web_form(machine: Machine, fresh: str) -> None:
    with Walk(machine, "docs/how-to/web-form.md", fresh) as page:
        page.save("form.toml")
        machine.run(f"mv form.toml {fresh}/missent.toml; mkdir -p /etc/booking")
        page.run()
        with machine.serving(f"cd {fresh}; missent serve", 8025):
            assert not machine.listens(2525)
            question = page.block("sh").replace(
                "https://missent.corp.example", "http://127.0.0.1:8025"
            )
            answer = json.loads(machine.run(question.replace("curl", "curl -s", 1)))
            said = json.loads(page.block("json"))
            assert set(said) == set(answer)
            assert said["recipients"][0]["did_you_mean"] == answer["recipients"][0]["did_you_mean"]
            machine.write("draft.eml", "From: a@corp.example\nTo: gen@army.ml\n\nx\n")
            whole = page.block("sh").replace(
                "https://missent.corp.example", "http://127.0.0.1:8025"
            )
            answer = json.loads(machine.run(whole.replace("curl", "curl -s", 1)))
            assert answer["action"] == "block"
        assert page.run().startswith("missent_")
        page.passes_over("html", "it asks as the curl above does")


def test_dns_pages(machine: Machine, fresh: str) -> None:
    with Walk(machine, "docs/how-to/dns.md", fresh) as page:
        page.save("dns.toml")
        machine.run(f"mv dns.toml {fresh}/missent.toml")
        assert "allow  jane@corp.example" in page.run()  # nobody answers: not known is not bad
    with Walk(machine, "docs/how-to/exposure.md", fresh) as page:
        assert "unknown" in page.run()
        page.passes_over("sh", "without an earlier look; tests/e2e/test_exposure.py has a DNS")
        page.passes_over("toml", "tests/e2e/test_watch.py watches")
        page.passes_over("sh", "certificates: tests/exposure")


WALKING = (Path(__file__), Path(__file__).with_name("test_docs_server.py"))
WALKED = {
    name for file in WALKING for name in file.read_text("utf-8").split('"') if name.endswith(".md")
}
ELSEWHERE = {
    "docs/how-to/python.md": "tests/test_docs_samples.py runs each program",
    "docs/how-to/dnslog.md": "tests/e2e/test_dnslog.py, with the servers' own logs",
    "docs/how-to/tell-the-owner.md": "tests/e2e/test_sinkhole_senders.py, tests/cli/test_feed.py",
    "docs/how-to/sinkhole.md": "no block; tests/e2e/test_sinkhole_process.py",
}


@pytest.mark.parametrize("folder", ["docs/tutorials", "docs/how-to"])
def test_every_page_is_followed_or_says_where_it_is(folder: str) -> None:
    pages = {str(page.relative_to(ROOT)) for page in (ROOT / folder).glob("*.md")}
    assert pages <= WALKED | set(ELSEWHERE)

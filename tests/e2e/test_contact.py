"""`missent contact` as a program, over HTTPS with a certificate authority of the test's own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from missent.testing.sites import Sites

pytestmark = pytest.mark.e2e

BOOTSTRAP = {"services": [[["org"], ["https://rdap.example/v1/"]]]}
CARD = ["vcard", [["email", {}, "text", "abuse@registrar.example"]]]
ABUSE = {"roles": ["abuse"], "vcardArray": CARD}
REGISTERED = {"entities": [{"roles": ["registrar"], "entities": [ABUSE]}]}


def contact(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "missent", "contact", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def served(sites: Sites) -> Sites:
    sites.pages.update(
        {
            "example.org/.well-known/security.txt": (302, b"https://www.example.org/s.txt"),
            "www.example.org/s.txt": (200, b"Contact: mailto:security@example.org\r\n"),
            "data.iana.org/rdap/dns.json": (200, json.dumps(BOOTSTRAP).encode()),
            "rdap.example/list.json": (200, json.dumps(BOOTSTRAP).encode()),
            "rdap.example/v1/domain/example.org": (200, json.dumps(REGISTERED).encode()),
        }
    )
    return sites


def test_all_three_ways_are_gone(served: Sites, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    options = ("--cafile", str(served.trust), "--bootstrap", "https://rdap.example/list.json")
    done = contact("mail.example.org", *options, "--format", "json")
    assert done.returncode == 3, done.stderr  # mail.example.org itself has no site here
    told = json.loads(done.stdout)
    assert [one["found_by"] for one in told["contacts"]] == ["rdap", "postmaster"]
    done = contact("example.org", *options)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "security@example.org  (security.txt)",
        "abuse@registrar.example  (rdap)",
        "postmaster@example.org  (postmaster)",
    ]
    assert not done.stderr


def test_sites_that_cannot_be_trusted_are_not_believed(
    served: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert served.pages
    monkeypatch.delenv("SSL_CERT_FILE")
    done = contact("example.org")
    assert done.returncode == 3
    assert done.stdout == "postmaster@example.org  (postmaster)\n"
    assert done.stderr.count("CERTIFICATE_VERIFY_FAILED") == 3

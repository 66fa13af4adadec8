"""The API of a running `missent serve` with two workers, a real Postfix before and behind it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from missent.testing.holding import site
from missent.testing.milter import Missent
from missent.testing.postfix import until, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from missent.testing.holding import Site

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(bool(why_not()), reason=why_not())]

SLIP, MEANT = "jane@gmial.com", "jane@gmail.com"
_SCOPES = (
    "screen", "held:read", "held:write", "decisions:read", "decisions:write", "exceptions:read",
    "exceptions:write", "contacts:read", "metrics",
)  # fmt: skip


def _secret(config: Path) -> str:
    scopes = [part for scope in _SCOPES for part in ("--scope", scope)]
    command = (sys.executable, "-m", "missent", "--config", str(config), "token", "add", "desk")
    done = subprocess.run((*command, *scopes), capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Site, httpx.Client]]:
    workers = "[serve]\nworkers = 2\n"
    with site() as made, Missent.at(made.postfix.base, made.settings + workers) as gate:
        secret = _secret(gate.config)
        bearer = {"Authorization": f"Bearer {secret}"}
        url = f"http://127.0.0.1:{made.web}"
        with httpx.Client(base_url=url, headers=bearer, trust_env=False, timeout=30) as client:
            yield made, client


def got(client: httpx.Client, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_message_is_held_decided_about_by_the_api_and_delivered(
    running: tuple[Site, httpx.Client],
) -> None:
    made, client = running
    made.send(b"From: ann@corp.example\r\nSubject: Room\r\n\r\nroom 12\r\n", SLIP)
    until(lambda: bool(got(client, "/v1/held")["messages"]), 30, "the held message")
    (held,) = got(client, "/v1/held")["messages"]
    assert [one["rcpt_to"] for one in held["recipients"]] == [SLIP]
    assert held["recipients"][0]["did_you_mean"] == [MEANT]
    place = f"/v1/held/{held['name']}/redirect"
    done = client.post(place, json={"address": MEANT, "why": "she called"})
    assert done.json()["recipients"] == [{"number": 1, "state": "redirected"}]
    until(lambda: bool(made.delivered(MEANT)), 30, "the redirected message")
    assert b"room 12" in made.delivered(MEANT)[0]
    assert made.delivered(SLIP) == []
    record = got(client, f"/v1/held/{held['name']}")["steps"]
    assert [(one["what"], one["who"]) for one in record if one["way"] == "reviewer"] == [
        ("redirected", "token desk")
    ]


def test_its_decision_has_the_evidence(running: tuple[Site, httpx.Client]) -> None:
    _, client = running
    path = f"/v1/decisions?recipient={SLIP}"
    until(lambda: bool(got(client, path)["decisions"]), 30, "the decision")
    (made,) = got(client, path)["decisions"]
    assert (made["action"], made["disposition"], made["codes"]) == ("hold", "kept", ["T101"])
    assert made["findings"][0]["evidence"]["meant"] == "gmail.com"
    judged = client.put(f"/v1/decisions/{made['number']}/judgement", json={"right": True})
    assert judged.json()["by"] == "token desk"


def test_workers_count_together_and_are_ready(running: tuple[Site, httpx.Client]) -> None:
    _, client = running

    def counted() -> bool:
        answer = httpx.get(f"{client.base_url}/metrics", headers=client.headers, trust_env=False)
        row = 'missent_gate_recipients_total{action="hold",outcome="kept"} 1.0'
        return row in answer.text.splitlines()

    until(counted, 30, "the gate's count")
    assert [counted() for _ in range(8)] == [True] * 8  # whichever worker answers
    assert got(client, "/readyz")["status"] == "ready"


def test_an_exception_lets_the_next_one_pass(running: tuple[Site, httpx.Client]) -> None:
    made, client = running
    wanted = {"pattern": SLIP, "owner": "ann", "reason": "that is her address"}
    assert client.post("/v1/exceptions", json=wanted).status_code == 201
    asked = {"sender": "ann@corp.example", "recipients": [SLIP]}

    def passes() -> bool:
        answers = [_anew(client, asked) for _ in range(4)]  # of both workers, most likely
        return set(answers) == {"allow"}

    until(passes, 30, "the exception to be known")
    made.send(b"From: ann@corp.example\r\n\r\nagain\r\n", SLIP)
    until(lambda: bool(made.delivered(SLIP)), 30, "the message")


def _anew(client: httpx.Client, asked: dict[str, Any]) -> str:
    answer = httpx.post(
        f"{client.base_url}/v1/screen", json=asked, headers=client.headers, trust_env=False
    )
    return str(answer.json()["action"])

"""Several missents: two hosts on one PostgreSQL, and two that are pointed at each other."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from missent.testing import postgres
from missent.testing.holding import ANN, INSIDE, MAIN, browse, log_of, site
from missent.testing.milter import Missent
from missent.testing.postfix import free_port, until, why_not
from missent.testing.postgres import Postgres

if TYPE_CHECKING:
    from missent.testing.holding import Site

REASON = why_not() or postgres.why_not()
pytestmark = [pytest.mark.e2e, pytest.mark.skipif(bool(REASON), reason=REASON)]

SLIP = "joe@hotmial.com"
MESSAGES = 12


def content(name: str) -> bytes:
    return f"From: {ANN}\r\nSubject: x\r\nMessage-ID: <{name}@corp.example>\r\n\r\nx\r\n".encode()


def moved(ours: Site, **ports: int) -> str:
    """The settings of another host: the same store, ports of its own."""
    text = ours.settings
    for name, port in ports.items():
        text = text.replace(f":{getattr(ours, name)}", f":{port}")
    return text


def test_two_hosts_that_release_at_once_send_once() -> None:
    with Postgres() as server, site(store=server.database(), hold="an_hour = 100") as ours:
        web = free_port()
        base = ours.postfix.base
        # Both write the same links, but for the port.
        second = moved(ours, web=web, answers=free_port())
        with Missent.at(base, ours.settings) as one, Missent.at(base, second, "second") as two:
            for n in range(MESSAGES):
                ours.send(content(str(n)), f"j{n}@hotmial.com")
            until(lambda: len(ours.delivered(ANN)) == MESSAGES, 60, "the notices")
            tokens = [
                link.rpartition("/")[2]
                for notice in ours.notices(MESSAGES)
                for link in _links(ours, notice, web)[:1]
            ]
            links = [f"http://127.0.0.1:{p}/c/{t}" for t in tokens for p in (ours.web, web)]
            with ThreadPoolExecutor(8) as people:
                found = list(people.map(lambda link: browse(link, "POST")[0], links * 2))
            assert sorted(found) == [200] * MESSAGES + [409] * 3 * MESSAGES
            until(lambda: _landed(ours) >= MESSAGES, 60, "the released messages")
            time.sleep(3)
            ours.postfix.settle()
            assert _landed(ours) == MESSAGES
            counts = [len(log_of(gate, "chosen")) for gate in (one, two)]
            assert sum(counts) == MESSAGES


def _links(ours: Site, notice: object, web: int) -> list[str]:
    """The links of a notice, whichever of the two hosts wrote it."""
    found = ours.links(notice)  # type: ignore[arg-type]
    if found:
        return found
    own, ours.web = ours.web, web
    try:
        return ours.links(notice)  # type: ignore[arg-type]
    finally:
        ours.web = own


def _landed(ours: Site) -> int:
    return sum(len(ours.delivered(f"j{n}@hotmail.com")) for n in range(MESSAGES))


def test_two_that_are_pointed_at_each_other_make_no_loop() -> None:
    """Each sends its notices, and what it releases, through the other."""
    first, second = free_port(), free_port()
    guarded = (
        f"127.0.0.1:{first} inet n - n - - smtpd -o smtpd_milters=unix:{{base}}/milter.sock\n"
        f"127.0.0.1:{second} inet n - n - - smtpd -o smtpd_milters=unix:{{base}}/second.sock\n"
    )
    with site() as ours, ExitStack() as stack:
        postfix, base = ours.postfix, ours.postfix.base
        postfix.configure(
            MAIN.replace("{answers}", str(ours.answers)),
            (INSIDE + guarded).replace("{inside}", str(ours.inside)).replace("{base}", str(base)),
        )
        postfix.command("reload")
        upstream = f"smtp://127.0.0.1:{ours.inside}"
        web = free_port()
        other = moved(ours, web=web, answers=free_port())
        other = other.replace("/store/missent.db", "/other/missent.db")
        gates = [
            stack.enter_context(
                Missent.at(base, ours.settings.replace(upstream, f"smtp://127.0.0.1:{second}"))
            ),
            stack.enter_context(
                Missent.at(base, other.replace(upstream, f"smtp://127.0.0.1:{first}"), "second")
            ),
        ]
        # A notice to an address that the other one would hold: it is refused, and nobody asks.
        ours.send(content("1"), SLIP, sender="ann@gmial.com", port=first)
        until(lambda: bool(log_of(gates[0], "ask failed")), 60, "the end of the notice")
        time.sleep(2)
        postfix.settle()
        assert _boxes(ours) == []
        assert log_of(gates[1], "held") == []
        # What one releases, the other asks about once more; then both know that it is right.
        ours.send(content("2"), SLIP, port=first)
        [notice] = ours.notices(1)
        assert browse(ours.links(notice)[1], "POST")[0] == 200
        until(lambda: len(ours.delivered(ANN)) == 2, 60, "the other's question")
        ours.web = web
        [link] = [ours.links(n)[1] for n in ours.notices(2) if ours.links(n)]
        assert browse(link, "POST")[0] == 200
        until(lambda: len(ours.delivered(SLIP)) == 1, 60, "the message")
        time.sleep(2)
        postfix.settle()
        assert sorted(_boxes(ours)) == [ANN, ANN, SLIP]
        held = [json.loads(line) for gate in gates for line in log_of(gate, "held")]
        assert len(held) == 3


def _boxes(ours: Site) -> list[str]:
    return [str(message["Delivered-To"]) for message in ours.postfix.delivered()]

"""How long `POST /v1/screen` takes, with 100,000 contacts.

Measured from a client, and of the CPU of the server, less what it uses when nobody asks. The client
is a process of its own that keeps its connection, as a web server does. Beside it the floor:
`/livez`, which decides nothing, through the same server.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bench.memory.made import OWN, SEED, domain_names, name
from missent.memory.interface import Batch
from missent.memory.learned import Delta, Lesson
from missent.memory.sql.store import SqlStore
from missent.testing.api import api_at
from missent.web.tokens import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTACTS = 100_000
_DOMAINS = 50_000
_IDLE = 3.0  # seconds in which it is measured what memory and hold room use by themselves
ROUNDS = 600
_LIMITS = {"per_token": 10_000_000, "per_address": 10_000_000}
_ASK = """
import httpx, json, sys, time
url, secret, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
asked = json.loads(sys.stdin.read())
with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {secret}"}) as client:
    for number in range(rounds):
        begin = time.perf_counter()
        if asked:
            answer = client.post("/v1/screen", json=asked[number % len(asked)])
        else:
            answer = client.get("/livez")
        took = time.perf_counter() - begin
        assert answer.status_code == 200, answer.text
        print(took)
"""


def questions() -> dict[str, list[dict[str, object]]]:
    """What is asked, by its kind."""
    chance = random.Random(SEED)
    me = {"sender": pairs()[0][0]}
    known = [address for _, address in chance.sample(pairs(), ROUNDS)]
    new = [f"al.jones@{name}" for name in chance.sample(_names()[_DOMAINS:], ROUNDS)]
    slips = [_mistyped(one, chance) for one in known]
    return {
        "`/livez`: nothing is decided": [],
        "one recipient, written to before": [{**me, "recipients": [one]} for one in known],
        "one, a letter of its domain left out": [{**me, "recipients": [one]} for one in slips],
        "one, at an unknown domain": [{**me, "recipients": [one]} for one in new],
        "ten, of all kinds": [
            {**me, "recipients": [*known[n : n + 4], *slips[n : n + 3], *new[n : n + 3]]}
            for n in range(ROUNDS - 4)
        ],
    }


@cache
def _names() -> list[str]:
    return domain_names(random.Random(SEED))


@cache
def pairs() -> list[tuple[str, str]]:
    """Senders, and the addresses that they wrote to: no two at once."""
    chance = random.Random(SEED)
    senders = [f"{name(chance, 1, 3)}.{name(chance, 2, 4)}@{OWN}" for _ in range(500)]
    return [
        (chance.choice(senders), f"{name(chance, 2, 3)}{number}@{_names()[number % _DOMAINS]}")
        for number in range(CONTACTS)
    ]


def _mistyped(address: str, chance: random.Random) -> str:
    local, _, domain = address.partition("@")
    place = chance.randrange(1, domain.index("."))
    return f"{local}@{domain[:place]}{domain[place + 1 :]}"


async def measure() -> list[tuple[str, ...]]:
    """A row a kind: median, 99th percentile, CPU of the server."""
    with tempfile.TemporaryDirectory() as folder:
        store = await SqlStore.open(f"sqlite:///{folder}/missent.db")
        for batch in _contacts():
            await store.write(batch)
        await store.close()
        own = {"domains": [OWN]}
        web = {"url": "http://x", "api": _LIMITS}
        async with api_at(Path(folder), organisation=own, web=web) as api:
            secret, url = await api.secret(Scope.SCREEN), str(api.http.base_url)
            begin = time.process_time()
            await asyncio.sleep(_IDLE)
            idle = (time.process_time() - begin) / _IDLE
            return [
                await _row(url, secret, what, asked, idle) for what, asked in questions().items()
            ]


def _contacts() -> Iterator[Batch]:
    for start in range(0, CONTACTS, 10_000):
        some = pairs()[start : start + 10_000]
        yield Batch([Lesson((Delta(*pair, 1_790_000_000, sent=3),)) for pair in some])


async def _row(
    url: str, secret: str, what: str, asked: list[dict[str, object]], idle: float
) -> tuple[str, ...]:
    async def ask(rounds: int) -> list[float]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _ASK, url, secret, str(rounds),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        said, _ = await process.communicate(json.dumps(asked).encode())
        if process.returncode:
            raise RuntimeError("the client failed")
        return [float(line) for line in said.split()]

    await ask(50)
    begin, clock = time.process_time(), time.perf_counter()
    took = sorted(await ask(ROUNDS))
    cpu = (time.process_time() - begin - idle * (time.perf_counter() - clock)) / ROUNDS
    median, last = statistics.median(took), took[int(len(took) * 0.99)]
    return what, f"{median * 1000:.2f} ms", f"{last * 1000:.1f} ms", f"{cpu * 1000:.2f} ms"


def load() -> str:
    """How busy the machine is."""
    return f"{os.getloadavg()[0]:.1f}"

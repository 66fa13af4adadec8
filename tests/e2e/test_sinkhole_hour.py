"""An hour of the story's day: people's mail in a thousand times as much spam.

`MISSENT_HOUR` says how many people's messages are sent; the full size is 1,000, in a million of
spam. Clients come from many addresses, which a PROXY header gives them.
"""

from __future__ import annotations

import os
import random
import socket
from typing import TYPE_CHECKING

import pytest

from missent.sinkhole.evidence.sketch import STANDARD_ERROR, Sketch
from missent.testing.sinkhole import Process

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PEOPLE = int(os.environ.get("MISSENT_HOUR", "20"))
SPAM_PER_PERSON = 1000
SPAM_PER_CONNECTION = 50
ORGANISATIONS = ("example.com", "example.net", "gmail.com")
UNITS = ("army", "navy", "af", "us.army", "mail.centcom")


def say(port: int, source: str, helo: str, messages: list[tuple[str, str]]) -> bytes:
    """One connection with messages of one recipient each; gives all that was heard.

    A bot, which greets with a bare word, says everything at once; a mail server waits its turn.
    """
    turns = [f"PROXY TCP4 {source} 192.0.2.1 40000 25\r\n", f"EHLO {helo}\r\n"]
    for sender, recipient in messages:
        turns.append(f"MAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\nRSET\r\n")
    if "." not in helo:
        turns = ["".join(turns)]
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        for turn in turns:
            client.sendall(turn.encode())
            heard += client.recv(1 << 16)
        client.sendall(b"QUIT\r\n")
        while piece := client.recv(1 << 16):
            heard += piece
    return heard


def test_every_person_is_told_and_everything_is_counted(tmp_path: Path) -> None:
    chance = random.Random(2023)  # noqa: S311  the same each time
    good = tmp_path / "good"
    good.write_text("198.51.100.0/24\n")
    more = f'proxies = ["127.0.0.0/8"]\ngood_networks = ["{good}"]\n'
    spammers = PEOPLE * SPAM_PER_PERSON // SPAM_PER_CONNECTION
    turns = ["spam"] * spammers + ["person"] * PEOPLE
    chance.shuffle(turns)
    people = iter(range(PEOPLE))
    sent: dict[str, int] = dict.fromkeys(ORGANISATIONS, 0)
    with Process(tmp_path, more, flush=5) as sinkhole:
        for turn in turns:
            if turn == "person":
                number = next(people)
                organisation, unit = chance.choice(ORGANISATIONS), chance.choice(UNITS)
                sent[organisation] += 1
                recipient = f"john.smith{number}@{unit}.ml"
                heard = say(
                    sinkhole.port, f"198.51.100.{number % 250}", "mx.example.net",
                    [(f"jane.doe{number}@{organisation}", recipient)],
                )  # fmt: skip
                meant = recipient.removesuffix("ml") + "mil"
                told = f"550 5.1.2 did you mean <{meant}>? There is no <{recipient}>: .ml is Mali."
                assert told.encode() in heard
            else:
                source = f"10.{chance.randrange(256)}.{chance.randrange(256)}.1"
                messages = [
                    (f"x{chance.getrandbits(40):010x}@spam{chance.randrange(999)}.example",
                     f"{chance.getrandbits(48):012x}@{chance.choice(UNITS)}.ml")
                    for _ in range(SPAM_PER_CONNECTION)
                ]  # fmt: skip
                heard = say(sinkhole.port, source, "localhost", messages)
                assert heard.count(b"550 5.1.2 ") == SPAM_PER_CONNECTION
        sinkhole.signal(15)
        assert sinkhole.wait() == 0
    rows = sinkhole.rows()
    by_kind: dict[str, int] = {}
    for _, _, organisation, kind, count, _ in rows:
        by_kind[kind] = by_kind.get(kind, 0) + count
        if kind == "people":
            sent[organisation] -= count
    assert by_kind == {"people": PEOPLE, "bulk": spammers * SPAM_PER_CONNECTION}
    assert not any(sent.values())  # exactly so many from each
    assert {row[0] for row in rows} == {"army.mil", "navy.mil", "af.mil", "centcom.mil"}
    whole = Sketch()
    for stored in sinkhole.sketches("bulk"):
        whole.merge(Sketch.load(stored))
    spam = spammers * SPAM_PER_CONNECTION
    assert abs(whole.count() - spam) <= 4 * STANDARD_ERROR * spam

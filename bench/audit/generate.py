"""A log of Postfix with planted slips.

`python -m bench.audit.generate DELIVERIES FOLDER [--crowded]`.

Made by DuckDB, in files as logrotate leaves them, zstd. Partners are made of two words each, their
mailboxes of a name and a number. Every sender knows a circle of them, to few of whom most of their
mail goes. Every slip is planted with a known number of messages, and what was meant is written to
as well, besides `.mil`: whether `navre.com` is a slip of a provider to which nobody here ever
wrote, no log can tell. The same arguments make the same log.
"""

from __future__ import annotations

import json
import random
import sys
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from missent.core.tables import protected, providers, rows

if TYPE_CHECKING:
    from collections.abc import Callable

PER_FILE = 1_000_000  # deliveries
PER_MESSAGE = 3  # recipients
START = 1_546_300_800  # 2019-01-01
SPAN = 6 * 365 * 86_400
SENDERS = 4_000
CIRCLE = 1_000  # whom each of them knows
_NAMES = (  # noqa: SIM905  one line of words reads better
    "ann bob carla dan eve frank gina hugo ines jan kim lea max nora olaf pia rita sam tom uma"
).split()


@dataclass(frozen=True)
class Planted:
    """One wrong domain: what was meant, how many messages, from how many, and their fate."""

    domain: str
    meant: str
    messages: int
    senders: int
    status: str


def partners(count: int, seed: int = 1) -> list[str]:
    """Domains that nothing else is near to, most of them."""
    pick = random.Random(seed)
    words = [word for word in rows("words.txt") if 5 <= len(word) <= 8 and word.isalpha()]
    found: dict[str, None] = {}
    while len(found) < count:
        name = (
            f"{pick.choice(words)}-{pick.choice(words)}"
            if pick.random() < 0.3
            else (pick.choice(words) + pick.choice(words))
        )
        found[f"{name}.{pick.choice(('com', 'com', 'com', 'org', 'net', 'de', 'co.uk'))}"] = None
    return list(found)


def crowd(count: int, seed: int = 1) -> list[str]:
    """Domains that are near to one another: syllables with one ending."""
    pick = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        name = "".join(pick.choice(part) for part in ("bdfgkmprt", "aeiou") * 4)
        found[f"{name}shop.com"] = None
    return list(found)


def popular() -> list[str]:
    """Mail providers that everybody writes to, those most written to first."""
    return [
        name
        for name, weight in providers.popular().items()
        if weight > 20 and len(name.partition(".")[0]) > 4
    ]


def slips(partner: list[str], count: int, seed: int = 2) -> list[Planted]:
    """Slips of partners, of mail providers and of `.mil`.

    None of them is a name that exists, or that somebody may have chosen: `permitswallow.net` is two
    words as `permitsswallow.net` is.
    """
    pick = random.Random(seed)
    provider = popular()
    military = sorted(name for name in protected.names("military") if name.endswith(".mil"))
    taken = {*partner, *providers.known(), *protected.known()}
    found: dict[str, Planted] = {}
    while len(found) < count:
        kind = pick.random()
        if kind < 0.2:
            meant = pick.choice(military)
            typed = meant.removesuffix("mil") + "ml"
        else:
            meant = pick.choice(provider if kind < 0.4 else partner[: max(len(partner) // 20, 10)])
            typed = _mistyped(meant, pick)
        if typed in taken or typed in found or (kind >= 0.2 and not _distinct(typed, meant)):
            continue
        standing = pick.random() < 0.2
        messages = pick.randint(50, 400) if standing else pick.randint(1, 4)
        senders = 1 if standing or messages == 1 else pick.randint(1, messages)
        status = pick.choice(("sent", "sent", "bounced", "deferred"))
        found[typed] = Planted(typed, meant, messages, senders, status)
    return list(found.values())


def _distinct(typed: str, meant: str) -> bool:
    label = typed.partition(".")[0]
    return (
        typed != meant
        and len(label) > 4
        and not label.startswith("-")
        and not label.endswith("-")
        and not _is_two_words(label)
    )


def _is_two_words(label: str) -> bool:
    words = _words()
    return any(label[:n] in words and label[n:].lstrip("-") in words for n in range(2, len(label)))


@cache
def _words() -> frozenset[str]:
    return frozenset(rows("words.txt"))


def _mistyped(name: str, pick: random.Random) -> str:
    label, dot, suffix = name.partition(".")
    place = pick.randrange(1, len(label) - 1)
    kind = pick.randrange(3)
    if kind == 0:
        label = label[:place] + label[place + 1 :]
    elif kind == 1:
        label = label[:place] + label[place + 1] + label[place] + label[place + 2 :]
    else:
        label = label[:place] + label[place] + label[place:]
    return label + dot + suffix


def generate(
    deliveries: int,
    folder: Path,
    planted: int = 100,
    *,
    files: int | None = None,
    make: Callable[[int, int], list[str]] = partners,
    seed: int = 1,
) -> list[Planted]:
    """Write the log, and `planted.json`; return what is planted.

    Args:
        deliveries: how many; a hundredth of it is how many domains they go to.
        folder: where.
        planted: how many slips.
        files: into how many it is cut; None for one a million.
        make: the domains, by how many and a seed.
        seed: of everything that is chosen.

    Raises:
        ValueError: the slips take more messages than there are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    partner = make(min(max(deliveries // 100, 500), 50_000), seed)
    wrong = slips(partner, planted, seed + 1)
    if sum(one.messages for one in wrong) > deliveries // PER_MESSAGE:
        raise ValueError(f"{deliveries:,} deliveries are too few for {planted} slips")
    for number, name in enumerate(popular()):  # most of them among those most written to
        partner.insert(number + number**2 * len(partner) // 800, name)
    con = duckdb.connect(config={"memory_limit": "1GB", "temp_directory": str(folder / "spill")})
    con.execute("CREATE TABLE partners (n BIGINT, name VARCHAR)")
    for start in range(0, len(partner), 1000):
        batch = [(start + k, name) for k, name in enumerate(partner[start : start + 1000])]
        con.execute(
            f"INSERT INTO partners VALUES {', '.join(['(?, ?)'] * len(batch))}",
            [value for row in batch for value in row],
        )
    con.execute(
        "CREATE TABLE slips (place BIGINT, sender VARCHAR, recipient VARCHAR, status VARCHAR)"
    )
    pick = random.Random(seed + 2)
    messages = deliveries // PER_MESSAGE
    places = pick.sample(range(messages), sum(one.messages for one in wrong))
    lines = []
    for one in wrong:
        who = [f"user{number}" for number in pick.sample(range(SENDERS), one.senders)]
        local = f"{pick.choice(_NAMES)}.{pick.choice(_NAMES)}{pick.randrange(90)}"
        lines += [
            (places.pop(), who[number % len(who)], f"{local}@{one.domain}", one.status)
            for number in range(one.messages)
        ]
    con.executemany("INSERT INTO slips VALUES (?, ?, ?, ?)", lines)
    parts = files or max(deliveries // PER_FILE, 1)
    size = messages // parts
    names = ", ".join(f"'{name}'" for name in _NAMES)
    con.execute(f"CREATE TABLE names AS SELECT [{names}] AS names")
    for part in range(parts):
        first, last = part * size, messages if part == parts - 1 else (part + 1) * size
        con.execute(_sql(first, last, messages, len(partner), folder / f"mail.log-{part:04}.zst"))
    (folder / "planted.json").write_text(json.dumps([asdict(one) for one in wrong]), "utf-8")
    return wrong


def _sql(first: int, last: int, messages: int, partner: int, path: Path) -> str:
    stamp = f"make_timestamp(({START} + (i::DOUBLE / {messages} * {SPAN})::BIGINT) * 1000000)"
    tos = range(PER_MESSAGE)
    # The square of a uniform number: people write to few of those they know, mostly.
    first_known = f"(pow({_uniform('i')}, 2) * {CIRCLE})::INT"
    known = ", ".join(f"{first_known} + {k} * 37 AS c{k}" for k in tos)
    # Its cube: a few partners get most of the mail.
    domains = ", ".join(
        f"(pow({_uniform(f'u * 5003 + c{k}')}, 3) * {partner})::INT % {partner} AS n{k},"
        f" (hash(c{k}, u) % 40)::INT AS l{k}"
        for k in tos
    )
    whom = ", ".join(
        f"names[1 + (hash(n{k}, l{k}) % 20)::INT] || '.' || names[1 + (hash(l{k}, n{k}) % 20)::INT]"
        f" || l{k} || '@' || p{k}.name AS r{k},"
        f" CASE WHEN hash(i, {k}) % 50 = 0 THEN 'bounced' ELSE 'sent' END AS s{k}"
        for k in tos
    )
    joins = " ".join(f"JOIN partners p{k} ON p{k}.n = n{k}" for k in tos)
    who = "coalesce(w.sender, 'user' || u)"
    queued = f"(1000 + i % 9999) || ', nrcpt={PER_MESSAGE} (queue active)'"
    pc = "pc.corp.example[10.0.0.1]"
    lines = [
        f"'smtpd[70]: connect from {pc}'",
        f"'smtpd[70]: ' || q || ': client={pc}'",
        "'cleanup[77]: ' || q || ': message-id=<' || i || '@corp.example>'",
        f"'qmgr[78]: ' || q || ': from=<' || {who} || '@corp.example>, size=' || {queued}",
        f"'smtpd[70]: disconnect from {pc} ehlo=1 mail=1 rcpt=3 data=1 quit=1 commands=7'",
        _delivery("coalesce(w.recipient, r0)", "coalesce(w.status, s0)"),
        *(_delivery(f"r{k}", f"s{k}") for k in tos[1:]),
        "'qmgr[78]: ' || q || ': removed'",
    ]
    return f"""
COPY (
  WITH m AS (
    SELECT i, strftime({stamp}, '%Y-%m-%dT%H:%M:%S+00:00') || ' mx1 postfix/' AS s,
      printf('4%010dzBcD', i) AS q, (hash(i) % {SENDERS})::INT AS u, {known}
    FROM range({first}, {last}) AS t(i)
  ), d AS (SELECT *, {domains} FROM m), t AS (SELECT *, {whom} FROM d {joins}, names)
  SELECT {" || chr(10) || ".join(f"s || {line}" for line in lines)}
  FROM t LEFT JOIN slips w ON w.place = i
) TO '{path}' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01', COMPRESSION zstd)
"""


def _uniform(what: str) -> str:
    return f"((hash({what}) % 1000000) / 1e6)"


def _delivery(recipient: str, status: str) -> str:
    return (
        f"'smtp[79]: ' || q || ': to=<' || {recipient} || '>, relay=mx.example[192.0.2.1]:25,"
        f" delay=0.5, delays=0.1/0/0.2/0.2, dsn=' || CASE {status}"
        " WHEN 'sent' THEN '2.0.0, status=sent (250 2.0.0 Ok: queued as 3FAB)'"
        " WHEN 'bounced' THEN '5.1.1, status=bounced (host mx.example said: 550 5.1.1 unknown)'"
        " ELSE '4.4.1, status=deferred (connect to mx.example: Connection timed out)' END"
    )


if __name__ == "__main__":
    kind = crowd if "--crowded" in sys.argv else partners
    made = generate(int(sys.argv[1]), Path(sys.argv[2]), make=kind)
    print(f"{len(made)} slips planted, {sum(one.messages for one in made):,} messages")
